"""HTML pages: the article, not the site."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.books.errors import BookError
from studio.books.formats.html import read
from studio.books.model import Book

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>The Road &amp; I | Site</title>
<meta name="author" content="Ann Author"><style>p{}</style></head><body>
<nav><a href="/">Home</a></nav><header>Site name</header>
<article><h1>The Road</h1><p>An opening paragraph that says what all of this is going to be about, at some length.</p>
<h2>First</h2><p>One.<h2>Second</h2><p>Two &copy; <b>bo</b>ld<br>line</p></article>
<aside>Buy now</aside><footer>Imprint</footer><script>alert(1)</script></body></html>"""


def html(text: str, max_chars: int = 5_000_000) -> Book:
    return read(text.encode(), "page.html", "page", max_chars)


def test_the_article_is_read_and_the_site_is_not() -> None:
    book = html(PAGE)
    assert (book.title, book.authors, book.language) == ("The Road & I | Site", ("Ann Author",), "en-gb")
    assert [chapter.title for chapter in book.chapters] == ["First", "Second"]
    said = " ".join(chapter.text for chapter in book.chapters)
    for noise in ("Home", "Site name", "Buy", "Imprint", "alert"):
        assert noise not in said
    assert book.chapters[0].paragraphs[0] == "The Road"
    assert book.chapters[1].paragraphs == ("Second", "Two © bold\nline")


def test_a_page_without_an_article_is_read_whole() -> None:
    assert html("<p>Just this").chapters[0].paragraphs == ("Just this",)


def test_an_empty_article_is_no_reason_to_say_nothing() -> None:
    assert html("<article></article><div>The text is outside of it.</div>").chapters[0].paragraphs == (
        "The text is outside of it.",
    )


def test_a_page_without_text_is_refused() -> None:
    for page in ("<html></html>", "<html><body><img src=x></body></html>", "<!-- -->"):
        with pytest.raises(BookError, match=r"“page.html” has no text"):
            html(page)


def test_the_declared_encoding_is_honoured_and_a_mad_one_is_not() -> None:
    page = '<html><head><meta charset="{}"></head><body><p>Café naïve</p></body></html>'
    assert read(page.format("iso-8859-1").encode("latin-1"), "a", "a", 999).chapters[0].text == "Café naïve"
    for mad in ("punycode", "idna", "unicode_escape", "zlib", "x" * 39, "rot13"):
        assert read(page.format(mad).encode(), "a", "a", 999).chapters[0].text == "Café naïve"


def test_depth_is_no_trouble() -> None:
    started = time.process_time()
    assert html("<div>" * 50_000 + "deep").chapters[0].paragraphs == ("deep",)
    assert time.process_time() - started < 10


def test_too_much_text_is_refused() -> None:
    with pytest.raises(BookError, match="more than 100 characters"):
        html("<p>word word word word</p>" * 10, 100)


def test_gutenbergs_wrapping_is_known_without_its_classes() -> None:
    body = "<h2>CHAPTER I</h2><p>It began.</p><h2>CHAPTER II</h2><p>It went on.</p>"
    page = (
        f"<html><body><p>Title: A Walk</p><p>*** START OF THE PROJECT GUTENBERG EBOOK A WALK ***</p>{body}"
        "<p>*** END OF THE PROJECT GUTENBERG EBOOK A WALK ***</p><p>Licence.</p></body></html>"
    )
    assert [(c.kind, c.title) for c in html(page).chapters] == [
        ("body", "CHAPTER I"),
        ("body", "CHAPTER II"),
        ("back", "Licence"),
    ]


def test_old_books_in_pre_are_reflowed(read: Callable[..., Book], tmp_path: Path) -> None:
    line = "this line is as wide as the page and it goes on to the margin of it"
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><pre>\n{line}\n{line}\n{line}\nthe end.\n\n{line}\n{line}\n</pre></body></html>")
    assert [len(paragraph) for paragraph in read(path).chapters[0].paragraphs] == [
        3 * len(line) + 11,
        2 * len(line) + 1,
    ]
