"""The words of a submitted book, kept below the job's folder so that the uploaded file may go.


book.json               title, authors, language, what kind of picture the cover is
cover                   the picture's bytes, if there is one
chapters/0003.jsonl     the third part's title on the first line, then one paragraph a line
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from studio.library.errors import StorageError


class ChapterText(Protocol):
    """What is needed of `studio.books.Chapter`."""

    @property
    def title(self) -> str: ...
    @property
    def paragraphs(self) -> Sequence[str]: ...


class BookText(Protocol):
    """What is needed of `studio.books.Book`."""

    @property
    def title(self) -> str: ...
    @property
    def authors(self) -> Sequence[str]: ...
    @property
    def language(self) -> str: ...
    @property
    def cover(self) -> bytes | None: ...
    @property
    def chapters(self) -> Sequence[ChapterText]: ...


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A kept book without its chapters' text."""

    folder: Path
    title: str
    authors: tuple[str, ...]
    language: str

    def cover(self) -> bytes | None:
        """The cover's bytes, or None."""
        path = self.folder / "cover"
        return path.read_bytes() if path.exists() else None

    def chapter_title(self, number: int) -> str:
        """The title of part `number`."""
        with self._open(number) as lines:
            return str(json.loads(next(lines)))

    def paragraphs(self, number: int) -> Iterator[str]:
        """The paragraphs of part `number`, one at a time: a chapter is never held whole."""
        with self._open(number) as lines:
            next(lines)
            for line in lines:
                yield str(json.loads(line))

    def _open(self, number: int) -> Any:
        try:
            return open(self.folder / "chapters" / f"{number:04d}.jsonl", encoding="utf-8")
        except FileNotFoundError as exc:
            raise StorageError(
                f"The text of chapter {number + 1} is gone from the disk. Submit the book again."
            ) from exc


def keep(folder: Path, book: BookText, chapters: Sequence[int]) -> Manuscript:
    """Write the chosen chapters of a book below `folder`, numbered 0, 1, 2, ... in the order given."""
    (folder / "chapters").mkdir(parents=True, exist_ok=True)
    for number, index in enumerate(chapters):
        chapter = book.chapters[index]
        with open(folder / "chapters" / f"{number:04d}.jsonl", "w", encoding="utf-8") as lines:
            lines.write(json.dumps(chapter.title) + "\n")
            lines.writelines(json.dumps(paragraph) + "\n" for paragraph in chapter.paragraphs)
    if book.cover:
        (folder / "cover").write_bytes(book.cover)
    about = {"title": book.title, "authors": list(book.authors), "language": book.language}
    (folder / "book.json").write_text(json.dumps(about), encoding="utf-8")
    return open_manuscript(folder)


def open_manuscript(folder: Path) -> Manuscript:
    """Read what `keep` wrote.

    Raises:
        StorageError: it is gone.
    """
    try:
        about = json.loads((folder / "book.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as exc:
        raise StorageError("The text of this book is gone from the disk. Submit the book again.") from exc
    return Manuscript(folder, about["title"], tuple(about["authors"]), about["language"])
