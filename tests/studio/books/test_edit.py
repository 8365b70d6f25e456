"""Renaming, merging, choosing: a new book each time, and the old one untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
from studio.books.edit import mark, merge, rename, select
from studio.books.model import Book, Chapter
from studio.books.plan import skip_notice

CHAPTERS = (
    Chapter("Dedication", ("For you.",), "front"),
    Chapter("Chapter 1", ("Chapter 1", "It began.")),
    Chapter("Chapter 2", ("It went on.", "And on.")),
    Chapter("Notes", ("One.", "Two."), "notes", 2),
)
BOOK = Book("T", (), "en", None, "", CHAPTERS, (skip_notice(CHAPTERS), "Another notice."))


def test_a_renamed_chapter_says_its_new_heading_where_it_had_one() -> None:
    assert rename(BOOK, 1, "  The  Start ").chapters[1] == Chapter("The Start", ("The Start", "It began."))
    assert rename(BOOK, 2, "The End").chapters[2] == Chapter("The End", ("It went on.", "And on."))
    assert BOOK.chapters == CHAPTERS


@pytest.mark.parametrize("title", ["", "  \n", "x" * 201])
def test_bad_titles_are_refused(title: str) -> None:
    with pytest.raises(OptionError):
        rename(BOOK, 1, title)


def test_merged_chapters_keep_the_first_title_and_all_words() -> None:
    book = merge(BOOK, 1, 2)
    assert book.chapters[1] == Chapter("Chapter 1", ("Chapter 1", "It began.", "It went on.", "And on."))
    assert len(book.chapters) == 3


@given(st.integers(-2, 6), st.integers(-2, 6))
def test_merging_never_loses_a_paragraph(first: int, last: int) -> None:
    try:
        book = merge(BOOK, first, last)
    except OptionError:
        assert not 0 <= first < last < 4
        return
    assert [p for c in book.chapters for p in c.paragraphs] == [p for c in CHAPTERS for p in c.paragraphs]
    assert len(book.chapters) == 4 - (last - first)


def test_chosen_chapters_stay_in_the_books_order() -> None:
    assert [chapter.title for chapter in select(BOOK, [2, 1, 2]).chapters] == ["Chapter 1", "Chapter 2"]
    for wrong in ([], [4], [-1]):
        with pytest.raises(OptionError):
            select(BOOK, wrong)


def test_a_misread_chapter_can_be_marked_and_the_notice_follows() -> None:
    assert BOOK.notices[0] == "Skipped 1 front-matter section and 2 footnotes; tick them to narrate them."
    assert mark(BOOK, 0, "body").notices == ("Skipped 2 footnotes; tick them to narrate them.", "Another notice.")
    assert mark(mark(BOOK, 0, "body"), 3, "body").notices == ("Another notice.",)


@pytest.mark.parametrize("index", [-1, 4])
def test_chapters_that_are_not_there_are_refused(index: int) -> None:
    with pytest.raises(OptionError, match="chapters 1 to 4"):
        rename(BOOK, index, "x")
    with pytest.raises(OptionError):
        mark(BOOK, index, "body")
