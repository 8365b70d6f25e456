"""Which logins are over: in memory, because every request asks, and in the database, because a restart must not forget.

Another studio on the same database is heard of within seconds.
"""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine

from studio.library import logins
from studio.library.errors import LibraryError

log = logging.getLogger(__name__)

REFRESH_S = 5.0


class Endings:
    """Single logouts, and generations: a number per person that "log out everywhere" raises."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Args: clock: seconds since 1970."""
        self._clock = clock
        self._ended: dict[str, float] = {}
        self._generations: dict[str, int] = {}
        self._db: Engine | None = None
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def keep_in(self, db: Engine) -> None:
        """Remember in this database, from now on.

        Raises:
            LibraryError: it cannot be read.
        """
        with self._lock:
            self._db = db
            self._read(db)

    def is_over(self, name: str, nonce: str, generation: int) -> bool:
        """Whether a login of this person was ended."""
        with self._lock:
            self._refresh()
            return nonce in self._ended or generation < self._generations.get(name, 0)

    def generation(self, name: str) -> int:
        """What a new login of this person carries."""
        with self._lock:
            self._refresh()
            return self._generations.get(name, 0)

    def end(self, nonce: str, expires: float) -> None:
        """End one login, which would have been good until `expires` (seconds since 1970)."""
        with self._lock:
            present = self._clock()
            self._ended = {old: until for old, until in self._ended.items() if until > present}
            self._ended[nonce] = expires
            self._write(lambda db: logins.end(db, nonce, expires))

    def end_all(self, name: str) -> None:
        """End all logins of this person that there are."""

        def write(db: Engine) -> None:
            self._generations[name] = max(self._generations[name], logins.end_all(db, name))

        with self._lock:
            self._generations[name] = self._generations.get(name, 0) + 1
            self._write(write)

    def _write(self, change: Callable[[Engine], None]) -> None:
        if self._db is None:
            return
        try:
            change(self._db)
        except LibraryError as exc:
            log.warning("A logout holds until the next restart only: %s", exc)

    def _refresh(self) -> None:
        # A clock that was set back reads again, too.
        if self._db is None or 0 <= self._clock() - self._read_at < REFRESH_S:
            return
        try:
            self._read(self._db)
        except LibraryError as exc:
            log.warning("Logouts of other studios cannot be read: %s", exc)
            self._read_at = self._clock()

    def _read(self, db: Engine) -> None:
        self._ended |= logins.ended(db)
        for name, generation in logins.generations(db).items():
            self._generations[name] = max(generation, self._generations.get(name, 0))
        self._read_at = self._clock()
