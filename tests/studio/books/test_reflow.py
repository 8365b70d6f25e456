"""Reflow: line ends go, words stay."""

import textwrap

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studio.books.structure.reflow import join_lines, paragraphs, vocabulary

WORDS = st.lists(st.from_regex(r"[A-Za-z]{1,12}[,.;]?", fullmatch=True), min_size=1, max_size=60)
NONE: frozenset[str] = frozenset()


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(50, 90))
def test_hard_wrapped_paragraphs_come_back_as_they_were(texts: list[list[str]], width: int) -> None:
    source = [" ".join(words) for words in texts]
    wrapped = "\n\n".join(textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False) for text in source)
    assume(wrapped.count("\n") > 2)  # fewer lines do not show where the margin is
    found = [" ".join(paragraph.text.split()) for paragraph in paragraphs(wrapped)]
    assert found == source


def test_two_lines_of_one_sentence_are_one_paragraph() -> None:
    text = "this sentence was broken by a mail program that wraps its lines at some\nmargin. This follows."
    assert len(paragraphs(text)) == 1
    assert len(paragraphs(text.replace("some\n", "some.\n"))) == 2


@given(st.text(st.sampled_from("ab -.\n\t’"), max_size=400))
def test_no_letter_is_lost_doubled_or_moved(text: str) -> None:
    assert letters("".join(paragraph.text for paragraph in paragraphs(text))) == letters(text)


@given(st.text(max_size=300))
def test_any_text_keeps_its_letters(text: str) -> None:
    normal = text.replace("\r", "\n")
    assert letters("".join(paragraph.text for paragraph in paragraphs(normal))) == letters(normal)


def test_words_broken_by_the_typesetter_are_joined_and_others_keep_their_hyphen() -> None:
    words = vocabulary("a winding road and a well-known singer")
    assert (
        join_lines(["the wind-", "ing road of a well-", "known man"], words, "drop")
        == "the winding road of a well-known man"
    )
    assert join_lines(["an un-", "heard thing"], NONE, "drop") == "an unheard thing"
    assert join_lines(["an un-", "heard thing"], NONE, "keep") == "an un-heard thing"
    assert join_lines(["Anglo-", "Saxon"], NONE, "drop") == "Anglo-Saxon"
    assert join_lines(["he said--", "and left -", "at once"], NONE, "drop") == "he said--and left - at once"


def test_indented_first_lines_begin_paragraphs_where_no_empty_line_does() -> None:
    line = "this line is as wide as the page and goes on to the margin of it"
    text = "\n".join((["    The first " + line[10:]] + [line] * 5) * 4)
    assert [paragraph.lines for paragraph in paragraphs(text)] == [6, 6, 6, 6]


def test_short_last_lines_end_paragraphs_where_nothing_else_does() -> None:
    line = "this line is as wide as the page and goes on to the margin of it"
    text = "\n".join([*[line] * 9, "the end.", *[line] * 9, "the other end."])
    assert [paragraph.lines for paragraph in paragraphs(text)] == [10, 10]


def test_verse_in_a_wrapped_book_keeps_its_lines() -> None:
    prose = textwrap.fill("some prose that goes on " * 12, 70)
    verse = "    Tyger Tyger, burning bright,\n    In the forests of the night;"
    found = [paragraph.text for paragraph in paragraphs(f"{prose}\n\n{verse}\n\n{prose}")]
    assert found[1] == "Tyger Tyger, burning bright,\nIn the forests of the night;"
    assert "\n" not in found[0]


def test_gaps_are_counted() -> None:
    assert [paragraph.gap for paragraph in paragraphs("one\n\ntwo\n\n\n\nthree")] == [0, 1, 3]
