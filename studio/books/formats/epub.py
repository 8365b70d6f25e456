"""EPUB 2 and 3 -> Book. Spine files and table of contents are laid over one another, so that a chapter may be a piece
of a file, one file, or several; what stands around the work is marked, and notes are gathered."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from studio.books.archive import Archive, resolve
from studio.books.cover import MAX_COVER_BYTES, Cover, checked_cover
from studio.books.errors import BookError
from studio.books.formats.epub_contents import Contents, Target, read_contents
from studio.books.formats.epub_package import Package, locked, read_package
from studio.books.formats.gutenberg import mark_licences
from studio.books.markup.prose import Prose
from studio.books.markup.stream import read_markup
from studio.books.model import Book, Kind
from studio.books.structure.blocks import Block, Budget
from studio.books.structure.contents import Entry, choose
from studio.books.structure.headings import is_chapter, is_named, is_part
from studio.books.structure.matter import kind_of_file, kind_of_title, kind_of_types
from studio.books.structure.sections import Cut, assemble, chapters_of, cuts_at_headings, one_line, word_counter

_LABEL = re.compile(r"^[\[(]?(?:\d{1,4}|[*†‡§]{1,4})[\])]?[.:]?\s+(?=\S)")
_RIGHTS = "META-INF/rights.xml"
_SHORT_WORDS = 300  # an unnamed page before the first chapter shorter than this is front matter
_TOC_COVERS = 2  # a table of contents with fewer usable lines is no division


@dataclass(slots=True)
class _Flow:
    """All documents of the spine as one run of blocks.

    Attributes:
        blocks: in reading order.
        starts: for each document, the index of its first block.
        places: (path, id) -> index of a block; (path, "") is the document's start.
        paths: of the documents, in order.
        aside: starts of documents that are read only when a link leads there.
    """

    blocks: list[Block]
    starts: list[int]
    places: dict[Target, int]
    paths: list[str]
    aside: set[int]


def read(path: Path, name: str, title: str, max_chars: int) -> Book:
    """A Book from an EPUB.

    Args:
        path: the file.
        name: what the person calls it, for messages.
        title: for a book without one.
        max_chars: most characters to accept.

    Raises:
        BookError: damaged, locked, unsafe, too long, or nothing in it can be read.
    """
    with Archive(path, name) as archive:
        package = read_package(archive, name)
        contents = read_contents(archive, package, name)
        flow = _read_spine(archive, package, name, Budget(name, max_chars))
        cover, cover_notices = _read_cover(archive, package)
    mark_licences(flow.blocks)
    cuts = _cuts(flow, contents)
    chapters = chapters_of(flow.blocks, cuts, one_line(package.title or title))
    if not chapters:
        raise BookError(f"“{name}” has no text to read: its pages are empty or hold only pictures.")
    return assemble(
        package.title or title,
        chapters,
        name,
        authors=package.authors,
        language=package.language,
        cover=cover[0] if cover else None,
        cover_type=cover[1] if cover else "",
        notices=cover_notices,
    )


def _read_spine(archive: Archive, package: Package, name: str, budget: Budget) -> _Flow:
    flow = _Flow([], [], {}, [], set())
    references: list[Target] = []
    for item in package.spine:
        data = archive.read(item.path)
        if _RIGHTS in archive and b"<" not in data[:4096]:
            raise locked(name)
        prose = read_markup(data, lambda: Prose(budget), name)
        start = len(flow.blocks)
        flow.starts.append(start)
        flow.paths.append(item.path)
        if not prose.blocks:
            continue  # a picture: nothing begins here
        flow.places[item.path, ""] = start
        if not item.is_linear:
            flow.aside.add(start)
        for at, block in enumerate(prose.blocks, start):
            for key in block.ids:
                flow.places.setdefault((item.path, key), at)
        for key in prose.end_ids:
            flow.places.setdefault((item.path, key), start + len(prose.blocks))
        if item.path == package.nav:
            _mark_types(prose.blocks, "toc")
        flow.blocks.extend(prose.blocks)
        references.extend(found for href in prose.references if (found := resolve(item.path, href)) is not None)
    _mark_notes(flow, references)
    return flow


def _mark_types(blocks: list[Block], kind: str) -> None:
    for block in blocks:
        block.types = block.types | {kind}


def _mark_notes(flow: _Flow, references: list[Target]) -> None:
    """What a note reference leads to is a note, when it begins with a link back or a number."""
    for target in references:
        at = flow.places.get(target) if target[1] else None
        if at is None or at >= len(flow.blocks):
            continue
        block = flow.blocks[at]
        if block.role == "text" and not block.heading and (block.linked or block.text[:1] in "0123456789*†‡§[("):
            block.role, block.starts_note = "note", True
            block.text = _LABEL.sub("", block.text)


def _cuts(flow: _Flow, contents: Contents) -> list[Cut]:
    """Where sections begin: the table's lines, then files that are plainly something else."""
    entries = _placed(flow, contents)
    words = word_counter(flow.blocks)
    end = len(flow.blocks)
    named = choose(entries, end, words)
    usable = [entry for entry in named if kind_of_title(entry.title, 0) is None]
    landmarks = {flow.places[target]: kind for target, kind in contents.landmarks.items() if target in flow.places}
    cuts: dict[int, Cut] = {}
    if len(usable) < _TOC_COVERS:
        for cut in _cuts_without_table(flow):
            cuts[cut.position] = cut
    for entry in named:
        cuts[entry.position] = Cut(entry.position, entry.title)
    first_body = min((entry.position for entry in usable), default=min(cuts, default=0))
    for path, start, stop in zip(flow.paths, flow.starts, [*flow.starts[1:], end], strict=True):
        if start == stop:
            continue
        block = flow.blocks[start]
        known = kind_of_types(frozenset(landmarks.get(start, "").split())) or _marked(flow.blocks[start:stop])
        kind: Kind | None = known if known != "body" else None
        if start not in cuts:
            if kind is None and (start < first_body or not usable):
                kind = kind_of_file(path)
            if kind is None and start in flow.aside:
                kind = "front" if start < end / 2 else "back"
            if kind is None and start < first_body and words(start, stop) < _SHORT_WORDS and not _opens_chapter(block):
                kind = "front"
            # A file the table does not name continues the chapter before it, unless it says otherwise.
            if kind is not None or start < first_body or (block.heading and _opens_chapter(block)):
                cuts[start] = Cut(start, "", kind)
        elif kind is not None and kind_of_title(cuts[start].title, 0) is None and landmarks.get(start):
            cuts[start] = Cut(start, cuts[start].title, kind)
    return list(cuts.values())


