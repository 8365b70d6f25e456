"""How much one person may ask for: streams at once, text in one go, bytes in one upload."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from studio.access.errors import TooLarge, TooMany
from studio.access.people import Person

MAX_WATCHES = 40
"""Watched jobs of one person at once; a watch costs one read of the database every half second."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the settings allow one person.

    Attributes:
        max_streams: streams open at once.
        max_speech_chars: text of one speech request.
        max_book_chars: text of one book.
        max_upload_bytes: one file.
    """

    max_streams: int
    max_speech_chars: int
    max_book_chars: int
    max_upload_bytes: int


class Limits:
    """Keeps count, per person."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self._streams: Counter[str] = Counter()
        self._watches: Counter[str] = Counter()
        self._lock = threading.Lock()

    def open_stream(self, person: Person) -> "StreamSlot":
        """Take a place among the person's streams; close it when the stream ends.

        Raises:
            TooMany: all their places are taken.
        """
        most = self.allowance.max_streams
        return self._take(
            self._streams,
            person,
            most,
            f"You have {most} streams open already, which is the most at once; stop one or wait for it to end.",
        )

    def open_watch(self, person: Person) -> "StreamSlot":
        """Take a place among the person's watched jobs; close it when nobody watches.

        Raises:
            TooMany: all their places are taken.
        """
        return self._take(
            self._watches, person, MAX_WATCHES, f"You watch {MAX_WATCHES} jobs already; close a page that shows some."
        )

    def _take(self, taken: Counter[str], person: Person, most: int, sentence: str) -> "StreamSlot":
        with self._lock:
            if taken[person.name] >= most:
                raise TooMany(sentence)
            taken[person.name] += 1
        return StreamSlot(lambda: self._release(taken, person.name))

    def streams(self, person: Person) -> int:
        """How many streams the person has open."""
        with self._lock:
            return self._streams[person.name]

    def check_speech_text(self, text: str) -> None:
        """Raises TooLarge: more text than one speech request may have."""
        most = self.allowance.max_speech_chars
        if len(text) > most:
            raise TooLarge(
                f"The text has {len(text):,} characters and one request may have {most:,}; "
                "send it in parts, or make an audiobook of it."
            )

    def _release(self, taken: Counter[str], name: str) -> None:
        with self._lock:
            taken[name] -= 1
            if taken[name] <= 0:
                del taken[name]


class StreamSlot:
    """One of a person's places; closing it twice is the same as once."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release
        self._lock = threading.Lock()

    def __enter__(self) -> "StreamSlot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the place back."""
        with self._lock:
            release, self._release = self._release, None
        if release is not None:
            release()


def megabytes(size_bytes: int) -> str:
    """A size as a person reads it."""
    return f"{size_bytes / 1_000_000:,.0f} MB" if size_bytes >= 1_000_000 else f"{size_bytes:,} bytes"
