"""XML and HTML from strangers -> a stream of elements. No entity is ever expanded and no address ever opened.

Well-formed XML is read strictly; what a strict parser refuses is read again as HTML, the way a browser would. Both are
read as a stream of events into a target, so that neither depth nor size of a document grows a tree or a call stack.
"""

import html
import re
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without stubs

from engine.text.moods import MOODS
from engine.text.tags import EMOTIONS
from studio.books.errors import BookError
from studio.books.formats.encoding import decode

_DECLARATION = re.compile(r"\s*<\?xml\b([^>]{0,300})\?>")
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_META_ENCODING = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_ENTITY_DECLARATION = re.compile(
    r"""<!ENTITY\s+(?P<parameter>%\s+)?(?P<name>[\w.:-]{1,60})\s+(?:(?P<outside>SYSTEM|PUBLIC)\b|(?P<quote>["'])"""
    r"""(?P<value>[^"'<%]{0,200})(?P=quote))""",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&([A-Za-z][\w.-]{0,60});")
_MAX_DOCTYPE_CHARS = 100_000
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# Possessive, so that a long run without `/>` is looked at once.
_SELF_CLOSED = re.compile(r"<([A-Za-z][\w:.-]*+)([^<>]*+)(?<=/)>")
# `<laugh>` and `<calm>` are no elements of any document: they are what a person wrote for the voice.
_EMOTION = re.compile(rf"<(/?)({'|'.join((*EMOTIONS, *MOODS))})\s{{0,9}}/?>", re.IGNORECASE)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}


class Target(Protocol):
    """What receives the elements: names are local and lower-case in `local_name(tag)`."""

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        """An element opens."""
        ...

    def end(self, tag: str) -> None:
        """An element closes."""
        ...

    def data(self, data: str) -> None:
        """Characters, in pieces of any size."""
        ...

    def close(self) -> Any:
        """The document ends."""
        ...

    def abandon(self) -> None:
        """The document is not what it seemed, and another target will read it anew."""
        ...


T = TypeVar("T", bound=Target)


def local_name(tag: str) -> str:
    """`{http://www.w3.org/1999/xhtml}P` and `xhtml:p` are `p`."""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def read_markup(data: bytes, make_target: Callable[[], T], name: str) -> T:
    """Feed XHTML or other XML to a target; HTML rules apply where it is not well-formed.

    Args:
        data: the document.
        make_target: gives a fresh target; called again when the strict reading fails half way.
        name: what the person calls the file, for messages.

    Returns:
        The target that has seen the whole document.

    Raises:
        BookError: external or nested entities.
    """
    text = _with_emotions(plain_xml(data, name))
    target = make_target()
    parser = etree.XMLParser(
        target=target, encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        parser.feed(text.encode("utf-8"))
        parser.close()
    except etree.XMLSyntaxError:
        target.abandon()
        return read_html(_SELF_CLOSED.sub(_expanded, text), make_target())
    return target


def read_html(text: str, target: T) -> T:
    """Feed HTML to a target, forgiving everything."""
    parser = etree.HTMLParser(target=target, encoding="utf-8", no_network=True, huge_tree=False)
    try:
        parser.feed(_with_emotions(_NOT_XML.sub("", text)).encode("utf-8"))
        parser.close()
    except etree.XMLSyntaxError:
        # libxml2 gives up only on documents without a single element or word.
        target.close()
    return target


def read_tree(data: bytes, name: str, what: str) -> Any:
    """A small XML document (a package, a table of contents) as an lxml element.

    Raises:
        BookError: not XML, even with its faults forgiven.
    """
    text = plain_xml(data, name).encode("utf-8")
    options: dict[str, Any] = {
        "encoding": "utf-8",
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
    }
    try:
        return etree.fromstring(text, etree.XMLParser(**options))
    except etree.XMLSyntaxError:
        pass
    try:
        root = etree.fromstring(text, etree.XMLParser(recover=True, **options))
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise BookError(f"“{name}” is damaged: its {what} cannot be read. Get a new copy of it.")
    return root


def plain_xml(data: bytes, name: str) -> str:
    """XML as text with nothing left to expand or fetch: no declaration, no DOCTYPE, entities as characters.

    Raises:
        BookError: it declares entities that point outside or hold other entities.
    """
    head = data[:2048]
    found = _DECLARED_ENCODING.search(head) or _META_ENCODING.search(head)
    text = decode(data, found.group(1).decode("ascii", "replace") if found else "")
    text = _NOT_XML.sub("", text.removeprefix("\ufeff"))
    declaration = _DECLARATION.match(text)
    if declaration:
        text = text[declaration.end() :]
    text, entities = _without_doctype(text.lstrip(), name)

    def character(match: re.Match[str]) -> str:
        entity = match.group(1)
        if entity in _XML_ENTITIES:
            return match.group()
        if entity in entities:
            return html.escape(entities[entity])
        character = html.unescape(match.group())
        # An unknown name is shown as it was written.
        return f"&amp;{entity};" if character == match.group() else html.escape(character)

    return _ENTITY.sub(character, text)


def _with_emotions(text: str) -> str:
    """Emotion tags as text, so that they are spoken or told about; what closes one says nothing."""
    return _EMOTION.sub(_as_text, text)


def _as_text(match: re.Match[str]) -> str:
    """A mood ends where its end is written; an emotion has none."""
    if match[1]:
        return f"[/{match[2]}]" if match[2].lower() in MOODS else ""
    return f"&lt;{match[2]}&gt;"


def _without_doctype(text: str, name: str) -> tuple[str, dict[str, str]]:
    start = _DOCTYPE.search(text, 0, 20_000)
    root = re.search(r"<[A-Za-z]", text[:20_000])
    if start is None or (root is not None and root.start() < start.start()):
        return text, {}
    at, depth, quote = start.end(), 0, ""
    end = min(len(text), at + _MAX_DOCTYPE_CHARS)
    while at < end:
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
        elif char == ">" and depth <= 0:
            break
        at += 1
    else:
        at = max(start.end(), text.find(">", start.end(), end))  # quotes that do not match
    return text[: start.start()] + text[at + 1 :], _entities(text[start.end() : at], name)


def _entities(doctype: str, name: str) -> dict[str, str]:
    """The harmless ones: a name for a few characters."""
    entities: dict[str, str] = {}
    declared = len(re.findall(r"<!ENTITY\b", doctype, re.IGNORECASE))
    for match in _ENTITY_DECLARATION.finditer(doctype):
        value = match["value"]
        if value is None or match["parameter"] or _ENTITY.search(value):
            break
        entities[match["name"]] = html.unescape(value)
    if len(entities) != declared:
        raise BookError(
            f"“{name}” is unsafe: it declares XML entities that reach outside it or grow. Get it from another source."
        )
    return entities


def _expanded(match: re.Match[str]) -> str:
    """`<a id="x"/>` means an empty element in XHTML and an open one in HTML."""
    tag = match.group(1)
    if tag.lower() in _VOID:
        return match.group()
    return f"<{tag}{match.group(2)[:-1]}></{tag}>"