def _placed(flow: _Flow, contents: Contents) -> list[Entry]:
    """The table's lines that lead into the spine; one that leads to no text stands where the next one below it does."""
    entries: list[Entry] = []
    waiting: list[tuple[str, int]] = []
    for line in contents.lines:
        at = flow.places.get(line.target, flow.places.get((line.target[0], ""))) if line.target else None
        if at is None:
            waiting.append((line.title, line.depth))
            continue
        entries.extend(Entry(title, depth, at) for title, depth in waiting if depth < line.depth)
        waiting.clear()
        entries.append(Entry(line.title, line.depth, at))
    return entries


def _cuts_without_table(flow: _Flow) -> list[Cut]:
    """A file that opens with a heading begins a chapter; a book in a single file is cut at its headings."""
    opening = [start for start in flow.starts if start < len(flow.blocks) and flow.blocks[start].heading]
    if len(opening) >= _TOC_COVERS:
        return [Cut(start) for start in opening]
    by_headings = cuts_at_headings(flow.blocks)
    if len(by_headings) >= _TOC_COVERS:
        return by_headings
    return [Cut(start) for start in dict.fromkeys(flow.starts) if start < len(flow.blocks)]


def _opens_chapter(block: Block) -> bool:
    return is_chapter(block.text) or is_named(block.text) or is_part(block.text)


def _marked(blocks: list[Block]) -> Kind | None:
    """What a file says it is, when its first and last block agree."""
    first, last = kind_of_types(blocks[0].types), kind_of_types(blocks[-1].types)
    return first if first == last else None


def _read_cover(archive: Archive, package: Package) -> tuple[Cover | None, list[str]]:
    if not package.cover:
        return None, []
    path: str | None = package.cover
    if path.lower().endswith((".xhtml", ".html", ".htm", ".xml")):
        path = _first_picture(archive, path)
    if path is None:
        return None, []
    cover = checked_cover(archive.read(path, MAX_COVER_BYTES)) if archive.size(path) <= MAX_COVER_BYTES else None
    return cover, [] if cover else ["Its cover picture could not be used."]


def _first_picture(archive: Archive, page: str) -> str | None:
    finder = _PictureFinder()
    finder.feed(archive.read(page)[:200_000].decode("utf-8", "replace"))
    for href in finder.hrefs[:5]:
        found = resolve(page, href)
        path = archive.find(found[0]) if found else None
        if path is not None:
            return path
    return None


class _PictureFinder(HTMLParser):
    """Collects what <img> and SVG's <image> show."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        if tag in {"img", "image"}:
            self.hrefs += [value for key, value in attrs if key in {"src", "href", "xlink:href"} and value]
