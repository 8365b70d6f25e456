"""Documents of absurdly many chapters become books of many, with all their words and a sentence."""

from itertools import cycle, islice

from hypothesis import given
from hypothesis import strategies as st

from studio.books import Book, Chapter, read_text
from studio.books.edit import rename
from studio.books.model import KINDS
from studio.books.plan import skip_notice
from studio.books.structure.bound import MAX_CHAPTERS, bounded


def book(kinds: tuple[str, ...], chapters: int) -> Book:
    found = tuple(
        Chapter(f"Chapter {n}", (f"Words {n}.",), kind)  # type: ignore[arg-type]
        for n, kind in enumerate(islice(cycle(kinds), chapters))
    )
    return Book("A Book", (), "en", None, "", found, (skip_notice(found),) if skip_notice(found) else ())


@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=9).map(tuple), st.integers(1, 90), st.integers(5, 40))
def test_no_word_is_lost_and_no_kind_is_mixed(kinds: tuple[str, ...], chapters: int, most: int) -> None:
    whole = book(kinds, chapters)
    small = bounded(whole, most)
    assert len(small.chapters) <= most
    for kind in KINDS:
        assert [text for one in whole.chapters if one.kind == kind for text in one.paragraphs] == [
            text for one in small.chapters if one.kind == kind for text in one.paragraphs
        ]
    assert any("are joined" in notice for notice in small.notices) == (chapters > most)
    assert skip_notice(small.chapters) in ("", *small.notices)


def test_what_is_skipped_is_said_once_after_an_edit() -> None:
    renamed = rename(bounded(book(("body", "notes"), 40), 10), 0, "Another")
    assert sum(notice.startswith("Skipped") for notice in renamed.notices) == 1


def test_a_pasted_text_is_bounded_too() -> None:
    text = "".join(
        f"Chapter {n}\n\nSome words of it are said here, and a few more of them follow.\n\n" for n in range(1, 2105)
    )
    read = read_text(text)
    assert len(read.chapters) == MAX_CHAPTERS
    assert "2,104 chapters" in read.notices[-1]
