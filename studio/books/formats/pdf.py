"""PDF -> Book: text in reading order, running heads and page numbers gone, outlines (or headings) as chapters."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from studio.books.errors import BookError
from studio.books.formats.encoding import clean
from studio.books.formats.gutenberg import mark_licences
from studio.books.formats.pdf_page import Line, paragraphs_of, without_furniture
from studio.books.model import Book
from studio.books.structure.blocks import Block, Budget
from studio.books.structure.contents import Entry, choose
from studio.books.structure.sections import Cut, assemble, chapters_of, cuts_at_headings, one_line, word_counter

_MAX_OUTLINE_ENTRIES = 20_000
_MAX_OUTLINE_DEPTH = 32
_FEWEST_LETTERS_A_PAGE = 15  # a scan with a stamp on every page has about this many
_JUNK_TITLE = re.compile(
    r"microsoft word\b.*|untitled.*|document\d*|.*\.(docx?|indd|qxd|pdf|tex|dvi|rtf|odt)", re.IGNORECASE
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
# What pypdf lets through from pages that contradict themselves; the rest of the book is still good.
_TORN_PAGE = (
    PyPdfError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
    NotImplementedError,
    ArithmeticError,
    RecursionError,
    OSError,
)


def read(path: Path, name: str, title: str, max_chars: int) -> Book:
    """A Book from a PDF.

    Args:
        path: the file.
        name: what the person calls it, for messages.
        title: for a document without one.
        max_chars: most characters to accept.

    Raises:
        BookError: locked, scanned, damaged, too long, or nothing in it can be read.
    """
    try:
        with path.open("rb") as file:
            reader = PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                raise _locked(name)
            return _book(reader, name, title, Budget(name, max_chars))
    except (FileNotDecryptedError, DependencyError) as exc:
        raise _locked(name) from exc
    except _TORN_PAGE as exc:
        raise BookError(
            f"“{name}” is damaged: its pages cannot be found. Open it in a PDF reader and save it again."
        ) from exc


def _book(reader: PdfReader, name: str, title: str, budget: Budget) -> Book:
    pages: list[list[Line]] = []
    empty = torn = 0
    for page in reader.pages:
        try:
            lines = list(_lines(page, budget))
        except _TORN_PAGE:
            torn, lines = torn + 1, []
        empty += not lines and _has_pictures(page)
        pages.append(lines)
    letters = sum(char.isalnum() for lines in pages for line in lines for char in line.text)
    if letters == 0 and torn == len(pages) > 0:
        raise BookError(
            f"“{name}” is damaged: none of its pages can be read. Open it in a PDF reader and save it again."
        )
    if letters == 0 or (len(pages) >= 5 and letters < _FEWEST_LETTERS_A_PAGE * len(pages)):
        raise BookError(f"“{name}” holds pictures of pages, not text. Run text recognition (OCR) on it first.")
    blocks, starts = paragraphs_of(without_furniture(pages))
    mark_licences(blocks)
    cuts = _outlined(reader, blocks, starts) or cuts_at_headings(blocks)
    said_title, authors = _said(reader)
    notices: list[str] = []
    if empty:
        are = "page holds only a picture and was" if empty == 1 else "pages hold only pictures and were"
        notices.append(f"{empty} {are} left out.")
    if torn:
        notices.append(f"{torn} damaged {'page' if torn == 1 else 'pages'} could not be read.")
    title = said_title or _printed_title(blocks) or title
    return assemble(
        title, chapters_of(blocks, cuts, title), name, authors=authors, language=_language(reader), notices=notices
    )


def _lines(page: Any, budget: Budget) -> Iterator[Line]:
    """The lines of a page in the order they were written, each with its place and size in points."""
    pieces: list[tuple[str, float, float, float]] = []

    def see(text: str, outer: list[float], inner: list[float], font: Any, size: float) -> None:
        # Text matrix times page matrix: where the piece begins, and how large it is in the end.
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        scale = abs((inner[0] * inner[3] - inner[1] * inner[2]) * (outer[0] * outer[3] - outer[1] * outer[2])) ** 0.5
        pieces.append((text, float(x), float(y), float(size * scale)))

    page.extract_text(visitor_text=see)
    line: list[tuple[str, float, float, float]] = []
    for text, x, y, size in pieces:
        for number, part in enumerate(text.split("\n")):
            if number and line:
                yield from _line(line, budget)
                line = []
            if part:
                line.append((part, x, y, size))
    if line:
        yield from _line(line, budget)


def _line(pieces: list[tuple[str, float, float, float]], budget: Budget) -> Iterator[Line]:
    spoken = [piece for piece in pieces if piece[0].strip()]
    if not spoken:
        return
    size = max(spoken, key=lambda piece: len(piece[0]))[3]
    # A small number raised behind a word is a note's.
    kept = [
        piece[0]
        for number, piece in enumerate(pieces)
        if not (number and 0 < piece[3] < 0.8 * size and piece[2] > spoken[0][2] and piece[0].strip().isdigit())
    ]
    text = " ".join(clean("".join(kept)).split())
    budget.spend(len(text) + 1)
    if text:
        yield Line(text, spoken[0][1], spoken[0][2], size)


def _outlined(reader: PdfReader, blocks: list[Block], starts: list[int]) -> list[Cut]:
    """Chapters as the outline (the bookmarks) gives them; none when there is no use in it."""
    entries: list[Entry] = []
    try:
        outline: Any = reader.outline
        waiting: list[tuple[Any, int]] = [(item, 0) for item in reversed(outline)]
        while waiting and len(entries) < _MAX_OUTLINE_ENTRIES:
            item, depth = waiting.pop()
            if isinstance(item, list):
                if depth < _MAX_OUTLINE_DEPTH:
                    waiting.extend((child, depth + 1) for child in reversed(item))
                continue
            page = reader.get_destination_page_number(item)
            title = one_line(clean(str(item.title or "")))
            if page is not None and page >= 0 and title:
                entries.append(Entry(title, depth, _place(title, page, blocks, starts)))
    except _TORN_PAGE:
        return []  # a broken outline is worth as much as none
    if len({entry.position for entry in entries}) < 2:
        return []
    chosen = choose(entries, len(blocks), word_counter(blocks))
    return [Cut(entry.position, _printed(entry, blocks)) for entry in chosen]


def _printed(entry: Entry, blocks: list[Block]) -> str:
    """A bookmark's title with the spaces that the page has and the bookmark may lack."""
    if entry.position < len(blocks) and _letters(blocks[entry.position].text[:300]) == _letters(entry.title):
        return one_line(blocks[entry.position].text)
    return entry.title


