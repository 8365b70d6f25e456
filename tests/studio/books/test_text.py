"""Plain text: chapters by their headings, Gutenberg's wrapping, notes, and what is only typing."""

import contextlib
from collections.abc import Callable

import pytest

from studio.books import read_text
from studio.books.errors import BookError
from studio.books.formats.text import read
from studio.books.model import Book

FILLER = "And then a good many things happened, one after another, as they do in stories of this kind. " * 4


def titles(book: Book) -> list[str]:
    return [chapter.title for chapter in book.chapters]


def wrapped(text: str, width: int = 70) -> str:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def story(*headings: str) -> str:
    return "\n\n\n".join(f"{heading}\n\n{wrapped(FILLER)}\n\n{wrapped(FILLER)}" for heading in headings)


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["CHAPTER I.", "CHAPTER II.", "CHAPTER III."], ["CHAPTER I.", "CHAPTER II.", "CHAPTER III."]),
        (["Chapter 1: The Road", "Chapter 2 - The Sea"], ["Chapter 1: The Road", "Chapter 2 - The Sea"]),
        (["CHAPTER ONE\n\nThe Road", "CHAPTER TWO\nThe Sea"], ["CHAPTER ONE: The Road", "CHAPTER TWO. The Sea"]),
        (["CHAPTER I.\n\nThe Widow and her Child.", "CHAPTER II.\n\nThe Old Mint."],
         ["CHAPTER I: The Widow and her Child.", "CHAPTER II: The Old Mint."]),
        (["I", "II", "III", "IV"], ["I", "II", "III", "IV"]),
        (["1", "2", "3"], ["1", "2", "3"]),
        (["I. The Road", "II. The Sea", "III. The End"], ["I. The Road", "II. The Sea", "III. The End"]),
        (["Prologue", "Chapter One", "Chapter Two", "Epilogue"],
         ["Prologue", "Chapter One", "Chapter Two", "Epilogue"]),
        (["STAVE ONE. MARLEY'S GHOST", "STAVE TWO. THE FIRST SPIRIT"],
         ["STAVE ONE. MARLEY'S GHOST", "STAVE TWO. THE FIRST SPIRIT"]),
        (["Kapitel 1", "Kapitel 2"], ["Kapitel 1", "Kapitel 2"]),
        (["第一章 春", "第二章 夏"], ["第一章 春", "第二章 夏"]),
        (["THE ROAD", "THE SEA", "THE END OF IT"], ["THE ROAD", "THE SEA", "THE END OF IT"]),
        (["The Wolf And The Lamb", "The Bat And The Weasels", "The Lion"],
         ["The Wolf And The Lamb", "The Bat And The Weasels", "The Lion"]),
    ],
)  # fmt: skip
def test_chapters_are_found_by_their_headings(headings: list[str], expected: list[str]) -> None:
    book = read_text(story(*headings))
    assert titles(book) == expected
    assert all(chapter.word_count > 130 for chapter in book.chapters)


@pytest.mark.parametrize(
    "line",
    [
        "Chapter two of his book was the one that took him longest,",
        "Part of the trouble was the weather",
        "I",
        "1984",
        "“No.”",
        "NO!",
    ],
)
def test_ordinary_lines_are_not_chapters(line: str) -> None:
    text = f"{wrapped(FILLER)}\n\n{line}\n\n{wrapped(FILLER)}"
    assert len(read_text(text).chapters) == 1


def test_page_numbers_that_do_not_count_up_are_not_chapters() -> None:
    text = "\n\n".join(f"{wrapped(FILLER)}\n\n{number}" for number in (40, 7, 93, 12))
    assert len(read_text(text).chapters) == 1


def test_chapters_that_begin_anew_in_every_part_are_told_apart() -> None:
    book = read_text(story("PART ONE\n\nCHAPTER I", "CHAPTER II", "PART TWO\n\nCHAPTER I", "CHAPTER II"))
    assert titles(book) == [
        "PART ONE: CHAPTER I",
        "PART ONE: CHAPTER II",
        "PART TWO: CHAPTER I",
        "PART TWO: CHAPTER II",
    ]
    assert book.chapters[2].paragraphs[:2] == ("PART TWO", "CHAPTER I")


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_printed_table_of_contents_is_front_matter_and_not_chapters(gap: str) -> None:
    headings = [
        f"CHAPTER {roman}. {title}"
        for roman, title in zip(["I", "II", "III", "IV"], ["Road", "Sea", "Hill", "End"], strict=True)
    ]
    text = "MY TALE\n\nby Ann Author\n\nCONTENTS\n\n" + gap.join(headings) + "\n\n\n" + story(*headings)
    book = read_text(text)
    assert (book.title, book.authors) == ("MY TALE", ("Ann Author",))
    assert [c.title for c in book.chapters if c.kind == "body" and c.word_count > 100] == headings
    assert all(chapter.kind == "front" for chapter in book.chapters if "Contents" in chapter.title.title())


