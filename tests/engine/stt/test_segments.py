"""Words are gathered into segments, and none is lost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.stt.segments import RULES, segments_of
from engine.stt.stops import ends_sentence
from engine.types import Word

spoken = st.lists(
    st.tuples(st.sampled_from(["So", "yes.", "No", "why?”"]), st.floats(0, 3), st.floats(0, 9)), max_size=90
)


@given(parts=spoken)
def test_every_word_is_in_one_segment_and_the_rules_hold(parts: list[tuple[str, float, float]]) -> None:
    words: list[Word] = []
    at = 0.0
    for text, gap_s, length_s in parts:
        words.append(Word(text, at + gap_s, at + gap_s + length_s, 0.5))
        at += gap_s + length_s
    found = list(segments_of(words))
    assert [word for segment in found for word in segment.words] == words
    for segment in found:
        assert len(segment.words) <= RULES.max_words
        assert len(segment.words) == 1 or segment.end_s - segment.start_s <= RULES.max_duration_s
        assert not any(ends_sentence(word, after) for word, after in pairwise(segment.words))
        gaps = [b.start_s - a.end_s for a, b in zip(segment.words, segment.words[1:], strict=False)]
        has_stops = any(word.text != "So" and word.text != "No" for word in words)
        assert all(gap < (RULES.sentence_gap_s if has_stops else RULES.silence_gap_s) for gap in gaps)


def said(text: str, silences: dict[str, float] | None = None, word_s: float = 0.4) -> list[Word]:
    """Words one after another, with a silence behind some."""
    words: list[Word] = []
    at = 0.0
    for word in text.split():
        words.append(Word(word, at, at + word_s))
        at += word_s + (silences or {}).get(word, 0.1)
    return words


def texts(words: list[Word]) -> list[str]:
    return [segment.text for segment in segments_of(words)]


def test_a_sentence_with_silences_in_it_is_one_segment() -> None:
    spoken = "And so, ask not what your country can do for you. Ask again."
    assert texts(said(spoken, {"so,": 1.2, "not": 1.4})) == [
        "And so, ask not what your country can do for you.",
        "Ask again.",
    ]


def test_without_stops_a_silence_is_all_there_is() -> None:
    assert texts(said("ask not what your country can do", {"not": 0.9})) == ["ask not", "what your country can do"]


def test_a_long_silence_in_a_sentence_begins_another() -> None:
    assert texts(said("Ask not what, he said.", {"not": 3.5})) == ["Ask not", "what, he said."]


def test_a_sentence_that_is_too_long_is_parted_at_a_breath_or_at_a_comma() -> None:
    names = [f"w{n}" for n in range(40)]
    assert texts(said(" ".join([*names, "end."]), {"w20": 0.4}))[0].split()[-1] == "w20"
    names[22] = "w22,"
    assert texts(said(" ".join([*names, "end."])))[0].split()[-1] == "w22,"
