"""How a text is cut for somebody who waits: short first, growing, at marks, and by the text alone."""

import re
import time
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.text.growing import FIRST_LEAST, FIRST_MOST, LEFT_OVER, SENTENCE_MOST, count
from engine.text.segment import prepare, segments
from engine.tts.base import SegmentLimits

LIVE = SegmentLimits(first_chars=40, target_chars=180, max_chars=400, grows=True)
MARKS = ",;:—"


def cut(text: str, language: str = "en-us") -> list[str]:
    return [segment.text for segment in prepare(text, language, LIVE)]


def test_the_first_clause_comes_alone_and_the_next_grow() -> None:
    text = (
        "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want "
        "of a wife. However little known the feelings or views of such a man may be on his first entering a "
        "neighbourhood, this truth is so well fixed in the minds of the surrounding families."
    )
    assert cut(text) == [
        "It is a truth universally acknowledged,",
        "that a single man in possession of a good fortune,",
        "must be in want of a wife.",
        "However little known the feelings or views of such a man may be on his first entering a neighbourhood,",
        "this truth is so well fixed in the minds of the surrounding families.",
    ]


def test_short_sentences_and_lines_stay_what_they_are() -> None:
    assert cut("Yes, I do.") == ["Yes, I do."]
    assert cut("One\nTwo\nThree") == ["One", "Two", "Three"]
    assert cut("I never knew that, Tom.") == ["I never knew that, Tom."]


def test_a_sentence_is_whole_once_sound_has_a_lead() -> None:
    lead = "This is a first sentence of words. " * 4
    whole = "Then there comes one of eighteen words, with a comma, and it is not cut at any of them."
    assert cut(lead + whole)[-1] == whole


def test_a_long_sentence_is_cut_at_its_clauses_into_even_parts() -> None:
    lead = "This is a first sentence of words. " * 4
    found = cut(
        lead + "When the morning came at last and the storm had passed, the men of the village went down to the sea; "
        "they looked for the boats that had not come home in the night, and they found every one of them."
    )
    assert found[4:] == [
        "When the morning came at last and the storm had passed, the men of the village went down to the sea;",
        "they looked for the boats that had not come home in the night, and they found every one of them.",
    ]


def test_words_without_a_mark_grow_too() -> None:
    sizes = [count(piece) for piece in cut("word " * 60)]
    assert sum(sizes) == 60
    assert FIRST_LEAST <= sizes[0] <= FIRST_MOST
    assert max(sizes) <= 1.5 * SENTENCE_MOST


@pytest.mark.parametrize(
    ("text", "never_apart"),
    [
        ('He read "The Wind and the Willows" to his two children, who slept.', "The Wind and the Willows"),
        ("He lived in the old house in which his father and mother had lived before.", "in which"),
        ("He bought the old house for $1,234,567.89 and never lived there.", "one million two hundred"),
        (
            "There was nothing here but [the red tomato](/təˈmeɪtoʊ/) and <laugh> some of the bread.",
            "[the red tomato](/",
        ),
        ("I am sure that even if it rains and snows we shall come.", "even if"),
    ],
)
def test_what_belongs_together_is_not_parted(text: str, never_apart: str) -> None:
    pieces = cut(text)
    assert len(pieces) > 1
    assert any(never_apart in piece for piece in pieces), pieces


def test_without_a_mark_a_phrase_is_a_better_place_than_a_word() -> None:
    text = "Seven very tired young men walked slowly along narrow paths to some villages."
    assert cut(text)[0] == "Seven very tired young men walked slowly"


def test_an_abbreviation_ends_no_clause() -> None:
    assert cut("Nella sera arrivò il sig. Rossi, un uomo che tutti conoscevano in città.", "it") == [
        "Nella sera arrivò il signor Rossi,",
        "un uomo che tutti conoscevano in città.",
    ]


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("zh", "这是一个很长的句子，它没有空格，但是有很多逗号，所以可以在逗号的地方分开。", "这是一个很长的句子，"),
        ("zh", "昨天晚上我们一起吃了饭但是他没有来参加我们的聚会。", "昨天晚上我们一起吃了饭"),
        ("ja", "何でも薄暗いじめじめした所でニャーニャー泣いていた。", "何でも薄暗いじめじめした所で"),
        ("de", "Der Mann, der gestern kam, hat erzählt, dass er nicht kommen wird.", "Der Mann, der gestern kam,"),
        ("hi", "यह एक बहुत लंबा वाक्य है जिसमें कोई विराम चिह्न नहीं है लेकिन इसे बोला जाना चाहिए।", "यह एक बहुत लंबा वाक्य है"),
        ("xx", "Alpha beta gamma delta, epsilon zeta eta theta iota kappa.", "Alpha beta gamma delta,"),
    ],
)  # fmt: skip
def test_first_pieces_of_other_languages(language: str, text: str, first: str) -> None:
    assert cut(text, language)[0] == first


