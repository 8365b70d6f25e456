"""Printed lines with their places on the page -> paragraphs and headings. Knows geometry, not the PDF format."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from studio.books.structure.blocks import Block
from studio.books.structure.headings import bare_number, is_chapter, is_named, is_part, needs_title
from studio.books.structure.reflow import join_lines, vocabulary

_EDGE_LINES = 2  # running heads and feet are among so many lines at the top and the bottom
_SAME_HEIGHT = 4.0  # points
_RUNS_ON_PAGES = 3  # the same line at the same height on so many pages is furniture
_PAGE_NUMBER = re.compile(
    r"[-–—\[(\s]*(?:page\s+|p\.\s*)?(\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?[-–—\])\s]*", re.I
)
_WITH_NUMBER = re.compile(r"^\d{1,4}\s+(?=\S)|(?<=\S)\s+\d{1,4}$")
_TERMINAL = re.compile(r"[.!?…:][”’\"')\]]*$")
_NOTE_START = re.compile(r"(?:\d{1,3}(?!\d)|[*†‡§]{1,3})[.\s)]?\s*\S")
_LARGER = 1.15  # times the body's size: a heading
_SMALLER = 0.9  # times the body's size: a footnote
_WIDER_GAP = 1.35  # times the usual distance of lines: a new paragraph
_SHORT_LINE = 0.75  # of the usual characters in a line
_MAX_HEADING_CHARS = 150


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line.

    Attributes:
        text: clean, never empty.
        x: points from the left edge to where it begins.
        y: points from the bottom of the page to its foot.
        size: of the letters, in points.
    """

    text: str
    x: float
    y: float
    size: float


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without running heads, running feet and page numbers."""
    # A large line at the top of a page is a heading, however many pages begin with "Lesson".
    largest = _body_size([line for page in pages for line in page]) * _LARGER
    seen: Counter[tuple[str, int]] = Counter()
    offsets: Counter[int] = Counter()
    for number, page in enumerate(pages):
        for line in _edges(page):
            seen.update((key, _height(line)) for key in {_key(line.text)})
            value = _page_number(line.text)
            if value is not None:
                offsets[value - number] += 1
    offset = offsets.most_common(1)[0][0] if offsets else None
    cleaned: list[list[Line]] = []
    for number, page in enumerate(pages):
        furniture: set[int] = set()
        for line in _edges(page):
            key = _key(line.text) if line.size <= largest else ""
            repeats = sum(seen[key, _height(line) + near] for near in (-1, 0, 1)) if key else 0
            if repeats >= _RUNS_ON_PAGES or (offset is not None and _page_number(line.text) == number + offset):
                furniture.add(id(line))
        cleaned.append([line for line in page if id(line) not in furniture])
    return cleaned


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> tuple[list[Block], list[int]]:
    """Lines joined into paragraphs, over page ends too.

    Args:
        pages: without furniture.

    Returns:
        The blocks, and for each page the index of the first block that begins on it.
    """
    lines = [line for page in pages for line in page]
    words = vocabulary("\n".join(line.text for line in lines))
    body_size = _body_size(lines)
    heading_sizes = sorted({_rounded(line.size) for line in lines if line.size > body_size * _LARGER}, reverse=True)
    blocks: list[Block] = []
    starts: list[int] = []
    open_lines: list[Line] = []
    waiting_notes: list[Block] = []

    def close() -> None:
        if open_lines:
            blocks.append(_block(open_lines, words, body_size, heading_sizes))
            open_lines.clear()
            # Notes at the foot of a page come after the paragraph that runs over it.
            blocks.extend(waiting_notes)
            waiting_notes.clear()

    for page in pages:
        text, notes = _footnotes(page, body_size)
        shape = _Shape.of(text)
        page_start: int | None = None
        for number, line in enumerate(text):
            before = open_lines[-1] if open_lines else None
            if before is not None and _begins(line, before, number == 0, shape, body_size):
                close()
            if page_start is None and not open_lines:
                page_start = len(blocks)
            open_lines.append(line)
        starts.append(page_start if page_start is not None else len(blocks) + (1 if open_lines else 0))
        waiting_notes.extend(_note_blocks(notes, words))
    close()
    blocks.extend(waiting_notes)
    return blocks, starts


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a page is set."""

    left: float
    leading: float
    chars: float

    @staticmethod
    def of(page: Sequence[Line]) -> "_Shape":
        lefts = Counter(round(line.x) for line in page)
        gaps = [before.y - line.y for before, line in _pairs(page) if 0 < before.y - line.y < 6 * max(line.size, 1)]
        lengths = sorted(len(line.text) for line in page)
        return _Shape(
            left=float(lefts.most_common(1)[0][0]) if lefts else 0.0,
            leading=median(gaps) if gaps else 0.0,
            chars=float(lengths[int(len(lengths) * 0.9)]) if lengths else 0.0,
        )


