"""Whether a recogniser keeps pace with a microphone: told by how much sound waits for it, and for how long it has."""

from dataclasses import dataclass

LATE_S = 3.0
"""Sound that waits: so late the words come."""
FOR_S = 6.0
"""For how long it must have waited without a break, for a model to be called too slow."""
_HURRY = 1.2


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a session is.

    Attributes:
        at_s: by any clock that runs on.
        received_s: seconds of sound that have come.
        heard_s: seconds of sound that were heard.
    """

    at_s: float
    received_s: float
    heard_s: float

    @property
    def lag_s(self) -> float:
        """Seconds of sound that wait."""
        return self.received_s - self.heard_s


def is_behind(since: Moment, now: Moment) -> bool:
    """Whether a recogniser does not keep pace.

    Args:
        since: the first moment of an unbroken row in which much sound waited.
        now: the last of them.
    """
    passed_s = now.at_s - since.at_s
    # Sound that is sent faster than anybody speaks has to wait, whoever hears it.
    is_hurried = now.received_s - since.received_s > _HURRY * passed_s
    return min(since.lag_s, now.lag_s) >= LATE_S and passed_s >= FOR_S and not is_hurried


class Pace:
    """Watches one session."""

    def __init__(self) -> None:
        self._since: Moment | None = None
        self._is_told = False

    def restart(self) -> None:
        """Sound that was kept back comes all at once."""
        self._since = None

    def falls_behind(self, now: Moment) -> bool:
        """Whether that is so, and nobody was told of it yet."""
        if now.lag_s < LATE_S:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        if self._is_told or not is_behind(self._since, now):
            return False
        self._is_told = True
        return True
