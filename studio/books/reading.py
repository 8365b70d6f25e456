"""The door to every document: a file or pasted text -> Book. Parsing happens in a process of its own.

A document is a stranger's program for a parser. The process gives it a fixed time and a fixed amount of memory, takes
the parser's memory back to the last byte, and dies in the studio's stead.
"""

import json
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from studio.books.errors import BookError
from studio.books.kinds import format_of
from studio.books.model import Book
from studio.books.wire import from_json

TIME_LIMIT_S = 180.0  # a scanned thousand-page PDF with text takes about 60 s on a slow machine
_MAX_NAME_CHARS = 80
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
    name = display_name(filename)
    started = time.monotonic()
    try:
        run = subprocess.run(
            [sys.executable, "-m", "studio.books", str(path), name, str(max_chars), str(int(time_limit_s) + 1)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=time_limit_s,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired as exc:
        minutes = time_limit_s / 60
        limit = f"{minutes:.0f} minutes" if minutes > 1.5 else f"{time_limit_s:.0f} seconds"
        raise BookError(f"“{name}” takes longer than {limit} to read. Split it, or save it as plain text.") from exc
    if run.returncode == 0:
        log.debug("read a book of %d bytes in %.2f s", len(run.stdout), time.monotonic() - started)
        return from_json(run.stdout)
    raise _failure(run, name)


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
    from studio.books import text as text_format

    return text_format.read_string(text, _PASTED, "Pasted text", len(text) + 1 if max_chars is None else max_chars)


def parse(path: Path, name: str, max_chars: int) -> Book:
    """What the child process does: tell the format and read it. Only call it on documents you trust.

    Raises:
        BookError: see `read_book`.
    """
    title = _title_of(name)
    match format_of(path, name):
        case "epub":
            from studio.books import epub

            return epub.read(path, name, title, max_chars)
        case "pdf":
            from studio.books import pdf

            return pdf.read(path, name, title, max_chars)
        case "docx":
            from studio.books import docx

            return docx.read(path, name, title, max_chars)
        case "html":
            from studio.books import html

            return html.read(_whole(path, name, max_chars), name, title, max_chars)
        case "fb2":
            from studio.books import fb2

            return fb2.read(_whole(path, name, max_chars), name, title, max_chars)
        case "markdown":
            from studio.books import markdown

            return markdown.read(_whole(path, name, max_chars), name, title, max_chars)
        case "text":
            from studio.books import text

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


def _failure(run: subprocess.CompletedProcess[bytes], name: str) -> BookError:
    if run.stderr:
        log.warning(
            "reading a document ended with %s: %s", run.returncode, run.stderr[-4000:].decode("utf-8", "replace")
        )
    try:
        return BookError(str(json.loads(run.stdout)["error"]))
    except (ValueError, KeyError, TypeError):
        # Killed for its memory or its time, or by a fault in a parser's own code.
        return BookError(
            f"“{name}” could not be read: it is damaged or needs too much memory. Save it in another format."
        )
