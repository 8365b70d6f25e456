"""A stream of XHTML elements -> blocks of text as a person would read them aloud. Knows elements, not files or books.

Inline elements join without a gap, block elements part, `<br>` is a line of verse, a table row is one line, ruby keeps
its base text, note references and page numbers go, and notes are told apart from the text they belong to.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from studio.books.encoding import clean
from studio.books.errors import BookError
from studio.books.headings import is_chapter
from studio.books.markup import local_name

Role = Literal["text", "note", "licence"]


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure",
    "footer h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table tbody td tfoot",
    "th thead tr ul",
)
_SKIPPED = _names(
    "script style template noscript svg audio video object iframe select button textarea input rt rp rtc datalist",
    "canvas map binary",
)
_CELLS = frozenset({"td", "th"})
_BREAK, _SPOT = "\x0b", "\x0c"  # neither can occur in clean text: a line break, and where a note reference stood
_MARKS = f" \t\r\n{_BREAK}{_SPOT}"
LONG_CELL_CHARS = 300  # a "table" whose cells are longer is a page layout

_NOTE_TYPES = frozenset({"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"})
_NOTE_ITEM_TYPES = frozenset({"footnote", "endnote", "rearnote"})
_NOTE_CLASSES = _NOTE_TYPES | {"fn", "footnote-text", "footnotetext", "endnote-text", "fnote"}
_NOTE_BLOCKS = frozenset({"aside", "div", "section", "li", "ol", "ul", "p", "dl", "dd"})
_REFERENCE_CLASSES = frozenset(
    {"noteref", "footnoteref", "footnote-ref", "footnote-reference", "fnref", "fnanchor", "endnoteref", "note-ref"}
)
_PAGE_CLASSES = frozenset({"pagenum", "pageno", "pagenumber", "page-number", "x-ebookmaker-pageno"})
_LICENCE_CLASSES = frozenset({"pg-boilerplate", "pgheader", "pgfooter"})
_VERSE_CLASSES = frozenset({"line", "verse", "vers", "verse-line", "poem-line", "poetry-line"})
_MARKER = re.compile(r"[\[({]?\s*(\d{1,4}|[*†‡§¶‖#]{1,4}|[a-z]|[ivxlc]{1,6})\s*[\])}]?\.?")
_FRAMED_MARKER = re.compile(r"\[\s*(\d{1,4}|[*†‡§¶‖]{1,4}|[A-Za-z]|[ivxlc]{1,6})\s*\]|[*†‡§¶‖]{1,4}")
_BACK_LINK = re.compile(r"[\s\[(]*(↩|↑|⏎|↵|⤴|\^|return|back)[\ufe0e\ufe0f\s\])]*", re.IGNORECASE)

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_KNOWN_TYPES = _NOTE_TYPES | _names(
    "abstract acknowledgements acknowledgments afterword appendix backmatter bibliography bodymatter chapter colophon",
    "conclusion contributors copyright-page cover credits dedication division epigraph epilogue errata foreword",
    "frontispiece frontmatter fulltitle glossary halftitlepage halftitle imprint imprimatur index introduction",
    "landmarks loi lot other-credits part preamble preface prologue seriespage titlepage toc toc-brief volume",
)


@dataclass(slots=True)
class Block:
    """A paragraph, a heading, a list item, a table row or a stanza.

    Attributes:
        text: clean, never empty; "\\n" between lines of verse.
        heading: 1 to 6 for a heading, else 0.
        role: "note" for foot- and endnotes, "licence" for what a library wraps around a book.
        ids: names that links may lead to and that begin here.
        types: what the sections around it say they are ("chapter", "dedication", ...).
        starts_note: whether it is the first block of a note.
        linked: whether it began with a link, as notes do that lead back to their place.
    """

    text: str
    heading: int = 0
    role: Role = "text"
    ids: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    starts_note: bool = False
    linked: bool = False


@dataclass(slots=True)
class Budget:
    """How much text one book may still have.

    Attributes:
        name: what the person calls the file.
        max_chars: the limit.
        left: characters to go.
    """

    name: str
    max_chars: int
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.max_chars

    def spend(self, chars: int) -> None:
        """Count some text.

        Raises:
            BookError: there is more than the limit.
        """
        self.left -= chars
        if self.left < 0:
            raise BookError(
                f"“{self.name}” has more than {self.max_chars:,} characters of text. Split it and give its pieces."
            )


@dataclass(slots=True)
class _Element:
    """What closing an element must undo."""

    tag: str
    is_skipped: bool = False
    is_note: bool = False
    is_licence: bool = False
    is_verse: bool = False
    types: tuple[str, ...] = ()
    start: int = 0
    href: str = ""
    is_reference: bool = False
    has_superscript: bool = False


class Prose:
    """The target of a markup parser (see `studio.books.markup.Target`); its result is in `blocks`.

    Args:
        budget: shared by all documents of a book.
        within: read only what is inside elements of this name ("article", "main"); "" reads everything.
        skip: further element names to leave out ("nav", "footer").
        blocks: further element names that part paragraphs, for documents that are not HTML.
    """

    def __init__(
        self,
        budget: Budget,
        within: str = "",
        skip: frozenset[str] = frozenset(),
        blocks: frozenset[str] = frozenset(),
    ) -> None:
        self.blocks: list[Block] = []
        self.references: list[str] = []
        self.title = ""
        self.end_ids: tuple[str, ...] = ()
        self._budget = budget
        self._within = within
        self._skipped_tags = _SKIPPED | skip
        self._block_tags = _BLOCKS | blocks
        self._inside = 0 if within else 1
        self._open: list[_Element] = []
        self._counts: Counter[str] = Counter()
        self._types: Counter[str] = Counter()
        self._type_set: frozenset[str] = frozenset()
        self._lists: list[int | None] = []
        self._links: list[_Element] = []
        self._prefix = ""
        self._parts: list[str] = []
        self._ids: list[tuple[int, str]] = []
        self._heading = 0
        self._starts_note = False
        self._linked = False
        self._cells: list[list[Block]] | None = None
        self._after_verse = False
        self._title_parts: list[str] = []

    # What the parser calls.

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        """An element opens."""
        tag = local_name(tag)
        element = _Element(tag)
        self._open.append(element)
        self._counts[tag] += 1
        if tag == self._within:
            self._inside += 1
        attributes = {local_name(key): value for key, value in attrib.items()} if attrib else {}
        types = self._kinds(attributes)
        classes = frozenset(attributes.get("class", "").lower().split()) if "class" in attributes else frozenset[str]()
        is_note = (tag in _NOTE_BLOCKS and bool(_NOTE_CLASSES & classes)) or bool(_NOTE_TYPES & types)
        if tag in self._block_tags:
            self._block_boundary(opens_verse=tag == "v" or bool(classes & _VERSE_CLASSES))
        for key in ("id", "name") if tag == "a" else ("id",):
            if attributes.get(key):
                self._ids.append((len(self._parts), attributes[key]))
        if self._is_hidden(tag, attributes, types, classes, is_note):
            element.is_skipped = True
            self._counts["(skipped)"] += 1
            return
        self._enter(element, tag, attributes, types, classes, is_note)

    def end(self, tag: str) -> None:
        """The innermost element closes."""
        element = self._open.pop()
        tag = element.tag
        self._counts[tag] -= 1
        if tag == self._within:
            self._block_boundary()
            self._inside -= 1
        if element.is_skipped:
            self._counts["(skipped)"] -= 1
            return
        if tag == "a":
            self._end_link(element)
        elif tag == "sup":
            self._end_superscript(element)
        elif tag in self._block_tags:
            self._block_boundary(closes_verse=element.is_verse)
        elif element.is_verse:
            self._after_verse = True
        self._leave(element)

    def data(self, data: str) -> None:
        """Characters, in pieces of any size."""
        if self._counts["title"] and self._counts["head"]:
            if len(self._title_parts) < 100:
                self._title_parts.append(data)
            return
        if self._counts["(skipped)"] or not self._inside or self._counts["head"]:
            return
        if self._after_verse and not data.isspace():
            # Verse lines that are inline elements have nothing else between them.
            self._parts.append(_BREAK)
            self._after_verse = False
        if self._counts["pre"]:
            data = data.replace("\n", _BREAK)
        self._parts.append(data)

    def comment(self, data: str) -> None:
        """Comments are not read."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Processing instructions are not read."""

    def close(self) -> "Prose":
        """The document ends."""
        self._block_boundary()
        self._end_row()
        self.title = _collapse("".join(self._title_parts))[:300]
        self.end_ids = tuple(name for _, name in self._ids)
        return self

    # Elements.

    def _enter(
        self,
        element: _Element,
        tag: str,
        attributes: dict[str, str],
        types: frozenset[str],
        classes: frozenset[str],
        is_note: bool,
    ) -> None:
        known = tuple(types & _KNOWN_TYPES)
        if known:
            element.types = known
            self._types.update(known)
            self._type_set = frozenset(+self._types)
        if is_note:
            element.is_note = True
            self._counts["(note)"] += 1
            self._starts_note = self._starts_note or bool(_NOTE_ITEM_TYPES & types) or tag in {"aside", "p", "li"}
        if classes & _LICENCE_CLASSES:
            element.is_licence = True
            self._counts["(licence)"] += 1
        if tag == "br":
            self._parts.append(_BREAK)
            self._after_verse = False
        elif tag in {"a", "sup"}:
            element.start = len(self._parts)
            element.href = attributes.get("href", "")
            element.is_reference = "noteref" in types or bool(classes & _REFERENCE_CLASSES)
            if tag == "a":
                self._links.append(element)
        elif tag == "img":
            self._image(attributes.get("alt", ""))
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._heading = int(tag[1])
        elif tag in {"ol", "ul", "menu"}:
            self._lists.append(_number(attributes.get("start", ""), 1) - 1 if tag == "ol" else None)
        elif tag == "li":
            self._list_item(attributes)
        elif tag == "tr":
            self._end_row()
            self._cells = []
        elif tag in _CELLS and self._cells is not None:
            self._cells.append([])
        if tag == "v" or classes & _VERSE_CLASSES:
            element.is_verse = True
            if tag not in self._block_tags and self._after_verse:
                self._parts.append(_BREAK)
                self._after_verse = False

    def _leave(self, element: _Element) -> None:
        tag = element.tag
        if tag == "tr" or tag == "table":
            self._end_row()
        elif tag in {"ol", "ul", "menu"} and self._lists:
            self._lists.pop()
        elif len(tag) == 2 and tag[0] == "h":
            self._heading = 0
        elif tag == "li":
            self._prefix = ""
        if element.types:
            self._types.subtract(element.types)
            self._type_set = frozenset(+self._types)
        self._counts["(note)"] -= element.is_note
        self._counts["(licence)"] -= element.is_licence

    def _kinds(self, attributes: dict[str, str]) -> frozenset[str]:
        """`epub:type` and `role` say the same thing in two ways."""
        said = attributes.get("type", "") + " " + attributes.get("role", "").replace("doc-", "") if attributes else ""
        return frozenset(said.lower().split()) if said.strip() else frozenset()

    def _is_hidden(
        self, tag: str, attributes: dict[str, str], types: frozenset[str], classes: frozenset[str], is_note: bool
    ) -> bool:
        if self._counts["(skipped)"] or tag in self._skipped_tags:
            return True
        if tag == "math" and attributes.get("alttext"):
            self.data(attributes["alttext"])
            return True
        if "pagebreak" in types or classes & _PAGE_CLASSES:
            return True
        # Notes that a reading system shows as pop-ups are often hidden; they are still the book's words.
        if is_note or not attributes:
            return False
        style = attributes.get("style", "").replace(" ", "").lower()
        return "hidden" in attributes or "display:none" in style or attributes.get("aria-hidden") == "true"

    def _image(self, alt: str) -> None:
        """A picture of one letter is an initial; any other picture is not read."""
        alt = alt.strip()
        if len(alt) == 1 and alt.isalpha() and not "".join(self._parts[-4:]).strip():
            self._parts.append(alt)

    def _list_item(self, attributes: dict[str, str]) -> None:
        if not self._lists or self._lists[-1] is None:
            return
        number = _number(attributes.get("value", ""), self._lists[-1] + 1)
        self._lists[-1] = number
        if not self._counts["(note)"]:
            self._prefix = f"{number}. "

    def _end_link(self, element: _Element) -> None:
        self._links.pop()
        text = "".join(self._parts[element.start : element.start + 20]).strip()
        before = "".join(self._parts[max(0, element.start - 6) : element.start])
        leads_inside = "#" in element.href
        if element.is_reference:
            is_marker = len(text) <= 12
        elif _BACK_LINK.fullmatch(text) and leads_inside:
            is_marker = True
        elif leads_inside and _MARKER.fullmatch(text):
            attached = bool(before) and not before[-1].isspace() and text[0].isdigit()
            is_marker = (
                self._counts["sup"] > 0
                or element.has_superscript
                or _SPOT in text
                or bool(_FRAMED_MARKER.fullmatch(text))
                or attached
                or (self._counts["(note)"] > 0 and not before.strip())
            )
        else:
            is_marker = leads_inside and text == _SPOT
        if not is_marker:
            return
        del self._parts[element.start :]
        self._parts.append(_SPOT)
        if before.strip(" \n\t[("):
            self.references.append(element.href)
        else:
            self._linked = True

    def _end_superscript(self, element: _Element) -> None:
        if self._links and self._links[-1].href:
            # The link around it decides, once it closes.
            self._links[-1].has_superscript = True
            return
        text = "".join(self._parts[element.start : element.start + 20]).strip()
        before = "".join(self._parts[max(0, element.start - 6) : element.start])
        is_spot = _SPOT in text and not text.replace(_SPOT, "").strip(" []()*,;–-")
        if is_spot or (_MARKER.fullmatch(text) and not text.isalpha() and _ends_words(before)):
            del self._parts[element.start :]
            self._parts.append(_SPOT)
        elif text.isascii() and text.isdigit() and before[-1:].isalnum():
            # 10 to the 6th is not a hundred and six.
            self._parts[element.start :] = [text.translate(_RAISED)]

    # Blocks.

    def _block_boundary(self, opens_verse: bool = False, closes_verse: bool = False) -> None:
        if opens_verse and self._after_verse:
            self._parts.append(_BREAK)
            self._after_verse = False
            return
        if closes_verse:
            self._after_verse = True
            return
        self._after_verse = False
        self._flush()

    def _flush(self) -> None:
        if not self._parts:
            return
        last_part = next((at for at in range(len(self._parts) - 1, -1, -1) if self._parts[at].strip(_MARKS)), -1)
        raw, self._parts = "".join(self._parts), []
        texts = [text for text in _stanzas(raw) if any(map(str.isalnum, text))]
        ids, self._ids = self._ids, []
        if not texts:
            # A name in an empty place belongs to what follows.
            self._ids = [(0, name) for _, name in ids]
            return
        # One at the very end of a paragraph announces the next.
        self._ids = [(0, name) for start, name in ids if start > last_part]
        here = tuple(name for start, name in ids if start <= last_part)
        for text in texts:
            self._emit(text, here)
            here = ()
        self._starts_note = self._linked = False

    def _emit(self, text: str, ids: tuple[str, ...]) -> None:
        self._budget.spend(len(text))
        if self._prefix:
            text, self._prefix = self._prefix + text, ""
        role: Role = "note" if self._counts["(note)"] else "licence" if self._counts["(licence)"] else "text"
        if self._heading:
            first, _, rest = text.partition("\n")
            text = f"{first}{'. ' if is_chapter(first) and first[-1].isalnum() else ' '}{rest}" if rest else first
            text = text.replace("\n", " ")
        block = Block(
            text, self._heading, role, ids, self._type_set, role == "note" and self._starts_note, self._linked
        )
        self._starts_note = False
        if self._cells:
            self._cells[-1].append(block)
        else:
            self.blocks.append(block)

    def _end_row(self) -> None:
        """A row of short cells is one line; a row of long ones is a page layout and read cell by cell."""
        cells, self._cells = self._cells, None
        if not cells:
            return
        if all(len(cell) <= 1 and sum(len(block.text) for block in cell) <= LONG_CELL_CHARS for cell in cells):
            filled = [cell[0] for cell in cells if cell]
            if filled:
                text = row_text([block.text for block in filled])
                ids = tuple(name for block in filled for name in block.ids)
                first = filled[0]
                self.blocks.append(
                    Block(text, first.heading, first.role, ids, first.types, first.starts_note, first.linked)
                )
            return
        for cell in cells:
            self.blocks.extend(cell)


