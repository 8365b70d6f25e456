"""Which chapters `--chapters` means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
from studio.books.model import Book, Chapter
from studio.cli.book import chosen
from studio.cli.queue import clock


def book(*kinds: str) -> Book:
    chapters = tuple(Chapter(f"{i}", ("Words.",), kind) for i, kind in enumerate(kinds))  # type: ignore[arg-type]
    return Book("T", (), "en", None, "", chapters, ())


def test_the_story_alone_unless_asked() -> None:
    assert chosen("", book("front", "body", "body", "notes", "back")) == [1, 2]


def test_a_book_without_a_story_is_read_whole() -> None:
    assert chosen("", book("front", "notes")) == [0, 1]


def test_ranges_and_single_ones_count_from_one() -> None:
    assert chosen("1-3,5", book(*["body"] * 5)) == [0, 1, 2, 4]
    assert chosen(" 2 , 2-3", book(*["body"] * 5)) == [1, 2]


@pytest.mark.parametrize("words", ["0", "6", "3-2", "a", "1-", "-1", "1,,2", "1-2-3", "²", "1-9"])
def test_anything_else_is_refused(words: str) -> None:
    with pytest.raises(OptionError):
        chosen(words, book(*["body"] * 5))


@given(st.text(max_size=12))
def test_no_text_breaks_it(words: str) -> None:
    try:
        picked = chosen(words, book(*["body"] * 5))
    except OptionError:
        return
    assert picked == sorted(set(picked))
    assert set(picked) <= set(range(5))


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (65, "1:05"), (3723, "1:02:03")])
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
