"""A Book as JSON bytes and back: how it travels from the process that reads it, and how a job may keep it."""

import base64
import json
from typing import Any

from studio.books.model import KINDS, Book, Chapter


def to_json(book: Book) -> bytes:
    """UTF-8 JSON; the cover in base64."""
    record = {
        "title": book.title,
        "authors": list(book.authors),
        "language": book.language,
        "cover": base64.b64encode(book.cover).decode("ascii") if book.cover else None,
        "cover_type": book.cover_type,
        "chapters": [
            {
                "title": chapter.title,
                "paragraphs": list(chapter.paragraphs),
                "kind": chapter.kind,
                "notes": chapter.notes,
            }
            for chapter in book.chapters
        ],
        "notices": list(book.notices),
    }
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")


def from_json(data: bytes) -> Book:
    """The inverse of `to_json`.

    Raises:
        ValueError, KeyError: not what `to_json` wrote.
    """
    record: dict[str, Any] = json.loads(data)
    return Book(
        title=record["title"],
        authors=tuple(record["authors"]),
        language=record["language"],
        cover=base64.b64decode(record["cover"]) if record["cover"] else None,
        cover_type=record["cover_type"],
        chapters=tuple(_chapter(chapter) for chapter in record["chapters"]),
        notices=tuple(record["notices"]),
    )


def _chapter(record: dict[str, Any]) -> Chapter:
    kind = record["kind"]
    if kind not in KINDS:
        raise ValueError(f"not a kind of chapter: {kind}")
    return Chapter(record["title"], tuple(record["paragraphs"]), kind, record["notes"])
