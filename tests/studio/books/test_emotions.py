"""`<laugh>` is what a person wrote for the voice; no kind of document loses it."""

import zipfile
from pathlib import Path

import pytest

from engine.text.segment import prepare
from engine.tts.base import SegmentLimits
from studio.books import Book, read_book, read_text

EPUB_PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>One</title></head>'
    "<body><h1>One</h1><p>Well &lt;laugh&gt; look at that, and <sigh/> on it went.</p></body></html>"
)


def words_of(book: Book) -> str:
    return " ".join(text for chapter in book.chapters for text in chapter.paragraphs)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("book.txt", "Well <laugh> look at that, and <sigh> on it went."),
        ("book.md", "# One\n\nWell <laugh> look at **that**, and <sigh> on it went."),
        ("book.html", "<html><body><p>Well <laugh> look at that, and &lt;sigh&gt; on it went.</p></body></html>"),
        ("book.html", "<html><body><p>Well <laugh>look at that,</laugh> and <sigh/> on it went.</p></body></html>"),
    ],
)
def test_a_tag_comes_through_the_reader(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    words = words_of(read_book(path, name, 10_000))
    assert (
        words.index("Well") < words.index("<laugh>") < words.index("look") < words.index("<sigh>") < words.index("on")
    )
    assert "</" not in words


@pytest.mark.parametrize("name", ["book.txt", "book.md", "book.html"])
def test_a_mood_comes_through_with_its_end(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Well, <calm>look at that.</calm> And [sad] on it went.", "utf-8")
    segments = prepare(words_of(read_book(path, name, 10_000)), "en", SegmentLimits(60, 120, 200))
    assert [(one.text, one.mood) for one in segments] == [
        ("Well,", ""),
        ("look at that.", "calm"),
        ("And", ""),
        ("on it went.", "sad"),
    ]


def test_a_line_of_markdown_that_is_a_tag_alone_is_a_paragraph(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_text("# One\n\nBefore it.\n\n<laugh>\n\nBehind it, <b>bold</b>.", "utf-8")
    assert read_book(path, "book.md", 10_000).chapters[0].paragraphs[-3:] == (
        "Before it.",
        "<laugh>",
        "Behind it, bold.",
    )


def test_a_tag_comes_through_an_epub(tmp_path: Path) -> None:
    path = tmp_path / "book.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        )
        archive.writestr(
            "book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest><item id="one" '
            'href="one.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="one"/></spine>'
            "</package>",
        )
        archive.writestr("one.xhtml", EPUB_PAGE)
    words = words_of(read_book(path, "book.epub", 10_000))
    assert words.index("Well") < words.index("<laugh>") < words.index("look") < words.index("<sigh>")


def test_a_pasted_text_keeps_its_tags() -> None:
    assert "<gasp>" in words_of(read_text("Chapter 1\n\nOh <gasp> no.", 1000))
