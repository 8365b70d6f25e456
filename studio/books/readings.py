"""All documents that are being read for people now: each has a place in the line, and ends when nobody wants it."""

import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from studio.books.line import Line
from studio.books.model import Book
from studio.books.reading import Reading


class Readings:
    """One for the whole studio. Safe to use from several threads."""

    def __init__(self, line: Line | None = None) -> None:
        self.line = line or Line()
        self._lock = threading.Lock()
        self._of_session: defaultdict[str, list[Reading]] = defaultdict(list)

    def read(
        self,
        person: str,
        path: Path,
        filename: str,
        max_chars: int,
        *,
        begun: Callable[[Reading], object] | None = None,
        session: str = "",
    ) -> Book:
        """As `read_book`, when it is the person's turn.

        Args:
            person: whose document.
            path: where the bytes are.
            filename: what the person calls it.
            max_chars: most characters of text to accept.
            begun: called with the reading before it waits; closing that, from any thread, ends it.
            session: of a page; `leave` ends all readings of it.

        Raises:
            TooManyReadings: the person has enough waiting.
            Cancelled: it was closed.
            BookError: see `read_book`.
        """
        place = self.line.enter(person)
        reading = Reading(path, filename, max_chars)
        try:
            reading.closes(place)
            self._keep(session, reading)
            if begun is not None:
                begun(reading)
            place.wait()
            return reading.book()
        finally:
            self._forget(session, reading)
            reading.close()

    def leave(self, session: str) -> None:
        """A page was closed: what it wanted to read is wanted by nobody."""
        with self._lock:
            readings = self._of_session.pop(session, [])
        for reading in readings:
            reading.close()

    def _keep(self, session: str, reading: Reading) -> None:
        if session:
            with self._lock:
                self._of_session[session].append(reading)

    def _forget(self, session: str, reading: Reading) -> None:
        with self._lock, suppress(KeyError, ValueError):
            if session in self._of_session:
                self._of_session[session].remove(reading)
                if not self._of_session[session]:
                    del self._of_session[session]
