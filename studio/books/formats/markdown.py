"""Markdown -> Book: CommonMark with tables and footnotes' brackets, chapters at the headings."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from studio.books.formats.encoding import clean, decode
from studio.books.formats.html import from_blocks
from studio.books.markup.prose import Prose
from studio.books.markup.stream import read_html
from studio.books.model import Book
from studio.books.structure.blocks import Block, Budget

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|author|authors|lang|language):[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_LISTED = re.compile(r"^authors?:[ \t]*\n((?:[ \t]*-[ \t]+\S.*\n?)+)", re.MULTILINE | re.IGNORECASE)
_NOTE = re.compile(r"^\[\^([^\]\s]{1,40})\]:[ \t]*(.*(?:\n(?:[ \t]{2,}|\t).*)*)", re.MULTILINE)
_REFERENCE = re.compile(r"\[\^[^\]\s]{1,40}\]")
_MAX_NESTING = 60  # of quotes in quotes; the parser drops what is deeper, and calls itself for every level
_MAX_INLINE_NESTING = 12  # of emphasis and links in one another; what is deeper is read as it stands
PARAGRAPH_CHARS = 4000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def read(data: bytes, name: str, title: str, max_chars: int) -> Book:
    """A Book from one Markdown file.

    Args:
        data: the file.
        name: what the person calls it, for messages.
        title: for a text without one.
        max_chars: most characters to accept.

    Raises:
        BookError: too long, or nothing in it can be read.
    """
    text = clean(decode(data))
    budget = Budget(name, max_chars)
    front = _FRONT_MATTER.match(text)
    said: dict[str, str] = {}
    authors: list[str] = []
    if front:
        text = text[front.end() :]
        said = {key.lower(): value.strip(" \"'") for key, value in _FIELD.findall(front.group(1))}
        listed = _LISTED.search(front.group(1))
        authors = [line.strip(" \t-\"'") for line in listed.group(1).splitlines()] if listed else []
    notes = [" ".join(match.group(2).split()) for match in _NOTE.finditer(text)]
    if notes:
        text = _REFERENCE.sub("", _NOTE.sub("", text))
    parser = _parser()
    blocks = _blocks(parser, text, budget)
    for note in notes:
        for block in _blocks(parser, note, budget):
            blocks.append(Block(block.text, role="note", starts_note=True))
    language = said.get("lang", said.get("language", ""))
    return from_blocks(
        blocks,
        name,
        title,
        page_title=said.get("title", ""),
        authors=authors or [said.get("author", said.get("authors", ""))],
        language=language if _LANGUAGE.fullmatch(language) else "",
    )


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    parser.core.ruler.at("inline", _inline)
    return parser


def _inline(state: StateCore) -> None:
    """The parser's own rule for what stands in a paragraph takes time by the square of its length, so a paragraph
    beyond any real one is given to it in pieces. None of its words are lost; a link across a cut is read as it stands.
    """
    # Every opening bracket is looked at anew on each level, so levels cost as length does.
    state.md.options["maxNesting"] = _MAX_INLINE_NESTING
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            for piece in _pieces(token.content):
                state.md.inline.parse(piece, state.md, state.env, token.children)
    state.md.options["maxNesting"] = _MAX_NESTING


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces of at most PARAGRAPH_CHARS, cut behind a space where there is one."""
    start = 0
    while len(text) - start > PARAGRAPH_CHARS:
        space = text.rfind(" ", start + PARAGRAPH_CHARS // 2, start + PARAGRAPH_CHARS)
        end = start + PARAGRAPH_CHARS if space < 0 else space + 1
        yield text[start:end]
        start = end
    yield text[start:]


def _blocks(parser: MarkdownIt, text: str, budget: Budget) -> list[Block]:
    # HTML inside Markdown is HTML; rendering first lets one reader know the rules for both.
    return read_html(parser.render(text), Prose(budget)).blocks
