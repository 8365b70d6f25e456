"""Lines on a page: which breaks are paragraphs, which are verse or lists, and which a narrow column made.

A blank line, a form feed or U+2029 ends a paragraph. A single line break is a space when the text looks hard-wrapped
(every line is as full as its next word allows) or when a sentence plainly runs on; else it is a break of its own with
a pause.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

# A column narrower than this is verse or a list; wider than the other, nobody wraps by hand.
_NARROWEST_COLUMN, _WIDEST_COLUMN = 45, 130

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*(?P<end>\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|\Z)")
_PARAGRAPH_ENDS = frozenset("\x0c\x1c\x1d\x1e\u2029")
_LIST_ITEM = re.compile(r"\s{0,8}(?:[-*+•‣◦▪·–—]|\(?\d{1,3}[.):]|\(?[a-zA-Z][.)]|#{1,6})\s+\S|\s{0,8}[•‣◦▪·]")
_RULE_LINE = re.compile(r"[^\w<]*\Z")
_INVISIBLE = " \t\u00a0\u200b\ufeff\u2060"
_CLOSED = frozenset(".!?…:;。！？।؟۔")
_LOOSE = frozenset(",;:—–-、，；：")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text to be spoken without regard to its line breaks.

    Attributes:
        start: offset in the original.
        end: offset past its last character.
        ends: what comes behind it: a new paragraph, a line that stands alone, or a line that leans on the next (verse).
    """

    start: int
    end: int
    ends: Literal["paragraph", "line", "clause"]


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    is_item: bool


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text, in order and apart; lines without a letter or figure are not part of any."""
    paragraph: list[_Line] = []
    for match in _LINE.finditer(text):
        start, end = match.start(), match.start("end")
        line = text[start:end].strip(_INVISIBLE)
        if line and not _RULE_LINE.match(line):
            paragraph.append(_Line(start, end, line, _LIST_ITEM.match(line) is not None))
            closes = match["end"] in _PARAGRAPH_ENDS
        else:
            closes = True
        if closes and paragraph:
            yield from _paragraph(paragraph)
            paragraph = []
    if paragraph:
        yield from _paragraph(paragraph)


def _paragraph(lines: list[_Line]) -> Iterator[Block]:
    is_wrapped = _looks_wrapped(lines)
    start = lines[0].start
    for line, following in pairwise(lines):
        if not following.is_item and (is_wrapped or _runs_on(line, following)):
            continue
        leans = line.text[-1] in _LOOSE and not line.is_item
        yield Block(start, line.end, "clause" if leans else "line")
        start = following.start
    yield Block(start, lines[-1].end, "paragraph")


def _looks_wrapped(lines: list[_Line]) -> bool:
    """Whether each line ends only because the next word would not have fitted the column."""
    column = max(len(line.text) for line in lines)
    if not _NARROWEST_COLUMN <= column <= _WIDEST_COLUMN:
        return False
    return all(
        len(line.text) + 1 + len(following.text.split(None, 1)[0]) > column
        for line, following in pairwise(lines)
        if not following.is_item
    )


def _runs_on(line: _Line, following: _Line) -> bool:
    """Whether a sentence plainly goes on: no stop at the line's end, a small letter at the next one's beginning."""
    return line.text[-1] not in _CLOSED and following.text[0].islower()
