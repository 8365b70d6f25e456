"""The door to every document: a file or pasted text -> Book. Parsing happens in a process of its own.

A document is a stranger's program for a parser. The process gives it a fixed time and a fixed amount of memory, takes
the parser's memory back to the last byte, and dies in the studio's stead.
"""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from engine.errors import Cancelled
from studio.books.errors import BookError
from studio.books.kinds import format_of
from studio.books.line import Place
from studio.books.model import Book
from studio.books.structure.bound import bounded
from studio.books.wire import from_json

TIME_LIMIT_S = 180.0  # a scanned thousand-page PDF with text takes about 60 s on a slow machine
QUICK_LIMIT_S = 30.0  # text and Markdown: a long novel takes some seconds on a slow machine
_MAX_NAME_CHARS = 80
_PROGRAM = ("-m", "studio.books")
_PASTED = "The pasted text"

log = logging.getLogger(__name__)


def read_book(path: Path, filename: str, max_chars: int, *, time_limit_s: float = TIME_LIMIT_S) -> Book:
    """Read a document of any supported format.

    Args:
        path: where the bytes are.
        filename: what the person calls it; used in messages, for the title, and to tell Markdown from plain text.
        max_chars: most characters of text to accept.
        time_limit_s: seconds until reading is given up.

    Returns:
        A Book with at least one chapter.

    Raises:
        BookError: one sentence on why not, which names the file as the person does and never its path.
    """
    return Reading(path, filename, max_chars, time_limit_s=time_limit_s).book()


class Reading:
    """One document on its way to be a book; see `read_book`. `close` ends it from any thread."""

    def __init__(
        self,
        path: Path,
        filename: str,
        max_chars: int,
        *,
        time_limit_s: float = TIME_LIMIT_S,
        quick_limit_s: float = QUICK_LIMIT_S,
    ) -> None:
        self._path = path
        self._name = display_name(filename)
        self._max_chars = max_chars
        self._time_limit_s = time_limit_s
        self._quick_limit_s = min(quick_limit_s, time_limit_s)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._place: Place | None = None

    def closes(self, place: Place) -> None:
        """Have a place in the line given back with this."""
        self._place = place

    def close(self) -> None:
        """End the reading, if it has not ended: its process is killed, its place is free. Does not wait."""
        with self._lock:
            self._is_closed = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
        if self._place is not None:
            self._place.close()

    def book(self) -> Book:
        """Read it. Raises BookError, or Cancelled when it was closed."""
        started = time.monotonic()
        process = self._start()
        try:
            answer, told = process.communicate(timeout=self._time_limit_s)
        except subprocess.TimeoutExpired as exc:
            process.kill()
            process.communicate()
            raise self._too_long(self._time_limit_s) from exc
        if self._is_closed:
            raise Cancelled("The document is no longer wanted.")
        if process.returncode == 0:
            log.debug("read a book of %d bytes in %.2f s", len(answer), time.monotonic() - started)
            return from_json(answer)
        if process.returncode == -signal.SIGALRM:
            raise self._too_long(self._quick_limit_s)
        raise _failure(process.returncode, answer, told, self._name)

    def _start(self) -> "subprocess.Popen[bytes]":
        numbers = (self._max_chars, int(self._time_limit_s) + 1, self._quick_limit_s)
        with self._lock:
            if self._is_closed:
                raise Cancelled("The document is no longer wanted.")
            self._process = subprocess.Popen(
                [sys.executable, *_PROGRAM, str(self._path), self._name, *map(str, numbers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
            )
            return self._process

    def _too_long(self, limit_s: float) -> BookError:
        minutes = limit_s / 60
        limit = f"{minutes:.0f} minutes" if minutes > 1.5 else f"{limit_s:.0f} seconds"
        return BookError(f"“{self._name}” takes longer than {limit} to read. Split it, or save it as plain text.")


def read_text(text: str, max_chars: int | None = None) -> Book:
    """Read text that somebody typed or pasted; chapters are found as in a text file.

    Args:
        text: as it came.
        max_chars: most characters to accept; None leaves that to the caller.

    Raises:
        BookError: it is empty, has no words, or is too long.
    """
    if not text.strip():
        raise BookError("There is no text. Paste or type some.")
    from studio.books.formats import text as text_format

    limit = len(text) + 1 if max_chars is None else max_chars
    return bounded(text_format.read_string(text, _PASTED, "Pasted text", limit))


def parse(path: Path, name: str, max_chars: int) -> Book:
    """What the child process does: tell the format and read it. Only call it on documents you trust.

    Raises:
        BookError: see `read_book`.
    """
    return bounded(_parsed(path, name, max_chars))


def is_quick(path: Path, name: str) -> bool:
    """Whether a document is of a kind that never takes long, unless it was made to. Raises BookError."""
    return format_of(path, name) in {"markdown", "text"}


def _parsed(path: Path, name: str, max_chars: int) -> Book:
    title = _title_of(name)
    match format_of(path, name):
        case "epub":
            from studio.books.formats import epub

            return epub.read(path, name, title, max_chars)
        case "pdf":
            from studio.books.formats import pdf

            return pdf.read(path, name, title, max_chars)
        case "docx":
            from studio.books.formats import docx

            return docx.read(path, name, title, max_chars)
        case "html":
            from studio.books.formats import html

            return html.read(_whole(path, name, max_chars), name, title, max_chars)
        case "fb2":
            from studio.books.formats import fb2

            return fb2.read(_whole(path, name, max_chars), name, title, max_chars)
        case "markdown":
            from studio.books.formats import markdown

            return markdown.read(_whole(path, name, max_chars), name, title, max_chars)
        case "text":
            from studio.books.formats import text

            return text.read(_whole(path, name, max_chars), name, title, max_chars)


def display_name(filename: str) -> str:
    """A file's name without its folders, short and on one line."""
    name = re.split(r"[\\/]", filename)[-1]
    name = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    if len(name) > _MAX_NAME_CHARS:
        stem, dot, ending = name.rpartition(".")
        tail = f"…{dot}{ending}" if stem and len(ending) <= 8 else "…"
        name = name[: _MAX_NAME_CHARS - len(tail)] + tail
    return name or "The file"


def _title_of(name: str) -> str:
    stem = Path(name).stem.replace("_", " ").strip()
    return " ".join(stem.split()) or "Untitled"


def _whole(path: Path, name: str, max_chars: int) -> bytes:
    """The bytes of a single-file format. Markup may be several times its text, four bytes a character at worst."""
    limit = min(256 * 2**20, 16 * max_chars + 2**20)
    if path.stat().st_size > limit:
        raise BookError(f"“{name}” has more than {max_chars:,} characters of text. Split it and give its pieces.")
    return path.read_bytes()


class _Said(Exception):
    """What a reader's process said at its end: for the terminal, and never in a log, where its kind stands for it."""


def _failure(status: int, answer: bytes, told: bytes, name: str) -> BookError:
    if told:
        log.warning("reading a document ended with %s: %s", status, _Said(told[-4000:].decode("utf-8", "replace")))
    try:
        return BookError(str(json.loads(answer)["error"]))
    except (ValueError, KeyError, TypeError):
        # Killed for its memory or its time, or by a fault in a parser's own code.
        return BookError(
            f"“{name}” could not be read: it is damaged or needs too much memory. Save it in another format."
        )
