"""A book, as the studio narrates it: who wrote it, its cover, its chapters of paragraphs. Knows no file format."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["body", "front", "back", "notes"]
"""What a chapter is: the work itself, what stands before it, what stands after it, or notes to it."""

KINDS: tuple[Kind, ...] = get_args(Kind)

CoverType = Literal["image/jpeg", "image/png", ""]

# Scripts written without spaces. A Chinese or Japanese word is about two characters, which keeps estimates honest.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_CHARS_PER_UNSPACED_WORD = 2


def count_words(text: str) -> int:
    """Words in a text, for progress and estimates; scripts without spaces count two characters as a word."""
    if text.isascii():
        return len(text.split())
    unspaced = len(_UNSPACED.findall(text))
    if unspaced == 0:
        return len(text.split())
    spaced = sum(1 for word in _UNSPACED.sub(" ", text).split() if any(map(str.isalnum, word)))
    return spaced + -(-unspaced // _CHARS_PER_UNSPACED_WORD)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter, or one section around the work such as a dedication.

    Attributes:
        title: what the table of contents says, never empty.
        paragraphs: what is spoken, in order, the printed heading included; each non-empty, without "\\n\\n". A single
            "\\n" inside one is a line of verse.
        kind: what the page ticks by default: only "body".
        notes: how many footnotes or endnotes the paragraphs hold; 0 unless kind is "notes".
    """

    title: str
    paragraphs: tuple[str, ...]
    kind: Kind = "body"
    notes: int = 0

    @property
    def text(self) -> str:
        """The paragraphs, joined by blank lines."""
        return "\n\n".join(self.paragraphs)

    @property
    def word_count(self) -> int:
        """Words in all paragraphs."""
        return sum(map(count_words, self.paragraphs))


@dataclass(frozen=True, slots=True)
class Book:
    """A document a person gave, ready to narrate.

    Attributes:
        title: never empty; the file's name when the document does not say.
        authors: in the document's order; empty when unknown.
        language: BCP 47 tag, lower case; "" when unknown.
        cover: a whole JPEG or PNG file, or None.
        cover_type: the media type of `cover`; "" without one.
        chapters: in reading order; at least one.
        notices: sentences for the person about what was left out or could not be read.
    """

    title: str
    authors: tuple[str, ...]
    language: str
    cover: bytes | None
    cover_type: CoverType
    chapters: tuple[Chapter, ...]
    notices: tuple[str, ...] = ()

    @property
    def word_count(self) -> int:
        """Words in all chapters, of every kind."""
        return total_words(self.chapters)


def total_words(chapters: Iterable[Chapter]) -> int:
    """Words in some chapters."""
    return sum(chapter.word_count for chapter in chapters)
