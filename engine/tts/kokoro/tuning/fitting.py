"""What both fits share: where they are told and stopped, and what a step is called."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import Cancelled

Progress = Callable[[float, str], None]
"""(share done of the whole, a word for the step)"""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told, and who may stop it.

    Attributes:
        progress: told after every step.
        is_cancelled: asked before every step.
        first, last: the share of the whole that lies between.
    """

    progress: Progress
    is_cancelled: Callable[[], bool]
    first: float = 0.0
    last: float = 1.0

    def part(self, first: float, last: float) -> "Watch":
        """For a part of the work."""
        width = self.last - self.first
        return Watch(self.progress, self.is_cancelled, self.first + first * width, self.first + last * width)

    def at(self, done: float, word: str) -> None:
        """Before a step: raises Cancelled where somebody asked to stop."""
        if self.is_cancelled():
            raise Cancelled("The tuning was stopped.")
        self.progress(self.first + done * (self.last - self.first), word)