def row_text(cells: list[str]) -> str:
    """A table row as it is read: cells parted by commas."""
    return " ".join(
        cell if number == len(cells) or cell[-1] in ".,;:!?" else f"{cell}," for number, cell in enumerate(cells, 1)
    )


def _ends_words(before: str) -> bool:
    """Whether a superscript number after this is a note and not a power: after a long word or punctuation."""
    before = before.rstrip()
    return bool(before) and (before[-1] in ".,;:!?…”’\"')]" or (before[-4:].isalpha() and len(before) > 3))


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else otherwise


def _collapse(text: str) -> str:
    return " ".join(clean(text.replace(_BREAK, " ").replace(_SPOT, " ")).split())


def _stanzas(raw: str) -> list[str]:
    """Texts parted by empty lines; lines kept, spaces collapsed, note references gone without a trace."""
    lines = [" ".join(clean_line.split()) for clean_line in map(_cleaned, raw.split(_BREAK))]
    stanzas: list[list[str]] = [[]]
    for line in lines:
        if line:
            stanzas[-1].append(line)
        elif stanzas[-1]:
            stanzas.append([])
    return ["\n".join(stanza) for stanza in stanzas if stanza]


def _cleaned(line: str) -> str:
    if _SPOT not in line:
        return clean(line)
    pieces = [clean(piece) for piece in line.split(_SPOT)]
    text = pieces[0]
    for piece in pieces[1:]:
        # "word [1] ." and "word 1 ." close up; "word 1 next" keeps its space.
        opened, closed = text.rstrip(), piece.lstrip()
        if opened.endswith(("[", "(")) and closed.startswith(("]", ")")):
            opened, piece = opened[:-1], closed[1:]
            text, closed = opened, piece.lstrip()
        if closed[:1] in ".,;:!?…)]”’":
            text = text.rstrip() + closed
        else:
            text += piece
    return text
