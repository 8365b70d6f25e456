"""A worker's heart: says a few times a second that it lives and how far it is, and hears when it should stop.

Beats from a thread of its own, so that a sentence that takes a minute does not look like death, and the work itself
never waits for the database.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterable
from types import FrameType
from typing import Self

from sqlalchemy import Engine

from studio.library.errors import LibraryError
from studio.library.jobs.leases import Claim, Progress, beat

log = logging.getLogger(__name__)

BEAT_EVERY_S = 0.3
"""How soon a pause is heard, and how fresh the page's numbers are."""

STUCK_AFTER_S = 1800.0
"""A segment on a slow machine may take minutes; a process that takes longer than this hangs in foreign code and ends.

Whoever takes the part over counts it as a death over that segment, so a segment that always hangs is marked in the end.
"""

MAX_NOTICES = 50
"""Kept for one part."""

_told_to_end = threading.Event()


class Interrupted(Exception):
    """The job was paused, cancelled, failed or deleted elsewhere, or the worker is to end. Not a fault."""


class Heart:
    """Set the public numbers from the work; call `check` between pieces of it.

    Attributes:
        words_done: of the part's text.
        audio_s: seconds of sound made or heard.
        total_s: seconds of sound in the whole part, once known.
        message: one short sentence for the person.
        notices: what the voice had to say about the part so far, each sentence once, at most MAX_NOTICES.
        has_advanced: something new was finished since this worker began.
        owed_s: seconds of work that no beat has told yet; right once the heart has stopped.
    """

    def __init__(self, db: Engine, held: Claim) -> None:
        self.words_done = held.part.words_done
        self.audio_s = held.part.audio_s
        self.total_s = held.part.total_s
        self.message = ""
        self.notices: tuple[str, ...] = ()
        self.has_advanced = False
        self.owed_s = 0.0
        self._db = db
        self._held = held
        self._counted_until = self._moved_at = time.monotonic()
        self._must_stop = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, name="heart", daemon=True)

    def notice(self, sentences: Iterable[str]) -> None:
        """Remember what the person should know, once."""
        fresh = [one for one in sentences if one not in self.notices]
        if fresh:
            self.notices = tuple(dict.fromkeys((*self.notices, *fresh)))[:MAX_NOTICES]

    def check(self) -> None:
        """Between two pieces of work.

        Raises:
            Interrupted: stop here; what is finished is kept.
        """
        if self.should_stop():
            raise Interrupted

    def should_stop(self) -> bool:
        """Whether `check` would raise. Asking also says that the work moves."""
        self._moved_at = time.monotonic()
        return self._must_stop.is_set() or _told_to_end.is_set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._count()

    def _count(self) -> None:
        until = time.monotonic()
        self.owed_s += until - self._counted_until
        self._counted_until = until

    def _live(self) -> None:
        said, told = self._held.job.message, self.notices
        while not self._ended.wait(BEAT_EVERY_S):
            if time.monotonic() - self._moved_at > STUCK_AFTER_S:
                log.error("part %d of job %s hangs; this process ends", self._held.part.number, self._held.job.id)
                os._exit(1)
            self._count()
            message, notices = self.message, self.notices
            now = Progress(
                self.words_done,
                self.audio_s,
                self.total_s,
                self.owed_s,
                self.has_advanced,
                message if message != said else None,
                notices if notices != told else None,
            )
            try:
                if not beat(self._db, self._held, now):
                    self._must_stop.set()
                    return
                self.owed_s, said, told = 0.0, message, notices
            except LibraryError as exc:
                # A locked database or a full disk must not stop the work; the next beat makes up for this one.
                log.warning("no heartbeat: %s", exc)


def end_on_sigterm() -> None:
    """From now on SIGTERM means: finish the segment in hand, give the part back, end."""

    def hear(_signal: int, _frame: FrameType | None) -> None:
        _told_to_end.set()

    signal.signal(signal.SIGTERM, hear)
