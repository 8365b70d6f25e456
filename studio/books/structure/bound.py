"""A book of more chapters than anybody listens to by name: what is beyond is joined, and said. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from studio.books.model import KINDS, Book, Chapter
from studio.books.plan import skip_notice

MAX_CHAPTERS = 2000
"""The Bible has 1,189. Every chapter is a task, a row and a line on the page."""


def bounded(book: Book, most: int = MAX_CHAPTERS) -> Book:
    """The book with at most `most` chapters, all its words, and a notice where chapters had to be joined.

    Only chapters of one kind are joined, so that what is narrated unless asked for stays apart from what is not.
    """
    if len(book.chapters) <= most:
        return book
    first = most - len({chapter.kind for chapter in book.chapters})
    kept, rest = book.chapters[:first], book.chapters[first:]
    groups = [[chapter for chapter in rest if chapter.kind == kind] for kind in KINDS]
    joined = [_joined(group) for group in groups if group]
    notice = (
        f"This document has {len(book.chapters):,} chapters and a book may have {most:,}: "
        f"those from “{rest[0].title}” on are joined."
    )
    chapters = (*kept, *joined)
    # The sentence about what is skipped counts chapters too.
    skipped = {skip_notice(book.chapters): skip_notice(chapters)}
    notices = tuple(skipped.get(said, said) for said in book.notices)
    return replace(book, chapters=chapters, notices=(*notices, notice))


def _joined(group: Sequence[Chapter]) -> Chapter:
    paragraphs = tuple(paragraph for chapter in group for paragraph in chapter.paragraphs)
    return replace(group[0], paragraphs=paragraphs, notes=sum(chapter.notes for chapter in group))
