"""The books that people have open and not yet submitted, and the plan they make for them. It knows no component.

A few books a person, the latest kept: what falls off is dropped in again by its owner. Nothing is written to disk.
"""

import base64
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

from engine.errors import OptionError
from engine.text import tags
from studio.books import Book
from studio.books.edit import merge, rename
from studio.books.plan import WORDS_PER_MINUTE, default_chapters

OPEN_BOOKS = 24
BOOKS_OF_ONE = 4
COVER_MAX_BYTES = 3_000_000  # beyond it the page shows none; the finished book has it all the same
MAX_NAME_CHARS = 300
MAX_TAGS = 20


class Desk:
    """Open books by id; another person's id is as good as none. Safe to use from several threads."""

    def __init__(self) -> None:
        self._books: OrderedDict[str, tuple[str, Book]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, owner: str, book: Book) -> str:
        """Lay a book on the desk; its id."""
        book_id = secrets.token_hex(16)
        with self._lock:
            self._books[book_id] = (owner, book)
            own = [known for known, (whose, _) in self._books.items() if whose == owner]
            for stale in own[:-BOOKS_OF_ONE]:
                del self._books[stale]
            while len(self._books) > OPEN_BOOKS:
                self._books.popitem(last=False)
        return book_id

    def get(self, owner: str, book_id: str) -> Book:
        """The book as it was read.

        Raises:
            OptionError: not open, or not this owner's.
        """
        with self._lock:
            whose, book = self._books.get(book_id, ("", None))
            if book is None or whose != owner:
                raise OptionError("This book is no longer open; drop its file in again.")
            self._books.move_to_end(book_id)
            return book


def outline(book_id: str, book: Book) -> dict[str, Any]:
    """What the page shows of a book, as JSON: everything but its text."""
    ticked = set(default_chapters(book))
    cover = ""
    if book.cover and book.cover_type and len(book.cover) <= COVER_MAX_BYTES:
        cover = f"data:{book.cover_type};base64,{base64.b64encode(book.cover).decode('ascii')}"
    return {
        "id": book_id,
        "title": book.title,
        "authors": list(book.authors),
        "language": book.language,
        "cover": cover,
        "notices": list(book.notices),
        "words_per_minute": WORDS_PER_MINUTE,
        "tags": _tags(book),
        "chapters": [
            {"title": chapter.title, "kind": chapter.kind, "words": chapter.word_count, "ticked": index in ticked}
            for index, chapter in enumerate(book.chapters)
        ],
    }


def _tags(book: Book) -> list[str]:
    """The kinds of emotion tags in it, the first ones first, so that the page can say what a voice cannot do."""
    texts = (text for chapter in book.chapters for text in chapter.paragraphs)
    names = (tag.name for text in texts for tag in tags.find(text) if tag.kind == "emotion")
    return list(islice(dict.fromkeys(names), MAX_TAGS))


def planned(book: Book, plan: Mapping[str, Any]) -> tuple[Book, list[int]]:
    """The book as the person wants it, and the indices to narrate.

    Args:
        book: as it was read.
        plan: {"title", "authors", "chapters": [{"sources": [0, 1], "title": "One", "ticked": true}, ...]}: neighbouring
            chapters of one entry become one. Chapters that no entry names are not narrated.

    Raises:
        OptionError: a plan that does not fit the book, or ticks nothing.
    """
    entries = [_entry(entry, len(book.chapters)) for entry in _list(plan.get("chapters"))]
    starts = [sources[0] for sources, _, _ in entries]
    if starts != sorted(set(starts)) or any(a[0][-1] >= b[0][0] for a, b in pairwise(entries)):
        raise OptionError("The chapters of the plan overlap or are out of order; open the book again.")
    if not any(ticked for _, _, ticked in entries):
        raise OptionError("No chapter is chosen; tick at least one.")
    # From the end, so that the indices before a merge stay true.
    for sources, title, _ in reversed(entries):
        if len(sources) > 1:
            book = merge(book, sources[0], sources[-1])
        if title != book.chapters[sources[0]].title:
            book = rename(book, sources[0], title)
    indices: list[int] = []
    merged_away = 0
    for sources, _, ticked in entries:
        if ticked:
            indices.append(sources[0] - merged_away)
        merged_away += len(sources) - 1
    title = _line(plan.get("title")) or book.title
    authors = _line(plan.get("authors"))
    names = tuple(name.strip() for name in authors.split(",") if name.strip()) if "authors" in plan else book.authors
    return replace(book, title=title, authors=names), indices


def _entry(entry: Any, chapters: int) -> tuple[list[int], str, bool]:
    if not isinstance(entry, Mapping):
        raise OptionError("The plan of the chapters cannot be read; open the book again.")
    sources = [index for index in _list(entry.get("sources")) if isinstance(index, int)]
    if (
        not sources
        or sources != list(range(sources[0], sources[0] + len(sources)))
        or not 0 <= sources[0] <= sources[-1] < chapters
    ):
        raise OptionError(f"Only neighbouring chapters from 1 to {chapters} can be merged; open the book again.")
    return sources, str(entry.get("title", "")), bool(entry.get("ticked"))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _line(value: Any) -> str:
    return " ".join(str(value or "").split())[:MAX_NAME_CHARS]
