"""An EPUB's table of contents and landmarks: EPUB 3's nav and EPUB 2's NCX, as flat lists of titles and targets."""

from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without stubs

from studio.books.archive import Archive, resolve
from studio.books.formats.encoding import clean
from studio.books.formats.epub_package import Package
from studio.books.markup.stream import local_name, read_tree

_MAX_BYTES = 16 * 2**20
_MAX_LINES = 20_000
_MAX_PIECES = 200  # of text in one title

Target = tuple[str, str]
"""(path, fragment) in the archive."""


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """One line of the table; `target` is None for a heading that leads nowhere itself."""

    title: str
    depth: int
    target: Target | None


@dataclass(slots=True)
class Contents:
    """What the book's own navigation says.

    Attributes:
        lines: the table of contents.
        landmarks: what publishers mark as "cover", "bodymatter", "endnotes", ...
    """

    lines: list[ContentsLine] = field(default_factory=list)
    landmarks: dict[Target, str] = field(default_factory=dict)


def read_contents(archive: Archive, package: Package, name: str) -> Contents:
    """The nav document's table when it has one, else the NCX's.

    Raises:
        BookError: a table that is hostile or cannot be read at all.
    """
    contents = Contents(landmarks=dict(package.landmarks))
    if package.nav:
        _read_nav(read_tree(archive.read(package.nav, _MAX_BYTES), name, "table of contents"), package.nav, contents)
    if not contents.lines and package.ncx:
        _read_ncx(read_tree(archive.read(package.ncx, _MAX_BYTES), name, "table of contents"), package.ncx, contents)
    return contents


def _read_nav(root: Any, base: str, contents: Contents) -> None:
    """Lists in lists; a line is the first link or label in a list item."""
    kind = ""
    depth = -1
    is_open = False  # whether the current list item still waits for its label
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        tag = local_name(element.tag)
        if tag == "nav":
            kind = _nav_kind(element) if event == "start" else ""
            depth = -1
        elif not kind:
            continue
        elif tag == "ol":
            depth += 1 if event == "start" else -1
            is_open = False
        elif tag == "li":
            is_open = event == "start"
        elif tag in {"a", "span"} and event == "start" and is_open and depth >= 0 and len(contents.lines) < _MAX_LINES:
            is_open = False
            href = element.get("href", "")
            target = resolve(base, href) if href else None
            title = _said(element)
            if kind == "toc" and title:
                contents.lines.append(ContentsLine(title, depth, target))
            elif kind == "landmarks" and target is not None:
                contents.landmarks[target] = _type_of(element)


def _nav_kind(element: Any) -> str:
    said = {*_type_of(element).split(), element.get("role", "").removeprefix("doc-"), element.get("id", "").lower()}
    if "toc" in said:
        return "toc"
    return "landmarks" if "landmarks" in said else ""


def _type_of(element: Any) -> str:
    return next((value.lower() for key, value in element.attrib.items() if local_name(key) == "type"), "")


def _read_ncx(root: Any, base: str, contents: Contents) -> None:
    depth = -1
    inside = False  # the map, not the page list
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        tag = local_name(element.tag)
        if tag == "navmap":
            inside = event == "start"
        elif tag == "navpoint" and inside:
            if event == "end":
                depth -= 1
                continue
            depth += 1
            title, target = _nav_point(element, base)
            if title and len(contents.lines) < _MAX_LINES:
                contents.lines.append(ContentsLine(title, depth, target))


def _nav_point(element: Any, base: str) -> tuple[str, Target | None]:
    title, target = "", None
    for child in element:
        tag = local_name(child.tag) if isinstance(child.tag, str) else ""
        if tag == "navlabel" and not title:
            title = _said(child)
        elif tag == "content" and target is None:
            target = resolve(base, child.get("src", ""))
        elif tag == "navpoint":
            break
    return title, target


def _said(element: Any) -> str:
    return " ".join(clean("".join(islice(element.itertext(), _MAX_PIECES))).split())[:300]