GUTENBERG = """The Project Gutenberg eBook of A Walk

Title: A Walk
       in the Hills

Author: Ann Author

Release date: June 25, 2008

Language: English

*** START OF THE PROJECT GUTENBERG EBOOK A WALK ***

{body}

*** END OF THE PROJECT GUTENBERG EBOOK A WALK ***

Updated editions will replace the previous one.
"""


def test_gutenbergs_licence_is_set_aside_and_its_header_read() -> None:
    book = read_text(GUTENBERG.format(body=story("CHAPTER I", "CHAPTER II")))
    assert (book.title, book.authors, book.language) == ("A Walk in the Hills", ("Ann Author",), "en")
    assert [(chapter.kind, chapter.title) for chapter in book.chapters] == [
        ("body", "CHAPTER I"), ("body", "CHAPTER II"), ("back", "Licence"), ("back", "Licence"),
    ]  # fmt: skip
    assert "Gutenberg" not in " ".join(chapter.text for chapter in book.chapters if chapter.kind == "body")


def test_typing_habits_are_undone() -> None:
    text = "He was _very_ late--so late [Illustration] that _nobody\nwaited_. snake_case stays."
    text += "\n\n[Illustration: The Road]"
    assert read_text(text).chapters[0].paragraphs == (
        "He was very late—so late  that nobody waited. snake_case stays.".replace("  ", " "),
        "The Road",
    )


@pytest.mark.parametrize(
    "notes", ["[Footnote 1: Since lost.]\n\n[Footnote 2: Found again.]", "[1] Since lost.\n\n[2] Found again."]
)
def test_bracketed_footnotes_are_set_aside(notes: str) -> None:
    book = read_text(f"The letter[1] was long, and the answer [2] was not.\n\n{notes}\n\nThe end came soon.")
    assert [(c.kind, c.paragraphs) for c in book.chapters] == [
        ("body", ("The letter was long, and the answer was not.", "The end came soon.")),
        ("notes", ("Since lost.", "Found again.")),
    ]
    assert book.chapters[1].notes == 2


def test_brackets_without_notes_are_left_alone() -> None:
    assert read_text("See [1] and [2] there.").chapters[0].paragraphs == ("See [1] and [2] there.",)


def test_pasted_lines_are_paragraphs_and_pasted_verse_is_verse() -> None:
    long = (
        "This is a paragraph that somebody pasted from a page, all of it on one single long line, as browsers give it. "
        * 2
    )
    assert read_text(f"{long}\n{long}").chapters[0].paragraphs == (long.strip(), long.strip())
    assert read_text("Tyger Tyger, burning bright,\nIn the forests of the night").chapters[0].paragraphs == (
        "Tyger Tyger, burning bright,\nIn the forests of the night",
    )


def test_a_long_text_without_chapters_is_cut_into_parts() -> None:
    book = read_text("\n\n".join([FILLER] * 200))
    assert len(book.chapters) > 2
    assert titles(book)[0] == "Part 1"
    assert sum(chapter.word_count for chapter in book.chapters) == len(FILLER.split()) * 200


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b"])
def test_no_text_is_refused(text: str) -> None:
    with pytest.raises(BookError):
        read_text(text)


def test_text_without_a_single_word_is_refused() -> None:
    with pytest.raises(BookError, match="no text that could be read aloud"):
        read_text("* * * ... !!!")


def test_ten_megabytes_of_text_meet_the_limit_quickly(duration: Callable[[Callable[[], object]], float]) -> None:
    text = "All work and no play makes Jack a dull boy.\n" * 230_000

    def refuse() -> None:
        with pytest.raises(BookError, match="more than 1,000,000 characters"):
            read_text(text, 1_000_000)

    assert duration(refuse) < 3


@pytest.mark.parametrize(
    "text",
    [
        "a" * 3_000_000,
        "_ " * 500_000,
        "_a" * 500_000,
        "[" * 1_000_000,
        "[Footnote 1: " * 100_000,
        "I.\n\n" * 50_000,
        "CHAPTER I\n\n" * 20_000,
        "CHAPTER " + "I" * 1_000_000,
        "word-\n" * 150_000,
        "-" * 2_000_000,
        "\n" * 2_000_000 + "x",
        " " * 3_000_000 + "x",
        ". " * 1_000_000,
        "\t" * 300_000 + "x",
        ".'" * 500_000,
        "*** START OF THE PROJECT GUTENBERG EBOOK " * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_shape_of_text_takes_long(text: str, duration: Callable[[Callable[[], object]], float]) -> None:
    def read_it() -> None:
        with contextlib.suppress(BookError):
            read_text(text)

    assert duration(read_it) < 15


def test_control_characters_vanish() -> None:
    assert read_text("He\x00l\x07lo \x1b[31mthere\u202e.").chapters[0].paragraphs[0].startswith("Hello")


def test_bytes_in_any_encoding_are_read() -> None:
    text = "Ce n’était qu’un rêve, « dit-elle »."
    for encoding in ("utf-8", "utf-16", "utf-8-sig", "cp1252"):
        assert read(text.encode(encoding), "a.txt", "a", 1000).chapters[0].paragraphs == (text,)