def _begins(line: Line, before: Line, is_first_on_page: bool, shape: _Shape, body_size: float) -> bool:
    """Whether a line begins a paragraph."""
    if abs(line.size - before.size) > 0.12 * max(line.size, before.size):
        return not _is_initial(before, body_size)
    if is_chapter(line.text):
        return True
    if is_chapter(before.text) and not is_first_on_page:
        # A heading in large letters may take two lines; in the body's size, what follows is the text.
        return line.size <= body_size * _LARGER or needs_title(before.text)
    indent = line.x - shape.left
    if 0.8 * body_size < indent < 6 * body_size and line.x > before.x + 0.5 * body_size:
        return True
    ended = _TERMINAL.search(before.text) is not None
    if is_first_on_page:
        return ended and len(before.text) < shape.chars * _SHORT_LINE
    gap = before.y - line.y
    if shape.leading and gap > shape.leading * _WIDER_GAP:
        return True
    return ended and len(before.text) < shape.chars * _SHORT_LINE


def _block(lines: Sequence[Line], words: frozenset[str], body_size: float, heading_sizes: Sequence[float]) -> Block:
    if _is_initial(lines[0], body_size) and len(lines) > 1:
        text = lines[0].text + join_lines((line.text for line in lines[1:]), words, "drop")
        return Block(text)
    text = join_lines((line.text for line in lines), words, "drop")
    level = 0
    if len(text) <= _MAX_HEADING_CHARS:
        size = lines[0].size
        if size > body_size * _LARGER:
            level = min(3, heading_sizes.index(_rounded(size)) + 1)
        elif len(lines) <= 2 and (is_chapter(text) or is_named(text)):
            level = 2
        elif len(lines) <= 2 and is_part(text):
            level = 1
    return Block(text, level)


def _footnotes(page: Sequence[Line], body_size: float) -> tuple[list[Line], list[Line]]:
    """The page's text, and the small lines at its foot that begin like a note."""
    first = len(page)
    while first > 0 and 0 < page[first - 1].size < body_size * _SMALLER:
        first -= 1
    if 0 < first < len(page) and _NOTE_START.match(page[first].text):
        return list(page[:first]), list(page[first:])
    return list(page), []


def _note_blocks(lines: Sequence[Line], words: frozenset[str]) -> Iterator[Block]:
    group: list[str] = []
    for line in lines:
        if group and _NOTE_START.match(line.text):
            yield Block(join_lines(group, words, "drop"), role="note", starts_note=True)
            group = []
        group.append(line.text)
    if group:
        yield Block(join_lines(group, words, "drop"), role="note", starts_note=True)


def _is_initial(line: Line, body_size: float) -> bool:
    """A large first letter that stands on a line of its own."""
    return len(line.text) == 1 and line.text.isalpha() and line.size > 1.5 * body_size


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[_rounded(line.size)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _edges(page: Sequence[Line]) -> list[Line]:
    """The outermost lines of a page, by height: some programs write the running head last."""
    ordered = sorted(page, key=lambda line: -line.y)
    return ordered if len(ordered) <= 2 * _EDGE_LINES else [*ordered[:_EDGE_LINES], *ordered[-_EDGE_LINES:]]


def _key(text: str) -> str:
    """A line without the page's number; a chapter's number stays, so that headings differ."""
    plain = text if is_chapter(text) or is_part(text) else _WITH_NUMBER.sub("", text)
    return "" if _PAGE_NUMBER.fullmatch(text) else plain.casefold()


def _page_number(text: str) -> int | None:
    match = _PAGE_NUMBER.fullmatch(text)
    if match is None:
        return None
    return int(match.group(1)) if match.group(1).isdigit() else bare_number(match.group(1).upper())


def _height(line: Line) -> int:
    return round(line.y / _SAME_HEIGHT)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _pairs(page: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    return pairwise(page)
