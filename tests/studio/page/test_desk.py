"""Open books belong to who opened them, and a plan makes of a book exactly what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
from studio.books import Book, Chapter
from studio.page.desk import BOOKS_OF_ONE, Desk, outline, planned


def book_of(chapters: int) -> Book:
    made = tuple(Chapter(f"Chapter {n}", (f"Chapter {n}", f"Paragraph {n}.")) for n in range(chapters))
    return Book("A book", ("Ada",), "en", None, "", (Chapter("Dedication", ("To you.",), "front"), *made))


def entry(*sources: int, title: str = "", ticked: bool = True) -> dict[str, object]:
    return {"sources": list(sources), "title": title, "ticked": ticked}


def test_another_persons_book_is_as_good_as_none() -> None:
    desk = Desk()
    book_id = desk.put("ada", book_of(1))
    assert desk.get("ada", book_id).title == "A book"
    with pytest.raises(OptionError, match="no longer open"):
        desk.get("eve", book_id)
    with pytest.raises(OptionError, match="no longer open"):
        desk.get("ada", "unknown")


def test_the_desk_keeps_a_few_books_of_each() -> None:
    desk = Desk()
    ids = [desk.put("ada", book_of(1)) for _ in range(BOOKS_OF_ONE + 1)]
    others = desk.put("eve", book_of(1))
    with pytest.raises(OptionError):
        desk.get("ada", ids[0])
    assert desk.get("ada", ids[-1]) and desk.get("eve", others)


def test_the_outline_ticks_the_work_and_holds_no_text() -> None:
    shown = outline("id", book_of(2))
    assert [chapter["ticked"] for chapter in shown["chapters"]] == [False, True, True]
    assert "Paragraph" not in str(shown)


def test_chapters_are_merged_renamed_and_left_out() -> None:
    plan = {
        "title": " Mine ",
        "authors": "Me,  You",
        "chapters": [
            entry(0, title="Dedication", ticked=False),
            entry(1, 2, title="Both"),
            entry(3, title="Chapter 2"),
        ],
    }
    book, chosen = planned(book_of(3), plan)
    assert (book.title, book.authors, chosen) == ("Mine", ("Me", "You"), [1, 2])
    assert [chapter.title for chapter in book.chapters] == ["Dedication", "Both", "Chapter 2"]
    # The printed heading follows the new title; the second chapter's own heading stays where it stood.
    assert book.chapters[1].paragraphs == ("Both", "Paragraph 0.", "Chapter 1", "Paragraph 1.")


@pytest.mark.parametrize(
    "chapters",
    [
        [],
        "nonsense",
        [None],
        [{"sources": [], "title": "x", "ticked": True}],
        [{"sources": [1, 3], "title": "x", "ticked": True}],
        [{"sources": [9], "title": "x", "ticked": True}],
        [{"sources": [-1], "title": "x", "ticked": True}],
        [{"sources": [2], "title": "x", "ticked": True}, {"sources": [1], "title": "x", "ticked": True}],
        [{"sources": [1, 2], "title": "x", "ticked": True}, {"sources": [2], "title": "x", "ticked": True}],
        [{"sources": [1], "title": "x", "ticked": False}],
        [{"sources": [1], "title": "", "ticked": True}],
    ],
)
def test_a_plan_that_does_not_fit_is_refused_with_a_sentence(chapters: object) -> None:
    with pytest.raises(OptionError) as refusal:
        planned(book_of(3), {"chapters": chapters})
    assert str(refusal.value).endswith(".")


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.data())
def test_nothing_is_lost_or_doubled_by_merging(sizes: list[int], data: st.DataObject) -> None:
    book = book_of(sum(sizes) - 1)
    ticks = data.draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes)).filter(any))
    chapters, start = [], 0
    for size, ticked in zip(sizes, ticks, strict=True):
        chapters.append(entry(*range(start, start + size), title=book.chapters[start].title, ticked=ticked))
        start += size
    made, chosen = planned(book, {"chapters": chapters})
    texts = [paragraph for chapter in made.chapters for paragraph in chapter.paragraphs]
    assert texts == [paragraph for chapter in book.chapters for paragraph in chapter.paragraphs]
    assert chosen == [index for index, ticked in enumerate(ticks) if ticked]
