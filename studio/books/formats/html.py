"""HTML pages -> Book: the article on them, without the site around it, chapters at the headings."""

import re
from html import unescape

from studio.books.formats.encoding import decode
from studio.books.formats.gutenberg import mark_licences
from studio.books.markup.prose import Prose
from studio.books.markup.stream import read_html
from studio.books.model import Book
from studio.books.structure.blocks import Block, Budget
from studio.books.structure.sections import assemble, chapters_of, cuts_at_headings, one_line

_ENCODING = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})|<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""",
    re.I,
)
_LANGUAGE = re.compile(r"""<html\b[^>]{0,500}?\s(?:xml:)?lang\s*=\s*["']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)""", re.I)
_META = re.compile(r"<meta\b[^>]{1,2000}>", re.I)
_ATTRIBUTE = re.compile(r"""\b(name|property|content)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
_AUTHOR_NAMES = {"author", "dc.creator", "dcterms.creator", "article:author", "citation_author"}
_HEAD_CHARS = 200_000
_SITE = frozenset({"nav", "footer", "form"})  # what a site puts around an article
_FEWEST_WORDS = 20  # an <article> with less than this is a teaser, not the text


def read(data: bytes, name: str, title: str, max_chars: int) -> Book:
    """A Book from one HTML page.

    Args:
        data: the file.
        name: what the person calls it, for messages.
        title: for a page without one.
        max_chars: most characters to accept.

    Raises:
        BookError: too long, or nothing in it can be read.
    """
    found = _ENCODING.search(data[:2048])
    declared = (found.group(1) or found.group(2)).decode("ascii", "replace") if found else ""
    text = decode(data, declared)
    blocks, page_title = _main_text(text, name, max_chars)
    head = text[:_HEAD_CHARS]
    language = _LANGUAGE.search(head)
    return from_blocks(
        blocks,
        name,
        title,
        page_title=page_title,
        authors=_authors(head),
        language=language.group(1) if language else "",
    )


def from_blocks(
    blocks: list[Block],
    name: str,
    title: str,
    *,
    page_title: str = "",
    authors: list[str] | None = None,
    language: str = "",
) -> Book:
    """A Book from blocks whose headings are its chapters; Markdown and Word files come this way too.

    Raises:
        BookError: there is no text.
    """
    mark_licences(blocks)
    outermost = [block.text for block in blocks if block.heading == 1]
    title = page_title or (outermost[0] if len(outermost) == 1 else "") or title
    chapters = chapters_of(blocks, cuts_at_headings(blocks), one_line(title))
    return assemble(title, chapters, name, authors=authors or [], language=language.lower())


def _main_text(text: str, name: str, max_chars: int) -> tuple[list[Block], str]:
    """The blocks inside <article> or <main> when there is one with text, else the whole page's."""
    for within in ("article", "main", ""):
        if within and not re.search(rf"<{within}\b", text, re.I):
            continue
        prose = read_html(text, Prose(Budget(name, max_chars), within, _SITE))
        if not within or sum(len(block.text.split()) for block in prose.blocks) >= _FEWEST_WORDS:
            return prose.blocks, prose.title
    return [], ""


def _authors(head: str) -> list[str]:
    authors: list[str] = []
    for tag in _META.findall(head):
        attributes = {key.lower(): double or single for key, double, single in _ATTRIBUTE.findall(tag)}
        said = attributes.get("name", attributes.get("property", "")).lower()
        content = unescape(attributes.get("content", "")).strip()
        if said in _AUTHOR_NAMES and content and not content.startswith("http"):
            authors.append(content)
    return authors
