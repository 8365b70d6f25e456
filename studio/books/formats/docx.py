"""Word documents (.docx) -> Book: styled headings are chapters, footnotes are set aside, lists and tables are read."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without stubs

from studio.books.archive import Archive
from studio.books.errors import BookError
from studio.books.formats.encoding import clean
from studio.books.formats.html import from_blocks
from studio.books.markup.stream import read_tree
from studio.books.model import Book
from studio.books.structure.blocks import LONG_CELL_CHARS, Block, Budget, row_text

_MAX_UNPACKED_BYTES = 384 * 2**20  # python-docx holds every part, pictures too
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading (\d)")
_SKIPPED = {
    f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "footnoteReference", "endnoteReference")
}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED.add(_FALLBACK)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def read(path: Path, name: str, title: str, max_chars: int) -> Book:
    """A Book from a Word document.

    Args:
        path: the file.
        name: what the person calls it, for messages.
        title: for a document without one.
        max_chars: most characters to accept.

    Raises:
        BookError: damaged, unsafe, too long, or nothing in it can be read.
    """
    from docx import Document  # 150 ms to import
    from docx.opc.exceptions import OpcError

    budget = Budget(name, max_chars)
    with Archive(path, name) as archive:
        if sum(archive.size(member) for member in archive.names) > _MAX_UNPACKED_BYTES:
            raise BookError(f"“{name}” holds too many pictures to open. Save a copy without them and give that.")
        for member in archive.names:
            if member.endswith((".xml", ".rels")):
                _refuse_entities(archive.read(member), name)
        notes = list(_notes(archive, name, budget))
    try:
        document: Any = Document(str(path))
        properties: Any = document.core_properties
        said_title, author, language = properties.title or "", properties.author or "", properties.language or ""
        blocks = list(_blocks(document, budget))
    except (OpcError, KeyError, ValueError, AttributeError, BadZipFile, etree.LxmlError, OSError) as exc:
        raise BookError(
            f"“{name}” is damaged: Word’s own parts in it do not fit together. Save it again in Word."
        ) from exc
    authors = [] if author.lower() in {"python-docx", "unknown", "user", "author"} else re.split(r"\s*;\s*", author)
    return from_blocks(
        blocks + notes,
        name,
        title,
        page_title=said_title or next((block.text for block in blocks[:5] if block.types), ""),
        authors=authors,
        language=language if _LANGUAGE.fullmatch(language) else "",
    )


def _blocks(document: Any, budget: Budget) -> Iterator[Block]:
    """Paragraphs and tables in order, without recursion: tables may stand in tables."""
    levels: dict[str, int] = {}
    for style in document.styles:
        levels[style.style_id] = _level(style)
    tags = (f"{_W}p", f"{_W}tr", f"{_W}tc", _FALLBACK)
    rows: list[list[list[str]]] = []  # the open rows, inner ones last; a cell is its paragraphs
    walker = etree.iterwalk(document.element.body, events=("start", "end"), tag=tags)
    for event, element in walker:
        kind = element.tag.rpartition("}")[2]
        if event == "start":
            if kind == "tr":
                rows.append([])
            elif kind == "tc" and rows:
                rows[-1].append([])
            elif kind == "Fallback":
                walker.skip_subtree()  # the same text again, for old versions of Word
        elif kind == "tr":
            said = _row(rows.pop())
            if rows and rows[-1]:
                rows[-1][-1].extend(said)
            else:
                yield from map(Block, said)
        elif kind == "p":
            text = _text(element, budget)
            if not any(map(str.isalnum, text)):
                continue
            if rows and rows[-1]:
                rows[-1][-1].append(text)
                continue
            level = levels.get(_style_of(element), 0)
            types = frozenset({"fulltitle"}) if level < 0 else frozenset[str]()
            yield Block(text.replace("\n", " ") if level else text, max(level, 0), types=types)


def _row(cells: list[list[str]]) -> list[str]:
    """One line for a row of short cells; a row of long ones is a page layout, read cell by cell."""
    filled = [cell for cell in cells if cell]
    if all(len(cell) == 1 and len(cell[0]) <= LONG_CELL_CHARS for cell in filled):
        return [row_text([cell[0] for cell in filled])] if filled else []
    return [paragraph for cell in filled for paragraph in cell]


def _level(style: Any) -> int:
    """1 to 6 for headings, -1 for the document's title, 0 for everything else; what a style is based on counts."""
    for _ in range(10):
        if style is None:
            return 0
        name = (style.name or "").lower()
        found = _HEADING.fullmatch(name)
        if found:
            return min(6, int(found.group(1)))
        if name == "title":
            return -1
        style = getattr(style, "base_style", None)
    return 0


def _style_of(paragraph: Any) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if style is None else style.get(f"{_W}val", "")


def _text(paragraph: Any, budget: Budget) -> str:
    """What a paragraph says: no deleted text, no note numbers, breaks as lines, no paragraphs that stand in it."""
    parts: list[str] = []
    walker = etree.iterwalk(paragraph, events=("start",))
    for _, element in walker:
        tag = element.tag
        if tag in _SKIPPED or (tag == f"{_W}p" and element is not paragraph):
            walker.skip_subtree()
        elif tag == f"{_W}t":
            parts.append(element.text or "")
        elif tag == f"{_W}tab":
            parts.append(" ")
        elif tag in {f"{_W}br", f"{_W}cr"}:
            parts.append("\n")
        elif tag == f"{_W}noBreakHyphen":
            parts.append("-")
    text = clean("".join(parts))
    budget.spend(len(text))
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))


def _notes(archive: Archive, name: str, budget: Budget) -> Iterator[Block]:
    """Foot- and endnotes; the two first of each are Word's separator lines."""
    for member in ("word/footnotes.xml", "word/endnotes.xml"):
        if member not in archive:
            continue
        root = read_tree(archive.read(member), name, "notes")
        for note in chain(root.iter(f"{_W}footnote"), root.iter(f"{_W}endnote")):
            if note.get(f"{_W}type") is not None:
                continue
            is_first = True
            for paragraph in note.iter(f"{_W}p"):
                text = _text(paragraph, budget)
                if any(map(str.isalnum, text)):
                    yield Block(text, role="note", starts_note=is_first)
                    is_first = False


def _refuse_entities(data: bytes, name: str) -> None:
    """Word never writes a DOCTYPE; whoever does wants the parser to fetch or to grow something."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or "<!DOCTYPE".encode("utf-16-le") in data:
        raise BookError(
            f"“{name}” is unsafe: it declares XML entities, which Word never does. Get it from another source."
        )
