"""Builders of real documents: whole EPUB, PDF and Word files, made byte by byte."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from studio.books.model import Book
from studio.books.reading import parse

MAX_CHARS = 5_000_000

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>t</title></head><body{attributes}>{body}</body></html>'
)
METADATA = "<dc:title>A Book</dc:title><dc:creator>Ann Author</dc:creator><dc:language>en-GB</dc:language>"


def page(body: str, attributes: str = "") -> str:
    """A whole XHTML document around a body."""
    return XHTML.format(body=body, attributes=f" {attributes}" if attributes else "")


def nav(*lines: tuple[str, str], extra: str = "") -> str:
    """An EPUB 3 table of contents of one level."""
    items = "".join(f'<li><a href="{href}">{title}</a></li>' for title, href in lines)
    return page(f'<nav epub:type="toc"><ol>{items}</ol></nav>{extra}')


def opf(
    documents: Sequence[str],
    *,
    metadata: str = METADATA,
    manifest: str = "",
    guide: str = "",
    has_nav: bool = False,
    has_ncx: bool = False,
    spine: str | None = None,
    linear: Mapping[str, str] | None = None,
) -> str:
    """A package document with these documents in its reading order."""
    items = "".join(f'<item id="d{n}" href="{d}" media-type="application/xhtml+xml"/>' for n, d in enumerate(documents))
    if has_nav:
        items += '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    if has_ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    references = "".join(
        f'<itemref idref="d{n}" linear="{(linear or {}).get(d, "yes")}"/>' for n, d in enumerate(documents)
    )
    body = (
        f"<spine{' toc=' + chr(34) + 'ncx' + chr(34) if has_ncx else ''}>{references}</spine>"
        if spine is None
        else spine
    )
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">{metadata}'
        f"</metadata><manifest>{items}{manifest}</manifest>{body}{guide}</package>"
    )


def zipped(members: Mapping[str, str | bytes], path: Path, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """A ZIP with these members, the EPUB's own mimetype first when it is there."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


MakeEpub = Callable[..., Path]


@pytest.fixture
def make_epub(tmp_path: Path) -> MakeEpub:
    """make_epub({"a.xhtml": body or whole page, ...}, nav=..., ncx=..., **what opf() takes) -> path."""

    def make(
        documents: Mapping[str, str | bytes],
        *,
        toc: str | None = None,
        ncx: str | None = None,
        package: str | None = None,
        files: Mapping[str, str | bytes] | None = None,
        **options: Any,
    ) -> Path:
        order = list(documents)
        made = package or opf(order, has_nav=toc is not None, has_ncx=ncx is not None, **options)
        members: dict[str, str | bytes] = {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/content.opf": made,
        }
        if toc is not None:
            members["OEBPS/nav.xhtml"] = toc
        if ncx is not None:
            members["OEBPS/toc.ncx"] = ncx
        for name, content in documents.items():
            whole = isinstance(content, bytes) or "<html" in content or not content.strip()
            members[f"OEBPS/{name}"] = content if whole else page(str(content))
        members.update(files or {})
        return zipped(members, tmp_path / "book.epub")

    return make


@pytest.fixture
def read() -> Callable[..., Book]:
    """Parse a document in this process: quick, and a fault shows its traceback."""

    def read_here(path: Path, name: str = "", max_chars: int = MAX_CHARS) -> Book:
        return parse(path, name or path.name, max_chars)

    return read_here


Line = tuple[float, float, float, str]
"""x, y and size in points, and the text, in WinAnsi characters."""


def pdf(
    pages: Sequence[Sequence[Line]], *, outline: Sequence[tuple[str, int]] = (), about: Mapping[str, str] | None = None
) -> bytes:
    """A PDF with these lines on its pages.

    Args:
        pages: the lines of each page.
        outline: bookmarks, as (title, page index).
        about: "Title", "Author".
    """
    objects: list[bytes] = [
        b"",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
    ]

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    kids: list[int] = []
    for lines in pages:
        stream = b"".join(
            b"BT /F1 %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n" % (size, x, y, _escaped(text)) for x, y, size, text in lines
        )
        packed = zlib.compress(stream)
        content = add(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        kids.append(
            add(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
                b"/Contents %d 0 R >>" % content
            )
        )
    catalog = b"<< /Type /Catalog /Pages 2 0 R /Lang (en-US)"
    if outline:
        root = len(objects) + 1
        objects.append(b"")
        first = len(objects) + 1
        for number, (title, page_index) in enumerate(outline):
            links = b""
            if number:
                links += b" /Prev %d 0 R" % (first + number - 1)
            if number + 1 < len(outline):
                links += b" /Next %d 0 R" % (first + number + 1)
            add(
                b"<< /Title (%s) /Parent %d 0 R /Dest [%d 0 R /Fit]%s >>"
                % (_escaped(title), root, kids[page_index], links)
            )
        objects[root - 1] = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (
            first,
            len(objects),
            len(outline),
        )
        catalog += b" /Outlines %d 0 R" % root
    objects[0] = catalog + b" >>"
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    info = b""
    if about:
        entries = b" ".join(b"/%s (%s)" % (key.encode(), _escaped(value)) for key, value in about.items())
        info = b" /Info %d 0 R" % add(b"<< %s >>" % entries)
    out = bytearray(b"%PDF-1.4\n")
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, info, start)
    return bytes(out)


def _escaped(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """make_pdf(pages, outline=..., about=...) -> path; see `pdf`."""

    def make(*arguments: Any, **options: Any) -> Path:
        path = tmp_path / "book.pdf"
        path.write_bytes(pdf(*arguments, **options))
        return path

    return make


def png(width: int, height: int, *, claim: tuple[int, int] | None = None) -> bytes:
    """A grey PNG; `claim` writes other dimensions into its header than its pixels have."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    said = claim or (width, height)
    header = struct.pack(">IIBBBBB", *said, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def picture(kind: str, size: tuple[int, int] = (40, 60)) -> bytes:
    """A picture file of any kind Pillow writes."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "#336699").save(out, kind)
    return out.getvalue()


class Documents:
    """The builders, for tests that need more than one."""

    page = staticmethod(page)
    nav = staticmethod(nav)
    opf = staticmethod(opf)
    zipped = staticmethod(zipped)
    pdf = staticmethod(pdf)
    png = staticmethod(png)
    picture = staticmethod(picture)
    container = CONTAINER


@pytest.fixture(scope="session")
def documents() -> Documents:
    """page, nav, opf, zipped, pdf, png, picture: see above."""
    return Documents()


@pytest.fixture(scope="session")
def duration() -> Callable[[Callable[[], object]], float]:
    """Seconds of processor time that a call takes: a busy machine does not make it longer."""

    def measure(work: Callable[[], object]) -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return measure
