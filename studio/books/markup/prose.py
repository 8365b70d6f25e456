"""A stream of XHTML elements -> blocks of text as a person would read them aloud. Knows elements, not files or books.

Inline elements join without a gap, block elements part, `<br>` is a line of verse, a table row is one line, ruby keeps
its base text, note references and page numbers go, and notes are told apart from the text they belong to.
"""

from collections import Counter
from dataclasses import dataclass

from studio.books.markup import elements
from studio.books.markup.marks import BREAK, SPACE, SPOT, Link, collapse, is_note_link, raised, stanzas
from studio.books.markup.stream import local_name
from studio.books.structure.blocks import LONG_CELL_CHARS, Block, Budget, Role, row_text
from studio.books.structure.headings import is_chapter
from studio.books.structure.reflow import paragraphs


@dataclass(slots=True)
class _Element:
    """What closing an element must undo."""

    tag: str
    is_skipped: bool = False
    is_note: bool = False
    is_licence: bool = False
    is_verse: bool = False
    is_stanza: bool = False
    types: tuple[str, ...] = ()
    start: int = 0
    href: str = ""
    is_reference: bool = False
    has_superscript: bool = False


class Prose:
    """The target of a markup parser (see `studio.books.markup.stream.Target`); its result is in `blocks`.

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
        self._spent = 0
        self._within = within
        self._skipped_tags = elements.SKIPPED | skip
        self._block_tags = elements.BLOCKS | blocks
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
        self._is_typed = False
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
        is_note = (tag in elements.NOTE_BLOCKS and bool(elements.NOTE_CLASSES & classes)) or bool(
            elements.NOTE_TYPES & types
        )
        if tag in self._block_tags:
            element.is_verse = self._is_verse(tag, classes)
            self._block_boundary(opens_verse=element.is_verse)
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
            self._parts.append(BREAK)
            self._after_verse = False
        if self._counts["pre"]:
            data = data.replace("\n", BREAK)
            self._is_typed = True
        self._parts.append(data)

    def comment(self, data: str) -> None:
        """Comments are not read."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Processing instructions are not read."""

    def abandon(self) -> None:
        """The document is read again from its beginning, into another target."""
        self._budget.spend(-self._spent)

    def close(self) -> "Prose":
        """The document ends."""
        self._block_boundary()
        self._end_row()
        self.title = collapse("".join(self._title_parts))[:300]
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
        known = tuple(types & elements.KNOWN_TYPES)
        if known:
            element.types = known
            self._types.update(known)
            self._type_set = frozenset(+self._types)
        if is_note:
            element.is_note = True
            self._counts["(note)"] += 1
            self._starts_note |= bool(elements.NOTE_ITEM_TYPES & types) or tag in {"aside", "p"}
        if tag == "li" and self._counts["(note)"]:
            self._starts_note = True
        if classes & elements.LICENCE_CLASSES:
            element.is_licence = True
            self._counts["(licence)"] += 1
        if tag == "br":
            self._parts.append(BREAK)
            self._after_verse = False
        elif tag in {"a", "sup"}:
            element.start = len(self._parts)
            element.href = attributes.get("href", "")
            element.is_reference = "noteref" in types or bool(classes & elements.REFERENCE_CLASSES)
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
        elif tag in elements.CELLS and self._cells is not None:
            self._cells.append([])
        if classes & elements.STANZA_CLASSES:
            element.is_stanza = True
            self._counts["(stanza)"] += 1
        elif tag not in self._block_tags and classes & elements.VERSE_CLASSES:
            element.is_verse = True
            if self._after_verse:
                self._parts.append(BREAK)
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
        self._counts["(stanza)"] -= element.is_stanza

    def _is_verse(self, tag: str, classes: frozenset[str]) -> bool:
        """Whether a block element is one line of a poem."""
        if classes & elements.STANZA_CLASSES:
            return False
        return (
            tag == "v"
            or bool(classes & elements.VERSE_CLASSES)
            or (self._counts["(stanza)"] > 0 and tag in {"div", "p"})
        )

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
        if "pagebreak" in types or classes & elements.PAGE_CLASSES:
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
        text, before = self._around(element)
        link = Link(text, before, element.href, element.is_reference)
        if not is_note_link(link, self._counts["sup"] > 0 or element.has_superscript, self._counts["(note)"] > 0):
            return
        self._parts[element.start :] = [SPOT]
        if before.strip(" \n\t[("):
            self.references.append(element.href)
        else:
            self._linked = True

    def _end_superscript(self, element: _Element) -> None:
        if self._links and self._links[-1].href:
            # The link around it decides, once it closes.
            self._links[-1].has_superscript = True
            return
        text, before = self._around(element)
        said = raised(text, before)
        if said is not None:
            self._parts[element.start :] = [said]

    def _around(self, element: _Element) -> tuple[str, str]:
        """An inline element's text, and the last characters before it."""
        text = "".join(self._parts[element.start : element.start + 20]).strip()
        return text, "".join(self._parts[max(0, element.start - 6) : element.start])

    # Blocks.

    def _block_boundary(self, opens_verse: bool = False, closes_verse: bool = False) -> None:
        if opens_verse and self._after_verse:
            self._parts.append(BREAK)
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
        last_part = next((at for at in range(len(self._parts) - 1, -1, -1) if self._parts[at].strip(SPACE)), -1)
        raw, self._parts = "".join(self._parts), []
        if self._is_typed:
            # Old books stand in <pre> whole, wrapped by hand.
            said = [paragraph.text for paragraph in paragraphs(raw.replace(BREAK, "\n"))]
        else:
            said = stanzas(raw)
        self._is_typed = False
        texts = [text for text in said if any(map(str.isalnum, text))]
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
        self._spent += len(text)
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


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else otherwise