def _place(title: str, page: int, blocks: list[Block], starts: list[int]) -> int:
    """The block on that page that says the title, else the first block on it."""
    wanted = _letters(title)
    first = starts[page] if page < len(starts) else len(blocks)
    end = starts[page + 1] if page + 1 < len(starts) else len(blocks)
    for position in range(first, end):
        said = _letters(blocks[position].text[:300])
        is_part_of_it = len(said) > 3 and (wanted.startswith(said) or wanted.endswith(said))
        if wanted and (said.startswith(wanted) or is_part_of_it):
            return position
    return first


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _said(reader: PdfReader) -> tuple[str, list[str]]:
    try:
        about = reader.metadata
        title = one_line(clean(str(about.title or ""))) if about else ""
        author = one_line(clean(str(about.author or ""))) if about else ""
    except _TORN_PAGE:
        return "", []
    return ("" if _JUNK_TITLE.fullmatch(title) else title), re.split(r"\s*;\s*", author) if author else []


def _language(reader: PdfReader) -> str:
    try:
        root: Any = reader.trailer["/Root"].get_object()
        said = str(root.get("/Lang", ""))
    except _TORN_PAGE:
        return ""
    return said.lower() if _LANGUAGE.fullmatch(said) else ""


def _printed_title(blocks: list[Block]) -> str:
    largest = min((block.heading for block in blocks if block.heading), default=0)
    titles = [block.text for block in blocks if block.heading == largest and largest]
    return one_line(titles[0]) if len(titles) == 1 else ""


def _has_pictures(page: Any) -> bool:
    try:
        return "/XObject" in page.get("/Resources", {}).get_object()
    except _TORN_PAGE:
        return False


def _locked(name: str) -> BookError:
    return BookError(f"“{name}” is locked with a password. Unlock it in a PDF reader, save a copy and give that.")
