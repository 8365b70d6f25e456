"""PDFs: lines become paragraphs, furniture goes, bookmarks are chapters."""

import time
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from studio.books.errors import BookError
from studio.books.model import Book

Make = Callable[..., Path]
Read = Callable[..., Book]
Line = tuple[float, float, float, str]

LEFT, INDENT, LEADING, BODY = 72.0, 90.0, 14.0, 11.0
PROSE = [
    "It was a bright cold day in the month of April, and all of the clocks were",
    "striking the hour while an old man walked slowly down the long and wind-",
    "ing road that led from the village to the sea, with nothing in his hands.",
]


def column(lines: list[str], top: float = 700, *, first_indent: bool = True, size: float = BODY) -> list[Line]:
    """Lines of one paragraph, set the way books are."""
    return [
        (INDENT if first_indent and n == 0 else LEFT, top - n * LEADING, size, text) for n, text in enumerate(lines)
    ]


def test_broken_lines_and_words_become_whole_again(make_pdf: Make, read: Read) -> None:
    book = read(make_pdf([column(PROSE)]))
    assert book.chapters[0].paragraphs == (
        "It was a bright cold day in the month of April, and all of the clocks were striking the hour while an old man "
        "walked slowly down the long and winding road that led from the village to the sea, with nothing in his hands.",
    )


def test_a_hyphen_that_belongs_to_the_word_stays(make_pdf: Make, read: Read) -> None:
    lines = [
        "A well-known singer came to town and everybody went to hear her, for she was well-",
        "known and the hall was small, and the night was long and the wine was very good.",
    ]
    (said,) = read(make_pdf([column(lines)])).chapters[0].paragraphs
    assert "for she was well-known and" in said


def test_paragraphs_are_told_apart_by_indents_and_by_gaps(make_pdf: Make, read: Read) -> None:
    page = column(PROSE) + column(PROSE, 700 - 3 * LEADING) + column(PROSE, 500, first_indent=False)
    assert len(read(make_pdf([page])).chapters[0].paragraphs) == 3


def test_a_paragraph_runs_on_over_the_page(make_pdf: Make, read: Read) -> None:
    pages = [column(PROSE[:2]), column([PROSE[2], *PROSE], first_indent=False)]
    assert len(read(make_pdf(pages)).chapters[0].paragraphs) == 1


def test_running_heads_and_page_numbers_are_not_read(make_pdf: Make, read: Read) -> None:
    pages = [
        [
            (250, 750, 9, "The Long Road" if n % 2 else f"{n + 5}   The Long Road"),
            *column(
                [f"Page {'abcdefgh'[n]} begins with this line that is as long as the others on it are.", *PROSE[:2]]
            ),
            (300, 40, 9, f"- {n + 5} -"),
        ]
        for n in range(8)
    ]
    said = " ".join(" ".join(chapter.paragraphs) for chapter in read(make_pdf(pages)).chapters)
    assert "The Long Road" not in said
    assert not any(char.isdigit() for char in said)
    assert all(f"Page {letter} begins" in said for letter in "abcdefgh")


def test_a_year_alone_at_the_foot_of_a_page_is_text(make_pdf: Make, read: Read) -> None:
    pages = [[*column(PROSE), (300, 40, 9, str(n + 1))] for n in range(5)]
    pages[2].insert(3, (LEFT, 700 - 3 * LEADING, BODY, "1984"))
    said = " ".join(" ".join(chapter.paragraphs) for chapter in read(make_pdf(pages)).chapters)
    assert said.count("1984") == 1
    assert " 3" not in said


def test_bookmarks_are_the_chapters_and_begin_at_their_heading(make_pdf: Make, read: Read) -> None:
    pages = [
        column(PROSE),
        [*column(PROSE, 690), (LEFT, 600, 16, "The Second Day"), *column(PROSE, 560)],
        column(PROSE, 680),
        [(LEFT, 700, 16, "The Third Day"), *column(PROSE, 660)],
    ]
    outline = [("The First Day", 0), ("The Second Day", 1), ("The Third Day", 3)]
    book = read(make_pdf(pages, outline=outline, about={"Title": "Three Days", "Author": "Ann Author; Bob Builder"}))
    assert (book.title, book.authors, book.language) == ("Three Days", ("Ann Author", "Bob Builder"), "en-us")
    assert [(c.title, len(c.paragraphs)) for c in book.chapters] == [
        ("The First Day", 2),
        ("The Second Day", 3),
        ("The Third Day", 2),
    ]
    assert book.chapters[1].paragraphs[0] == "The Second Day"


