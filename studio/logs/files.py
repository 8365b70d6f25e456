"""A log's file: begun anew when it is long, with a few old ones behind it; several processes may write to it.

A file that cannot be written costs its lines and one warning at the terminal, never the work.
"""

import contextlib
import fcntl
import logging
import os
import sys
from collections.abc import Generator
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000
OLD_ONES = 3


class LogFile(RotatingFileHandler):
    """`NAME.log`, and `NAME.log.1` to `.3` behind it."""

    def __init__(self, file: Path) -> None:
        """Args: file: made, with its folder, when the first line is written."""
        super().__init__(
            file, maxBytes=MAX_BYTES, backupCount=OLD_ONES, encoding="utf-8", delay=True, errors="backslashreplace"
        )
        self._file = file
        self._has_told = False
        self._is_telling = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a warning about this very file is not for it."""
        if not self._is_telling:
            super().emit(record)

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        """Whether the line no longer fits; whoever else writes may have begun anew in the meantime."""
        self._follow()
        return bool(super().shouldRollover(record))

    def doRollover(self) -> None:
        """Begin anew, one process at a time; whoever finds another at it goes on in the old file this once."""
        with _alone(self._file.with_name(f".{self._file.name}.lock")) as is_alone:
            if not is_alone:
                return
            self._follow()
            if self._file.exists() and self._file.stat().st_size >= self.maxBytes // 2:
                super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:
        """Say it once, let go of the file, and try again with the next line."""
        reason = sys.exc_info()[1]
        if self.stream is not None:  # pyright: ignore[reportUnnecessaryComparison]
            with contextlib.suppress(OSError, ValueError):
                self.stream.close()
            self.stream = None  # pyright: ignore[reportAttributeAccessIssue]
        if self._has_told:
            return
        self._has_told = self._is_telling = True
        why = reason.strerror if isinstance(reason, OSError) and reason.strerror else type(reason).__name__
        try:
            log.warning("The log %s cannot be written (%s). The studio goes on without it.", self._file, why)
        finally:
            self._is_telling = False

    def _open(self) -> TextIOWrapper:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_APPEND | os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC
        return os.fdopen(os.open(self._file, flags, 0o600), "a", encoding=self.encoding, errors=self.errors)

    def _follow(self) -> None:
        """Let go of a file that another process has put behind, or that somebody removed."""
        if self.stream is None:  # pyright: ignore[reportUnnecessaryComparison]
            return
        ours = os.fstat(self.stream.fileno())
        try:
            now = self._file.stat()
            is_same = (now.st_dev, now.st_ino) == (ours.st_dev, ours.st_ino)
        except FileNotFoundError:
            is_same = False
        if not is_same:
            self.stream.close()
            self.stream = None  # pyright: ignore[reportAttributeAccessIssue]


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _alone(file: Path) -> Generator[bool]:
    with open(file, "w", opener=_for_us_alone) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
