"""What is ticked, what is said about the rest, and how long it takes."""

import pytest

from studio.books.model import Book, Chapter, Kind, count_words
from studio.books.plan import default_chapters, skip_notice


def chapters(*kinds: Kind) -> tuple[Chapter, ...]:
    return tuple(Chapter(f"c{n}", ("Words here.",), kind, 3 if kind == "notes" else 0) for n, kind in enumerate(kinds))


def book(*kinds: Kind) -> Book:
    return Book("T", (), "", None, "", chapters(*kinds))


def test_only_the_work_is_ticked() -> None:
    assert default_chapters(book("front", "body", "notes", "body", "back")) == (1, 3)


def test_a_document_of_nothing_but_notes_is_ticked_whole() -> None:
    assert default_chapters(book("notes", "front")) == (0, 1)
    assert skip_notice(chapters("notes", "front")) == ""


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (["body"], ""),
        (["front", "body"], "Skipped 1 front-matter section; tick it to narrate it."),
        (["front", "front", "body", "back", "notes"],
         "Skipped 2 front-matter sections, 1 back-matter section and 3 footnotes; tick them to narrate them."),
        (["body", "notes"], "Skipped 3 footnotes; tick them to narrate them."),
    ],
)  # fmt: skip
def test_the_sentence_about_what_is_skipped(kinds: list[Kind], sentence: str) -> None:
    assert skip_notice(chapters(*kinds)) == sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0), ("one two  three", 3), ("don’t stop—believing", 2), ("吾輩は猫である。", 4), ("Grüße, 世界", 2),
        ("สวัสดี", 3), ("नमस्ते दुनिया", 2), ("— … —", 3),
    ],
)  # fmt: skip
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    assert count_words(text) == words
