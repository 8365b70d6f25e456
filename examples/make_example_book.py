"""Makes aesop.epub and aesop.txt out of aesop.md, the example book: `python examples/make_example_book.py [FOLDER]`.

The fables are George Fyler Townsend's translation of 1867, in the public domain everywhere. The EPUB is a whole EPUB 3
that also opens in EPUB 2 readers: cover, title page, two tables of contents, an endnote section, a colophon. Its bytes
depend on nothing but this script, the text and the versions of zlib and Pillow.
"""

import io
import re
import sys
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
TITLE = "Aesop’s Fables: A Small Selection"
TRANSLATOR = "George Fyler Townsend"
IDENTIFIER = "urn:uuid:6f2c1b1e-5a0e-4d0c-9a53-ae50bfab1e50"
MODIFIED = "2025-01-01T00:00:00Z"
COLOPHON = (
    "The fables were translated by George Fyler Townsend and first printed in 1867. They are in the public domain. "
    "This selection was put together as an example for Speech Studio; whoever likes may copy it without asking."
)
_TIMESTAMP = (2025, 1, 1, 0, 0, 0)
_REFERENCE = re.compile(r"\[\^(\d+)\]")


@dataclass
class Fable:
    """One fable: its title, and paragraphs in the text's own markup."""

    title: str
    paragraphs: list[str] = field(default_factory=list)


@dataclass
class Chapter:
    """A chapter of fables."""

    title: str
    fables: list[Fable] = field(default_factory=list)


def main(folder: Path) -> None:
    """Write both files into a folder."""
    chapters, notes = parse((HERE / "aesop.md").read_text("utf-8"))
    (folder / "aesop.epub").write_bytes(epub(chapters, notes))
    (folder / "aesop.txt").write_text(plain_text(chapters, notes), "utf-8", newline="\n")


def parse(source: str) -> tuple[list[Chapter], dict[str, str]]:
    """The chapters and the notes by number."""
    chapters: list[Chapter] = []
    notes: dict[str, str] = {}
    for block in source.split("---\n", 2)[2].strip().split("\n\n"):
        block = block.strip()
        note = re.match(r"\[\^(\d+)\]:\s*(.+)", block)
        if note:
            notes[note.group(1)] = note.group(2)
        elif block.startswith("### "):
            chapters[-1].fables.append(Fable(block[4:]))
        elif block.startswith("## "):
            chapters.append(Chapter(block[3:]))
        elif not block.startswith("# "):
            chapters[-1].fables[-1].paragraphs.append(block)
    return chapters, notes


# Plain text, wrapped as such files have been since the 1970s.


def plain_text(chapters: list[Chapter], notes: dict[str, str]) -> str:
    """The whole book in lines of at most 72 characters."""
    parts = [f"{TITLE}\n\nby Aesop\n\nTranslated by {TRANSLATOR}"]
    for chapter in chapters:
        number, _, title = chapter.title.partition(": ")
        parts.append(f"\n\n{number.upper()}. {title}")
        for fable in chapter.fables:
            parts.append(f"\n{fable.title}")
            parts.extend(
                _wrapped(re.sub(r"^\*(.*)\*$", r"_\1_", _REFERENCE.sub(r"[\1]", text))) for text in fable.paragraphs
            )
    parts.append("\n\nNOTES")
    parts.extend(_wrapped(f"[{number}] {text}") for number, text in notes.items())
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 72, break_on_hyphens=False)


# EPUB.


