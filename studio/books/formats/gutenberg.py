"""What Project Gutenberg wraps around a book: its header, its licence, and what the header says about the book."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studio.books.structure.blocks import Block

_START = re.compile(
    r"\*{3}\s?START OF (?:THE|THIS) PROJECT GUTENBERG E-?(?:BOOK|TEXT)[^\n*]*(?:\n[^\n*]{1,200})?\*{3}"
    r"|\*END\*?\s?THE SMALL PRINT![^\n]*"  # before 2004
)
_END = re.compile(
    r"\*{3}\s?END OF (?:THE|THIS) PROJECT GUTENBERG|^End of (?:the |this )?Project Gutenberg", re.MULTILINE
)
_FIELD = re.compile(r"^(Title|Author|Language):[ \t]*(\S.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_HEADER_CHARS = 40_000
_HEADER_BLOCKS = 200
_LANGUAGES = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "finnish": "fi",
    "swedish": "sv",
    "danish": "da",
    "norwegian": "no",
    "polish": "pl",
    "russian": "ru",
    "hungarian": "hu",
    "greek": "el",
    "latin": "la",
    "chinese": "zh",
    "japanese": "ja",
    "esperanto": "eo",
    "catalan": "ca",
}


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A plain text in its three parts; header and footer are "" for a text from elsewhere.

    Attributes:
        header: up to and with the line that says where the book starts.
        body: the book.
        footer: from the line that says where it ends.
    """

    header: str
    body: str
    footer: str

    def said(self, field: str) -> str:
        """What the header says about "title", "author" or "language" (as a tag); "" when nothing."""
        found = {key.lower(): " ".join(value.split()) for key, value in _FIELD.findall(self.header)}.get(field, "")
        return _LANGUAGES.get(found.split(",")[0].strip().lower(), "") if field == "language" else found


def unwrap(text: str) -> Wrapped:
    """A plain text without what stands around it."""
    start = _START.search(text, 0, _HEADER_CHARS)
    begin = start.end() if start else 0
    end = _END.search(text, begin)
    return (
        Wrapped(text[:begin], text[begin : end.start()], text[end.start() :])
        if end
        else Wrapped(text[:begin], text[begin:], "")
    )


def mark_licences(blocks: Sequence[Block]) -> None:
    """Give what stands around the book the role "licence", in a document already cut into blocks."""
    first = next((at for at, block in enumerate(blocks[:_HEADER_BLOCKS]) if _START.search(block.text)), -1)
    last = next((at for at in range(first + 1, len(blocks)) if _END.search(blocks[at].text)), len(blocks))
    for at, block in enumerate(blocks):
        if at <= first or at >= last:
            block.role = "licence"
