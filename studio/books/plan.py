"""What would be narrated of a book, how long it takes to hear, and what is left out unless asked for."""

from collections.abc import Iterable

from studio.books.model import Book, Chapter

WORDS_PER_MINUTE = 160  # an unhurried narrator; audiobooks are commonly read at 150 to 170


def default_chapters(book: Book) -> tuple[int, ...]:
    """Indices of the chapters narrated unless the person says otherwise: the work itself.

    A document made only of front matter or notes is narrated whole: somebody who brings it wants to hear it.
    """
    body = tuple(index for index, chapter in enumerate(book.chapters) if chapter.kind == "body")
    return body or tuple(range(len(book.chapters)))


def skip_notice(chapters: Iterable[Chapter]) -> str:
    """One sentence about what is not ticked by default; "" when everything is."""
    chapters = list(chapters)
    if all(chapter.kind != "body" for chapter in chapters):
        return ""
    front = sum(chapter.kind == "front" for chapter in chapters)
    back = sum(chapter.kind == "back" for chapter in chapters)
    notes = sum(max(1, chapter.notes) for chapter in chapters if chapter.kind == "notes")
    parts = [
        _count(front, "front-matter section"),
        _count(back, "back-matter section"),
        _count(notes, "footnote"),
    ]
    parts = [part for part in parts if part]
    if not parts:
        return ""
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    them = "it" if front + back + notes == 1 else "them"
    return f"Skipped {listed}; tick {them} to narrate {them}."


def _count(number: int, noun: str) -> str:
    return "" if number == 0 else f"{number:,} {noun}{'' if number == 1 else 's'}"
