"""The line before the readers: a few documents are read at once, a few of one person; the others wait their turn.

Whoever reads least is next, then whoever came first. Places may be given back from any thread.
"""

import os
import threading
from collections import Counter
from dataclasses import dataclass, field

from engine.errors import Cancelled
from studio.books.errors import TooManyReadings

MOST_OF_ONE = 2
"""Documents of one person read at once."""

MOST_WAITING = 8
"""Documents of one person that wait for that."""


class Line:
    """Who reads, and who waits."""

    def __init__(self, most: int | None = None) -> None:
        """Args: most: readings at once; None is a core each, and never so few that one person takes them all."""
        self._most = max(os.cpu_count() or 1, MOST_OF_ONE + 1) if most is None else most
        self._changed = threading.Condition()
        self._waiting: list[Place] = []
        self._reading: Counter[str] = Counter()

    def enter(self, person: str) -> "Place":
        """Stand in the line; never waits.

        Raises:
            TooManyReadings: the person has enough waiting.
        """
        with self._changed:
            if sum(place.person == person for place in self._waiting) >= MOST_WAITING:
                raise TooManyReadings(
                    f"{MOST_WAITING} of your documents wait to be read already, the most allowed. Wait for one."
                )
            place = Place(self, person)
            self._waiting.append(place)
            self._admit()
        return place

    def wait_for(self, place: "Place") -> None:
        """Wait until it is the place's turn. Raises Cancelled when it was given back meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: place.has_turn or place.is_closed)
            if place.is_closed:
                raise Cancelled("The document is no longer wanted.")

    def leave(self, place: "Place") -> None:
        """Give a place back, waiting or not; twice is the same as once."""
        with self._changed:
            if place.is_closed:
                return
            place.is_closed = True
            if place.has_turn:
                self._reading[place.person] -= 1
            else:
                self._waiting.remove(place)
            self._admit()
            self._changed.notify_all()

    def counts(self) -> tuple[int, int]:
        """(reading, waiting) now."""
        with self._changed:
            return self._reading.total(), len(self._waiting)

    def _admit(self) -> None:
        while self._reading.total() < self._most:
            able = [place for place in self._waiting if self._reading[place.person] < MOST_OF_ONE]
            if not able:
                break
            # The first of those who read least: `min` keeps the order of arrival.
            following = min(able, key=lambda place: self._reading[place.person])
            self._waiting.remove(following)
            self._reading[following.person] += 1
            following.has_turn = True
        self._reading = +self._reading
        self._changed.notify_all()


@dataclass(eq=False)
class Place:
    """Somebody's place in a line."""

    line: Line
    person: str
    has_turn: bool = field(default=False, init=False)
    is_closed: bool = field(default=False, init=False)

    def wait(self) -> None:
        """See `Line.wait_for`."""
        self.line.wait_for(self)

    def close(self) -> None:
        """See `Line.leave`."""
        self.line.leave(self)