def test_words_are_counted_by_the_time_they_take() -> None:
    assert count("one, two — three!") == 3
    assert count("[tomato](/təˈmeɪtoʊ/) <b>soup</b> <laugh>") == 3
    assert count("Donaudampfschifffahrtsgesellschaft") == 3
    assert count("今日は。") == 1.5
    assert count("…") == 0


PLAIN = ["river", "stone", "walked", "seven", "morning", "yellow", "river,", "stone;", "walked,", "and", "because"]
plain = st.lists(st.sampled_from(PLAIN), min_size=1, max_size=70).map(lambda words: " ".join(words).strip(",;") + ".")
plain_texts = st.lists(plain, min_size=1, max_size=5).map(" ".join)


def first_places(sentence: str) -> list[int]:
    """After how many words the rule allows a first cut at a mark or before a conjunction, worked out by itself."""
    words = sentence.split()
    return [
        number
        for number in range(FIRST_LEAST, FIRST_MOST + 1)
        if number <= len(words) - LEFT_OVER
        and (
            words[number - 1][-1] in MARKS
            or (words[number] in ("and", "because") and words[number - 1] not in ("and", "because"))
        )
    ]


@settings(max_examples=300, deadline=None)
@given(plain)
def test_the_first_piece_has_four_to_eight_words_wherever_a_mark_allows(sentence: str) -> None:
    sentence = sentence[0].upper() + sentence[1:]
    first = len(cut(sentence)[0].split())
    if len(sentence.split()) <= FIRST_MOST:
        assert first == len(sentence.split())
    elif allowed := first_places(sentence):
        assert first in allowed


@settings(max_examples=300, deadline=None)
@given(plain_texts)
def test_each_piece_has_at_most_the_words_that_were_given_and_the_firsts_again(text: str) -> None:
    pieces = cut(text)
    assert " ".join(pieces).split() == text.split()
    sizes = [len(piece.split()) for piece in pieces]
    assert sizes[0] <= 1.5 * FIRST_MOST
    for size, so_far in zip(sizes[1:], accumulate(sizes), strict=False):
        assert size <= (1.5 * FIRST_MOST if so_far < FIRST_LEAST else max(FIRST_MOST, so_far + sizes[0]))
        assert size <= 1.5 * SENTENCE_MOST
    # No crumbs: a part of a sentence has words enough.
    for (_, before), (size, piece) in pairwise([(0, "."), *zip(sizes, pieces, strict=True)]):
        if piece[-1] not in ".!?":
            assert size >= FIRST_LEAST
        elif before[-1] not in ".!?":
            assert size >= LEFT_OVER


@settings(max_examples=200, deadline=None)
@given(plain_texts)
def test_who_speaks_twice_as_fast_as_is_heard_is_in_time(text: str) -> None:
    sizes = [len(piece.split()) for piece in cut(text)]
    if sizes[0] < FIRST_LEAST:
        return  # a sentence of its own
    made, heard_until = sizes[0] / 2, sizes[0] / 2
    for before, size in pairwise(sizes):
        made, heard_until = made + size / 2, heard_until + before
        # The pauses between sentences, which are not counted here, are what eight words after four may want.
        assert made <= heard_until


@settings(max_examples=150, deadline=None)
@given(st.lists(plain_texts, min_size=2, max_size=4), st.integers(1, 6))
def test_nothing_that_comes_later_changes_a_cut(paragraphs: list[str], asked: int) -> None:
    whole = "\n\n".join(paragraphs)
    told = cut(whole)
    assert cut(paragraphs[0]) == told[: len(cut(paragraphs[0]))]
    ahead = segments(whole, "en-us", LIVE)
    assert [next(ahead).text for _ in range(min(asked, len(told)))] == told[:asked]
    assert [segment.text for segment in ahead] == told[asked:]


def test_books_are_cut_as_before() -> None:
    """What was narrated yesterday is found in the cache today."""
    book = SegmentLimits(180, 180, 400)
    text = (
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of "
        "foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light. "
        "Good evening, my dear friends, said Mr. Lorry, and he sat down."
    )
    assert [segment.text for segment in prepare(text, "en-us", book)] == [
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of "
        "foolishness, it was the epoch of belief, it was the epoch of incredulity,",
        "it was the season of Light.",
        "Good evening, my dear friends, said Mister Lorry, and he sat down.",
    ]


@pytest.mark.parametrize(
    "unit", ["a", "word ", "and ", "the ", "(", '"', "“a ", "— ", "a, ", "[a](/b/) ", "你好", "お茶", "<b>"]
)
def test_a_hostile_sentence_ends_soon(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    began = time.process_time()
    for language in ("en", "ja"):
        assert all(len(segment.text) <= 400 for segment in prepare(text, language, LIVE))
    assert time.process_time() - began < 8


def test_a_comma_between_figures_is_no_place() -> None:
    assert not any(
        re.search(r"\d$", piece) for piece in cut("They counted 1,000,000 of them, 2,500 more, and 7.5 in all.")
    )
