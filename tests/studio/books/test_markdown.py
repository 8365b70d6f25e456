"""Markdown: what is typed for the eye is said for the ear."""

import pytest

from studio.books.errors import BookError
from studio.books.formats.markdown import read
from studio.books.model import Book

TEXT = """---
title: "A Walk"
author: Ann Author
lang: en-GB
---

# First Day

We *went* to [the **sea**](https://example.org "x") with `map`.[^1] It
was far.

- one
- two

1. milk
2. eggs

| a | b |
|---|---|
| c | d |

![a picture](x.png)

<div>Raw &amp; ready</div>

# Second Day

> Quoted.

[^1]: An old
  map.
"""


def markdown(text: str) -> Book:
    return read(text.encode(), "walk.md", "walk", 5_000_000)


def test_markup_is_read_as_text_and_notes_are_set_aside() -> None:
    book = markdown(TEXT)
    assert (book.title, book.authors, book.language) == ("A Walk", ("Ann Author",), "en-gb")
    assert [(chapter.kind, chapter.paragraphs) for chapter in book.chapters] == [
        ("body", ("First Day", "We went to the sea with map. It was far.", "one", "two", "1. milk", "2. eggs", "a, b",
                  "c, d", "Raw & ready")),
        ("body", ("Second Day", "Quoted.")),
        ("notes", ("An old map.",)),
    ]  # fmt: skip


def test_a_single_first_heading_is_the_book_and_the_next_ones_are_chapters() -> None:
    book = markdown("# A Walk\n\nIntro.\n\n## One\n\nText.\n\n## Two\n\nText.\n")
    assert (book.title, [chapter.title for chapter in book.chapters]) == ("A Walk", ["One", "Two"])


def test_authors_may_be_listed() -> None:
    assert markdown("---\nauthors:\n  - Ann\n  - 'Bob'\n---\nHello.\n").authors == ("Ann", "Bob")


def test_text_without_headings_is_one_chapter_named_like_the_file() -> None:
    book = markdown("Hello.\n\nThere.")
    assert (book.title, book.chapters[0].title, book.chapters[0].paragraphs) == ("walk", "walk", ("Hello.", "There."))


@pytest.mark.parametrize("text", ["", "---\ntitle: x\n---\n", "![](x.png)", "***"])
def test_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(BookError, match=r"“walk.md” has no text"):
        markdown(text)


@pytest.mark.parametrize(
    "text", ["> " * 5000 + "x", "[" * 20_000 + "x", "*a " * 20_000, "- " * 5000 + "x", "`" * 50_000 + "x"]
)
def test_no_nesting_is_too_deep(text: str) -> None:
    assert markdown(f"Hello.\n\n{text}").chapters[0].paragraphs[0] == "Hello."


def test_deep_quotes_are_read() -> None:
    assert markdown("> " * 40 + "Deep.").chapters[0].paragraphs == ("Deep.",)


def test_a_paragraph_beyond_any_real_one_costs_in_proportion_and_keeps_its_words(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Counted in the parser's own steps: ten times the brackets, ten times the steps."""
    from markdown_it.parser_inline import ParserInline

    steps = 0
    skip = ParserInline.skipToken

    def counted(self: ParserInline, state: object) -> None:
        nonlocal steps
        steps += 1
        skip(self, state)  # type: ignore[arg-type]

    monkeypatch.setattr(ParserInline, "skipToken", counted)
    taken: list[int] = []
    for length in (2000, 20_000):
        steps = 0
        read(("[" * length + " said").encode(), "a.md", "A", 10**6)
        taken.append(steps)
    assert taken[1] < 12 * taken[0]
    words = " ".join(f"word{n}" for n in range(3000))
    assert read(f"{words} and *the end*".encode(), "a.md", "A", 10**6).chapters[0].paragraphs == (
        f"{words} and the end",
    )
