"""FictionBook 2 -> Book: its sections are chapters, its second body holds the notes."""

import base64
import binascii
from typing import Any

from studio.books.cover import Cover, checked_cover
from studio.books.formats.encoding import clean
from studio.books.markup.prose import Prose
from studio.books.markup.stream import local_name, read_markup, read_tree
from studio.books.model import Book
from studio.books.structure.blocks import Budget
from studio.books.structure.contents import Entry, choose
from studio.books.structure.sections import Cut, assemble, chapters_of, one_line, word_counter

_BLOCKS = frozenset(
    {"v", "stanza", "poem", "cite", "epigraph", "text-author", "title", "subtitle", "date", "annotation"}
)
_SKIPPED = frozenset({"description", "binary"})
_MAX_TREE_BYTES = 48 * 2**20


class _FictionBook(Prose):
    """Titles become headings by how deep their section stands, and the body named "notes" becomes notes."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget, skip=_SKIPPED, blocks=_BLOCKS)
        self._depth = 0

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        """An element opens."""
        local = local_name(tag)
        if local == "body" and attrib.get("name", "") in {"notes", "comments", "footnotes"}:
            attrib = {**attrib, "class": "footnotes"}
            tag = "section"
        elif local == "title":
            tag = f"h{min(6, self._depth + 1)}"
        elif local == "a" and attrib.get("type") == "note":
            href = next((value for key, value in attrib.items() if local_name(key) == "href"), "")
            attrib = {"href": href, "class": "noteref"}
        elif local == "p" and self._heading:
            tag = "br"  # a title over several paragraphs is one heading
        if local == "section":
            self._depth += 1
        super().start(tag, attrib)

    def end(self, tag: str) -> None:
        """The innermost element closes."""
        if local_name(tag) == "section":
            self._depth -= 1
        super().end(tag)


def read(data: bytes, name: str, title: str, max_chars: int) -> Book:
    """A Book from a FictionBook file.

    Args:
        data: the file.
        name: what the person calls it, for messages.
        title: for a book without one.
        max_chars: most characters to accept.

    Raises:
        BookError: damaged, unsafe, too long, or nothing in it can be read.
    """
    blocks = read_markup(data, lambda: _FictionBook(Budget(name, max_chars)), name).blocks
    entries = [
        Entry(one_line(block.text), block.heading, at)
        for at, block in enumerate(blocks)
        if block.heading and block.role == "text"
    ]
    chosen = choose(entries, len(blocks), word_counter(blocks))
    said_title, authors, language, cover = _description(data, name)
    title = said_title or title
    return assemble(
        title,
        chapters_of(blocks, [Cut(entry.position, entry.title) for entry in chosen], title),
        name,
        authors=authors,
        language=language,
        cover=cover[0] if cover else None,
        cover_type=cover[1] if cover else "",
    )


def _description(data: bytes, name: str) -> tuple[str, list[str], str, Cover | None]:
    if len(data) > _MAX_TREE_BYTES:
        return "", [], "", None
    root = read_tree(data, name, "description")
    about = next((element for element in root.iter("{*}title-info")), None)
    if about is None:
        return "", [], "", None
    title, language, picture = "", "", ""
    authors: list[str] = []
    for element in about.iter("{*}author", "{*}book-title", "{*}lang", "{*}image"):
        tag = local_name(element.tag)
        if tag == "author":
            parts = {local_name(child.tag): _said(child) for child in element if isinstance(child.tag, str)}
            person = " ".join(filter(None, (parts.get(key, "") for key in ("first-name", "middle-name", "last-name"))))
            authors.append(person or parts.get("nickname", ""))
        elif tag == "book-title":
            title = _said(element)
        elif tag == "lang":
            language = _said(element).lower()
        elif not picture:
            picture = next((value for key, value in element.attrib.items() if local_name(key) == "href"), "").lstrip(
                "#"
            )
    return title, authors, language, _cover(root, picture)


def _cover(root: Any, picture: str) -> Cover | None:
    for element in root.iter("{*}binary") if picture else ():
        if element.get("id") == picture:
            try:
                return checked_cover(base64.b64decode(element.text or ""))
            except (binascii.Error, ValueError):
                return None
    return None


def _said(element: Any) -> str:
    return " ".join(clean("".join(element.itertext())).split())[:300]
