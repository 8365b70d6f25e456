"""What local agreement asks of a recogniser, and what more it can make use of."""

from collections.abc import Sequence
from typing import Protocol

from engine.types import Samples, Segment, Word


class Answering(Protocol):
    """What is asked of a recogniser; see `engine.stt.base.Recognizer`."""

    @property
    def sample_rate(self) -> int:
        """Hz it wants to hear."""
        ...

    @property
    def max_region_s(self) -> float:
        """The longest stretch of speech `recognize` takes at once."""
        ...

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """Decode regions.

        A model may be `Drafting` or `Expecting` too. One that writes another language than it hears says so with
        `is_translating`, and has `detect_language`.
        """
        ...


class Drafting(Answering, Protocol):
    """A recogniser with a quicker and less sure way."""

    def recognize_draft(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """As `recognize`, for words that will be heard again; what may be no speech comes too, and is not sure."""
        ...


class Expecting(Answering, Protocol):
    """A recogniser that makes use of what was said before, and is quicker where it knows what it will probably hear."""

    def expecting(self, words: Sequence[Word], language: str, before: Sequence[Word] = ()) -> Answering:
        """The same model, that guesses at these words first, and knows that others came before what it hears."""
        ...
