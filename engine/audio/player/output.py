"""What a way to be heard is. Each takes its samples from `Waiting` by itself."""

from typing import Protocol

from engine.audio.player.waiting import Waiting


class Output(Protocol):
    """One way to be heard.

    Attributes:
        name: for a person: "the sound device", "aplay".
        latency_s: from a sample's being taken to its being heard, as far as is known; infinite where nothing is heard
            before the end.
        most_ahead_s: seconds of sound that may wait for it; None is no bound.
    """

    name: str
    latency_s: float
    most_ahead_s: float | None

    def open(self, waiting: Waiting) -> None:
        """Be ready to play. Raises DeviceError where it cannot."""
        ...

    def wake(self) -> None:
        """Samples have come: play, if it does not yet."""
        ...

    def finish(self) -> None:
        """All was taken: return when all is heard. `wake` begins again."""
        ...

    def halt(self) -> None:
        """Be silent at once, and give everything back. May be called more than once, and during `finish`."""
        ...
