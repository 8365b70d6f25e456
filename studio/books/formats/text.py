"""Plain text -> Book: paragraphs reflowed, chapters found by their headings, Project Gutenberg's licence set aside."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from studio.books.errors import BookError
from studio.books.formats.encoding import clean, decode
from studio.books.formats.gutenberg import unwrap
from studio.books.model import Book
from studio.books.structure.blocks import Block, Budget
from studio.books.structure.headings import (
    bare_number,
    is_chapter,
    is_named,
    is_part,
    is_second_line,
    is_upper,
    looks_like_title,
    needs_title,
    numbered,
)
from studio.books.structure.reflow import Paragraph, paragraphs
from studio.books.structure.sections import Cut, assemble, chapters_of, cuts_at_headings, one_line, word_counter

_ITALICS = re.compile(r"(?<![^\W_])_([^_]{1,600})_(?![^\W_])")
_PICTURE = re.compile(r"\[(?:Illustration|Image|Frontispiece)(?::\s*([^\]]{0,600}))?\]", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[(?:Footnote|Note)\s+([\dA-Z*†]{1,4})\s*:\s*", re.IGNORECASE)
_NUMBERED_NOTE = re.compile(r"[\[{](\d{1,3})[\]}]\s+(?=\S)")
_REFERENCE = re.compile(r"\s?[\[{](\d{1,3}|[A-Z]|\*|†)[\]}]")
_BY_LINE = re.compile(r"(?:written )?by\s+(\S.{1,80})", re.IGNORECASE)
_CONTENTS_WORDS = 12  # fewer between two headings: a line of a printed table of contents
_LEAD_IN_WORDS = 40
_FRONT_PAGE_WORDS = 300  # what stands before the first heading: a transcriber's thanks, a publisher's address
_FEWEST_TITLES = 3  # unnumbered titles prove one another by their number
_FEWEST_WORDS_BETWEEN = 25
_MAX_PARAGRAPHS = 300_000  # a library; twenty million characters in lines of sixty-six

Level = int
_PART, _CHAPTER, _SECOND_LINE = 1, 2, 3


def read(data: bytes, name: str, title: str, max_chars: int) -> Book:
    """A Book from the bytes of a text file.

    Args:
        data: in any encoding people use.
        name: what the person calls the file, for messages.
        title: for a text that does not say its own.
        max_chars: most characters to accept.

    Raises:
        BookError: too long, or nothing in it can be read.
    """
    return read_string(decode(data), name, title, max_chars)


def read_string(text: str, name: str, title: str, max_chars: int) -> Book:
    """A Book from text already decoded; see `read`."""
    text = clean(text)
    Budget(name, max_chars).spend(len(text))
    wrapped = unwrap(text)
    found = paragraphs(wrapped.body)
    if len(found) > _MAX_PARAGRAPHS:
        raise BookError(f"“{name}” has more than {_MAX_PARAGRAPHS:,} paragraphs. Split it and give its pieces.")
    blocks = blocks_of(found)
    found_title, author = _title_page(blocks)
    contents = _contents_runs(blocks)  # before the chapters: it unmakes their doubles
    cuts = [*contents, *cuts_at_headings(blocks)]
    first = min((cut.position for cut in cuts), default=0)
    if _LEAD_IN_WORDS < word_counter(blocks)(0, first) <= _FRONT_PAGE_WORDS:
        cuts.append(Cut(0, "", "front"))
    chapters = chapters_of(blocks, cuts)
    for licence in (wrapped.header, wrapped.footer):
        licence_blocks = [Block(p.text, role="licence") for p in paragraphs(licence) if any(map(str.isalnum, p.text))]
        chapters.extend(chapters_of(licence_blocks, []))
    return assemble(
        wrapped.said("title") or found_title or title,
        chapters,
        name,
        authors=[wrapped.said("author") or author],
        language=wrapped.said("language"),
    )


def blocks_of(found: Sequence[Paragraph]) -> list[Block]:
    """Paragraphs as blocks: typographic marks gone, notes told apart, headings found."""
    texts = [(_tidy(paragraph.text), paragraph) for paragraph in found]
    texts = [(text, paragraph) for text, paragraph in texts if any(map(str.isalnum, text))]
    blocks = [Block(text) for text, _ in texts]
    _mark_notes(blocks)
    kept = [paragraph for _, paragraph in texts]
    for number, level in _headings(blocks, kept).items():
        blocks[number].heading = level
        blocks[number].text = _heading_text(blocks[number].text)
    return blocks


def _tidy(text: str) -> str:
    if "_" in text:
        text = _ITALICS.sub(r"\1", text)
    if "[" in text:
        text = _PICTURE.sub(lambda match: match.group(1) or "", text)
    if "--" in text:
        text = re.sub(r"(?<!-)--(?!-)", "—", text)
    return re.sub(" {2,}", " ", text).strip()


def _mark_notes(blocks: list[Block]) -> None:
    """Bracketed footnotes become notes, and their numbers leave the text."""
    labels: set[str] = set()
    numbered_notes = [block for block in blocks if _NUMBERED_NOTE.match(block.text)]
    referred = {match for block in blocks for match in _REFERENCE.findall(block.text[1:])}
    for block in blocks:
        match = _FOOTNOTE.match(block.text)
        if match is None and len(numbered_notes) > 1:
            match = _NUMBERED_NOTE.match(block.text)
            match = match if match is not None and match.group(1) in referred else None
        if match is not None:
            labels.add(match.group(1))
            block.role, block.starts_note = "note", True
            block.text = block.text[match.end() :].removesuffix("]").strip() or block.text
    if labels:
        for block in blocks:
            if block.role == "text":
                block.text = (
                    _REFERENCE.sub(lambda m: "" if m.group(1) in labels else m.group(), block.text) or block.text
                )


def _headings(blocks: list[Block], found: list[Paragraph]) -> dict[int, Level]:
    levels: dict[int, Level] = {}
    # "POSTSCRIPT." in the middle of a letter stands closer to its neighbours than a chapter's heading does.
    gaps = [found[at].gap for at, block in enumerate(blocks) if at and is_chapter(block.text.replace("\n", " "))]
    usual = min(2, min(gaps, default=0))
    for number, block in enumerate(blocks):
        line = block.text.replace("\n", " ")
        if block.role != "text" or found[number].lines > 3:
            continue
        if is_part(line):
            levels[number] = _PART
        elif is_chapter(line) or (is_named(line) and found[number].gap >= usual):
            levels[number] = _CHAPTER
    for read_number in (bare_number, _numbered_value):
        if not any(
            level == _CHAPTER and is_chapter(blocks[at].text.replace("\n", " ")) for at, level in levels.items()
        ):
            levels |= _in_sequence(blocks, found, read_number)
    if sum(level == _CHAPTER and not is_named(blocks[at].text) for at, level in levels.items()) < 2:
        levels |= _unnumbered(blocks, found)
    return levels | _second_lines(blocks, found, levels)


def _second_lines(blocks: Sequence[Block], found: Sequence[Paragraph], levels: dict[int, Level]) -> dict[int, Level]:
    """Titles that stand under "CHAPTER I" on a line of their own."""
    titles: dict[int, Level] = {}
    for at in levels:
        below = at + 1
        if below + 1 >= len(blocks) or below in levels or not needs_title(blocks[at].text.replace("\n", " ")):
            continue
        line = blocks[below].text
        if found[below].lines == 1 and is_second_line(line):
            titles[below] = _SECOND_LINE
    return titles


def _numbered_value(line: str) -> int | None:
    found = numbered(line)
    return found[0] if found else None


def _in_sequence(
    blocks: Sequence[Block], found: Sequence[Paragraph], read_number: Callable[[str], int | None]
) -> dict[int, Level]:
    """Lines that are only a number, when they count up: anything else is a page number or a list."""
    lines = [
        (at, value)
        for at, block in enumerate(blocks)
        if found[at].lines == 1 and block.role == "text" and (value := read_number(block.text)) is not None
    ]
    steps = sum(after == before + 1 or after == 1 for (_, before), (_, after) in pairwise(lines))
    if len(lines) < 2 or steps < 0.8 * (len(lines) - 1) or lines[0][1] > 2:
        return {}
    words = word_counter(blocks)
    if words(lines[0][0], len(blocks)) < _FEWEST_WORDS_BETWEEN * len(lines):
        return {}
    return {at: _CHAPTER for at, _ in lines}


def _unnumbered(blocks: Sequence[Block], found: Sequence[Paragraph]) -> dict[int, Level]:
    """Titles without a number: set in capitals, or set off by more empty lines than paragraphs are."""
    single = [
        at
        for at, block in enumerate(blocks)
        if found[at].lines == 1 and block.role == "text" and at + 1 < len(blocks) and (at == 0 or found[at].gap > 0)
    ]
    upper = [at for at in single if is_upper(blocks[at].text)]
    apart = [
        at
        for at in single
        if (at == 0 or found[at].gap >= 2) and looks_like_title(blocks[at].text) and blocks[at].text[-1] != "."
    ]
    if sum(paragraph.gap >= 2 for paragraph in found) > 0.6 * len(found):
        apart = []
    words = word_counter(blocks)
    for titles in (upper, apart):
        if len(titles) >= _FEWEST_TITLES and words(titles[0], len(blocks)) >= _FEWEST_WORDS_BETWEEN * len(titles):
            return {at: _CHAPTER for at in titles}
    return {}


def _heading_text(text: str) -> str:
    """A heading over two lines, as it is said: "CHAPTER I. Down the Rabbit-Hole"."""
    first, _, rest = text.partition("\n")
    if not rest:
        return text
    return f"{first.rstrip(' .:')}. {' '.join(rest.split())}" if needs_title(first) else " ".join(text.split())


def _contents_runs(blocks: Sequence[Block]) -> list[Cut]:
    """Printed tables of contents: headings with hardly a word between them that come again later."""
    headings = [at for at, block in enumerate(blocks) if block.heading]
    words = word_counter(blocks)
    keys = [_key(blocks[at].text) for at in headings]
    last_seen = {key: number for number, key in enumerate(keys)}
    cuts: list[Cut] = []
    number = 0
    while number < len(headings):
        end = number
        while end + 1 < len(headings) and words(headings[end] + 1, headings[end + 1]) <= _CONTENTS_WORDS:
            end += 1
        # The last of the run is where the text begins, when it is a repetition itself.
        run = range(number, end if end > number and keys[end] in keys[number:end] else end + 1)
        again = sum(last_seen[keys[at]] > run[-1] for at in run)
        if len(run) >= 3 and again >= len(run) / 2:
            cuts.append(Cut(headings[run[0]], "Contents", "front"))
            for at in run:
                blocks[headings[at]].heading = 0
            number = run[-1] + 1
        else:
            number = end + 1
    return cuts


def _key(text: str) -> str:
    """A heading without its page number and punctuation."""
    return re.sub(r"[\W_]+", "", re.sub(r"[\s.·]+\d{1,4}$", "", text)).casefold()


def _title_page(blocks: Sequence[Block]) -> tuple[str, str]:
    """The title and author that a text opens with, before its first chapter."""
    if len(blocks) < 2:
        return "", ""
    first = blocks[0].text.replace("\n", " ")
    if is_chapter(first) or is_part(first) or is_named(first) or bare_number(first) is not None:
        return "", ""
    if not looks_like_title(first) or first[-1] in ".!?":
        return "", ""
    author = next((match.group(1) for block in blocks[1:4] if (match := _BY_LINE.fullmatch(one_line(block.text)))), "")
    has_chapters = any(block.heading for block in blocks[1:])
    return (first, author) if author or has_chapters or blocks[0].heading else ("", "")