def test_without_bookmarks_large_lines_are_the_chapters(make_pdf: Make, read: Read) -> None:
    pages = [[(LEFT, 720, 18, f"Chapter {n}"), (LEFT, 690, 14, f"Title {n}"), *column(PROSE, 650)] for n in (1, 2, 3)]
    book = read(make_pdf(pages))
    assert [chapter.title for chapter in book.chapters] == [f"Chapter {n}: Title {n}" for n in (1, 2, 3)]


def test_a_heading_on_two_lines_is_one_and_lends_the_bookmark_its_spaces(make_pdf: Make, read: Read) -> None:
    pages = [
        [(LEFT, 720, 18, f"Chapter {n}: The House"), (LEFT, 698, 18, "and the Garden"), *column(PROSE, 650 + n)]
        for n in (1, 2)
    ]
    outline = [(f"Chapter {n}: The Houseand the Garden", n - 1) for n in (1, 2)]
    for book in (read(make_pdf(pages)), read(make_pdf(pages, outline=outline))):
        assert [c.title for c in book.chapters] == [f"Chapter {n}: The House and the Garden" for n in (1, 2)]
        assert [len(c.paragraphs) for c in book.chapters] == [2, 2]


def test_footnotes_at_the_foot_of_a_page_are_set_aside(make_pdf: Make, read: Read) -> None:
    page = [
        *column(PROSE),
        (LEFT, 90, 8, "1. See the letters, volume two."),
        (LEFT, 80, 8, "2. Never printed."),
    ]
    book = read(make_pdf([page, column(PROSE)]))
    assert [(c.kind, c.notes) for c in book.chapters] == [("body", 0), ("notes", 2)]
    assert book.chapters[1].paragraphs == ("1. See the letters, volume two.", "2. Never printed.")


def test_the_titles_that_programs_make_up_are_not_used(make_pdf: Make, read: Read) -> None:
    path = make_pdf([column(PROSE)], about={"Title": "Microsoft Word - draft7.doc"})
    assert read(path, "The_Long_Road.pdf").title == "The Long Road"


def locked(source: Path, target: Path, user: str) -> Path:
    writer = pypdf.PdfWriter(clone_from=source)
    writer.encrypt(user_password=user, owner_password="owner", algorithm="AES-256")
    writer.write(target)
    return target


def test_a_locked_pdf_says_so(make_pdf: Make, read: Read, tmp_path: Path) -> None:
    path = locked(make_pdf([column(PROSE)]), tmp_path / "locked.pdf", "secret")
    with pytest.raises(BookError, match=r"“locked.pdf” is locked with a password"):
        read(path)


def test_a_pdf_that_only_forbids_printing_is_read(make_pdf: Make, read: Read, tmp_path: Path) -> None:
    path = locked(make_pdf([column(PROSE)]), tmp_path / "open.pdf", "")
    assert read(path).word_count > 20


def test_a_scanned_pdf_says_what_to_do(make_pdf: Make, read: Read) -> None:
    with pytest.raises(BookError, match=r"pictures of pages, not text.*OCR"):
        read(make_pdf([[], [], []]))
    with pytest.raises(BookError, match="OCR"):
        read(make_pdf([[(10, 10, 8, "Scan 1")] for _ in range(10)]))


@pytest.mark.parametrize("keep", [0.2, 0.6])
def test_a_torn_pdf_gives_its_text_or_a_sentence(make_pdf: Make, read: Read, keep: float) -> None:
    path = make_pdf([column(PROSE)] * 3)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    try:
        assert read(path).word_count > 10
    except BookError as error:
        assert str(error).startswith("“book.pdf” ")


def test_a_pdf_of_garbage_is_refused(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 100)
    with pytest.raises(BookError, match=r"“x.pdf” is damaged"):
        read(path)


def test_too_much_text_is_refused(make_pdf: Make, read: Read) -> None:
    with pytest.raises(BookError, match="more than 300 characters"):
        read(make_pdf([column(PROSE)] * 3), "a.pdf", 300)


def test_outlines_in_circles_end(make_pdf: Make, read: Read) -> None:
    path = make_pdf([column(PROSE)] * 2, outline=[("One", 0), ("Two", 1)])
    data = path.read_bytes()
    first = data.index(b"/Title (One)")
    at = data.index(b"/Next", first)
    number = data[
        data.rindex(b"\n", 0, data.index(b" 0 obj\n<< /Title (One)")) + 1 : data.index(b" 0 obj\n<< /Title (One)")
    ]
    following = data[at : data.index(b" R", at) + 2]
    path.write_bytes(data.replace(following, b"/Next %s 0 R" % number, 1))
    started = time.process_time()
    assert read(path).word_count > 20
    assert time.process_time() - started < 5