def epub(chapters: list[Chapter], notes: dict[str, str]) -> bytes:
    """The bytes of the EPUB file."""
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": _CONTAINER,
        "EPUB/package.opf": _package(chapters),
        "EPUB/nav.xhtml": _nav(chapters),
        "EPUB/toc.ncx": _ncx(chapters),
        "EPUB/style.css": _STYLE,
        "EPUB/cover.png": cover(),
        "EPUB/cover.xhtml": _page("Cover", "cover", '<p class="cover"><img src="cover.png" alt="Cover"/></p>'),
        "EPUB/title.xhtml": _page(
            "Title page",
            "titlepage",
            f'<h1 class="title">{escape(TITLE)}</h1>\n<p>by Aesop</p>\n<p>Translated by {TRANSLATOR}</p>',
        ),
    }
    for number, chapter in enumerate(chapters, 1):
        files[f"EPUB/chapter{number}.xhtml"] = _page(chapter.title, "chapter", _chapter(chapter, number))
    files["EPUB/notes.xhtml"] = _page("Notes", "endnotes", _notes(chapters, notes))
    files["EPUB/colophon.xhtml"] = _page("Colophon", "colophon", f"<h2>Colophon</h2>\n<p>{escape(COLOPHON)}</p>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # First and unpacked, so that the file says what it is in its first bytes.
        archive.writestr(zipfile.ZipInfo("mimetype", _TIMESTAMP), "application/epub+zip")
        for path, content in files.items():
            info = zipfile.ZipInfo(path, _TIMESTAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""

_STYLE = """body { font-family: Georgia, serif; line-height: 1.5; margin: 5%; }
h1, h2 { text-align: center; }
h3 { margin-top: 2em; font-variant: small-caps; }
.moral { font-style: italic; text-align: center; }
.cover { margin: 0; text-align: center; }
.cover img { max-width: 100%; max-height: 100%; }
"""


def _page(title: str, kind: str, body: str) -> str:
    side = {"chapter": "bodymatter", "endnotes": "backmatter", "colophon": "backmatter"}.get(kind, "frontmatter")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        'lang="en" xml:lang="en">\n'
        f'<head>\n<title>{escape(title)}</title>\n<link rel="stylesheet" type="text/css" href="style.css"/>\n</head>\n'
        f'<body epub:type="{side}">\n<section epub:type="{kind}">\n{body}\n</section>\n</body>\n</html>\n'
    )


def _chapter(chapter: Chapter, number: int) -> str:
    lines = [f"<h2>{escape(chapter.title)}</h2>"]
    for order, fable in enumerate(chapter.fables, 1):
        lines.append(f'<h3 id="fable{number}-{order}">{escape(fable.title)}</h3>')
        lines.extend(_paragraph(text) for text in fable.paragraphs)
    return "\n".join(lines)


def _paragraph(text: str) -> str:
    moral = re.fullmatch(r"\*(.+)\*", text)
    if moral:
        return f'<p class="moral">{escape(moral.group(1))}</p>'
    link = r'<sup><a epub:type="noteref" id="ref\1" href="notes.xhtml#note\1">\1</a></sup>'
    return f"<p>{_REFERENCE.sub(link, escape(text))}</p>"


def _notes(chapters: list[Chapter], notes: dict[str, str]) -> str:
    home = {
        found: number
        for number, chapter in enumerate(chapters, 1)
        for fable in chapter.fables
        for text in fable.paragraphs
        for found in _REFERENCE.findall(text)
    }
    items = [
        f'<li id="note{number}" epub:type="endnote"><p>{escape(text)} '
        f'<a epub:type="backlink" href="chapter{home[number]}.xhtml#ref{number}">↩</a></p></li>'
        for number, text in notes.items()
    ]
    return "<h2>Notes</h2>\n<ol>\n" + "\n".join(items) + "\n</ol>"


def _package(chapters: list[Chapter]) -> str:
    pages = ["cover", "title", *(f"chapter{number}" for number in range(1, len(chapters) + 1)), "notes", "colophon"]
    items = "\n".join(
        f'    <item id="{page}" href="{page}.xhtml" media-type="application/xhtml+xml"/>' for page in pages
    )
    spine = "\n".join(f'    <itemref idref="{page}"/>' for page in pages)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="id">{IDENTIFIER}</dc:identifier>
    <dc:title>{escape(TITLE)}</dc:title>
    <dc:language>en</dc:language>
    <dc:creator id="author">Aesop</dc:creator>
    <meta refines="#author" property="role" scheme="marc:relators">aut</meta>
    <dc:contributor id="translator">{TRANSLATOR}</dc:contributor>
    <meta refines="#translator" property="role" scheme="marc:relators">trl</meta>
    <dc:date>1867</dc:date>
    <dc:rights>Public domain</dc:rights>
    <meta property="dcterms:modified">{MODIFIED}</meta>
    <meta name="cover" content="cover-image"/>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
    <item id="style" href="style.css" media-type="text/css"/>
    <item id="cover-image" href="cover.png" media-type="image/png" properties="cover-image"/>
{items}
  </manifest>
  <spine toc="ncx">
{spine}
  </spine>
  <guide>
    <reference type="cover" title="Cover" href="cover.xhtml"/>
    <reference type="title-page" title="Title page" href="title.xhtml"/>
    <reference type="text" title="Beginning" href="chapter1.xhtml"/>
  </guide>
</package>
"""


def _nav(chapters: list[Chapter]) -> str:
    lines: list[str] = []
    for number, chapter in enumerate(chapters, 1):
        fables = "\n".join(
            f'<li><a href="chapter{number}.xhtml#fable{number}-{order}">{escape(fable.title)}</a></li>'
            for order, fable in enumerate(chapter.fables, 1)
        )
        lines.append(f'<li><a href="chapter{number}.xhtml">{escape(chapter.title)}</a>\n<ol>\n{fables}\n</ol></li>')
    body = (
        '<nav epub:type="toc" id="toc">\n<h2>Contents</h2>\n<ol>\n<li><a href="title.xhtml">Title page</a></li>\n'
        + "\n".join(lines)
        + '\n<li><a href="notes.xhtml">Notes</a></li>\n<li><a href="colophon.xhtml">Colophon</a></li>\n</ol>\n</nav>\n'
        '<nav epub:type="landmarks" hidden="hidden">\n<h2>Landmarks</h2>\n<ol>\n'
        '<li><a epub:type="cover" href="cover.xhtml">Cover</a></li>\n'
        '<li><a epub:type="titlepage" href="title.xhtml">Title page</a></li>\n'
        '<li><a epub:type="bodymatter" href="chapter1.xhtml">Beginning</a></li>\n</ol>\n</nav>'
    )
    return (
        _page("Contents", "frontmatter", body)
        .replace('<section epub:type="frontmatter">\n', "")
        .replace("</section>\n", "")
    )


def _ncx(chapters: list[Chapter]) -> str:
    targets = [("Title page", "title.xhtml")]
    targets += [(chapter.title, f"chapter{number}.xhtml") for number, chapter in enumerate(chapters, 1)]
    targets += [("Notes", "notes.xhtml"), ("Colophon", "colophon.xhtml")]
    points = "\n".join(
        f'    <navPoint id="point{order}" playOrder="{order}"><navLabel><text>{escape(title)}</text></navLabel>'
        f'<content src="{href}"/></navPoint>'
        for order, (title, href) in enumerate(targets, 1)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="en">
  <head><meta name="dtb:uid" content="{IDENTIFIER}"/></head>
  <docTitle><text>{escape(TITLE)}</text></docTitle>
  <navMap>
{points}
  </navMap>
</ncx>
"""


# The cover: a tortoise on a hill at sunrise, drawn large and made small so that its edges are smooth.


def cover() -> bytes:
    """A PNG of 600 by 900 pixels."""
    scale = 3
    width, height = 600 * scale, 900 * scale
    picture = Image.new("RGB", (width, height), "#f4e4c1")
    draw = ImageDraw.Draw(picture)

    def ellipse(x: float, y: float, across: float, down: float, colour: str) -> None:
        draw.ellipse([(x - across) * scale, (y - down) * scale, (x + across) * scale, (y + down) * scale], fill=colour)

    ellipse(420, 560, 120, 120, "#e8843c")
    ellipse(80, 950, 420, 330, "#7a9a5b")
    ellipse(560, 1010, 460, 330, "#4d7350")
    _tortoise(draw, ellipse, scale)
    for text, y, size in (("AESOP’S", 120, 92), ("FABLES", 215, 92), ("A Small Selection", 320, 34)):
        font = ImageFont.load_default(size * scale)
        draw.text((width / 2, y * scale), text, font=font, fill="#2d3a2e", anchor="mm")
    draw.rectangle(
        [24 * scale, 24 * scale, width - 24 * scale, height - 24 * scale], outline="#2d3a2e", width=4 * scale
    )
    out = io.BytesIO()
    picture.resize((600, 900), Image.Resampling.LANCZOS).quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _tortoise(
    draw: ImageDraw.ImageDraw, ellipse: Callable[[float, float, float, float, str], None], scale: int
) -> None:
    for x in (205, 330):
        ellipse(x, 690, 22, 34, "#5c6b3a")
    ellipse(395, 640, 34, 26, "#6f8046")
    ellipse(407, 632, 4, 4, "#20261c")
    draw.polygon([(150 * scale, 685 * scale), (120 * scale, 700 * scale), (165 * scale, 668 * scale)], fill="#6f8046")
    draw.pieslice([150 * scale, 560 * scale, 386 * scale, 800 * scale], 180, 360, fill="#8a5a2b")
    draw.rounded_rectangle([142 * scale, 672 * scale, 394 * scale, 694 * scale], 11 * scale, fill="#6d4420")
    for x, across in ((208, 26), (268, 32), (328, 26)):
        ellipse(x, 632, across, 24, "#a9743d")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
