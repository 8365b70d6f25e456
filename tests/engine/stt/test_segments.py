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
        assert all(gap < RULES.silence_gap_s for gap in gaps)
