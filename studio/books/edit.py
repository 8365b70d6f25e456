"""What a person does to a book's chapters before narrating it. Pure functions: a new Book each time."""

from collections.abc import Iterable
from dataclasses import replace

from engine.errors import OptionError
from studio.books.model import Book, Chapter, Kind
from studio.books.plan import skip_notice

MAX_TITLE_CHARS = 200


def rename(book: Book, index: int, title: str) -> Book:
    """Give a chapter another title; where the old one is the chapter's printed heading, the new one is spoken too.

    Raises:
        OptionError: no such chapter, or a title that is empty or longer than 200 characters.
    """
    chapter = _chapter(book, index)
    title = " ".join(title.split())
    if not title:
        raise OptionError("A chapter needs a title; type at least one letter.")
    if len(title) > MAX_TITLE_CHARS:
        raise OptionError(f"A chapter title may have {MAX_TITLE_CHARS} characters; this one has {len(title)}.")
    paragraphs = chapter.paragraphs
    if paragraphs and _same(paragraphs[0], chapter.title):
        paragraphs = (title, *paragraphs[1:])
    return _with(
        book,
        [*book.chapters[:index], replace(chapter, title=title, paragraphs=paragraphs), *book.chapters[index + 1 :]],
    )


def merge(book: Book, first: int, last: int) -> Book:
    """Join the chapters `first` to `last`, both included, into one that keeps the first's title and kind.

    Raises:
        OptionError: no such chapters, or fewer than two.
    """
    _chapter(book, first)
    _chapter(book, last)
    if last <= first:
        raise OptionError("Choose at least two neighbouring chapters to merge.")
    group = book.chapters[first : last + 1]
    merged = Chapter(
        title=group[0].title,
        paragraphs=tuple(paragraph for chapter in group for paragraph in chapter.paragraphs),
        kind=group[0].kind,
        notes=sum(chapter.notes for chapter in group),
    )
    return _with(book, [*book.chapters[:first], merged, *book.chapters[last + 1 :]])


def select(book: Book, indices: Iterable[int]) -> Book:
    """Only these chapters, in the book's order whatever the order of `indices`.

    Raises:
        OptionError: no such chapter, or none chosen.
    """
    wanted = sorted(set(indices))
    for index in wanted:
        _chapter(book, index)
    if not wanted:
        raise OptionError("No chapter is chosen; tick at least one.")
    return replace(book, chapters=tuple(book.chapters[index] for index in wanted))


def mark(book: Book, index: int, kind: Kind) -> Book:
    """Say what a chapter is, where the book was misread.

    Raises:
        OptionError: no such chapter.
    """
    chapter = _chapter(book, index)
    return _with(book, [*book.chapters[:index], replace(chapter, kind=kind), *book.chapters[index + 1 :]])


def _chapter(book: Book, index: int) -> Chapter:
    if not 0 <= index < len(book.chapters):
        raise OptionError(f"This book has chapters 1 to {len(book.chapters)}; there is no chapter {index + 1}.")
    return book.chapters[index]


def _with(book: Book, chapters: list[Chapter]) -> Book:
    """The book with other chapters, and the sentence about what is skipped brought up to date."""
    before, after = skip_notice(book.chapters), skip_notice(chapters)
    notices = [notice for notice in book.notices if notice != before]
    if after:
        notices.insert(0, after)
    return replace(book, chapters=tuple(chapters), notices=tuple(notices))


def _same(left: str, right: str) -> bool:
    return " ".join(left.split()).casefold() == " ".join(right.split()).casefold()
