"""A book as JSON comes back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from studio.books.model import KINDS, Book, Chapter
from studio.books.wire import from_json, to_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
CHAPTERS = st.builds(Chapter, TEXT, st.lists(TEXT, max_size=3).map(tuple), st.sampled_from(KINDS), st.integers(0, 9))
COVERS = st.sampled_from([(None, ""), (b"\xff\xd8\xff\0", "image/jpeg"), (b"\x89PNG", "image/png")])


@given(
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
    COVERS,
    st.lists(CHAPTERS, max_size=3).map(tuple),
    st.lists(TEXT, max_size=2),
)
def test_every_book_survives_the_journey(title, authors, cover, chapters, notices) -> None:
    book = Book(title, authors, "en", *cover, chapters, tuple(notices))
    assert from_json(to_json(book)) == book
