"""After a pause a word begins with its sound; everywhere else the words stay where they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tts.kokoro.onsets import placed, rises
from engine.types import Word

RATE = 24_000


def sound(*parts: tuple[float, bool]) -> np.ndarray:
    """Seconds of noise or of silence, one after the other."""
    chance = np.random.default_rng(0)
    return np.concatenate(
        [chance.normal(0, 0.1, round(s * RATE)) if loud else np.zeros(round(s * RATE)) for s, loud in parts]
    ).astype(np.float32)


def test_a_word_behind_a_pause_begins_where_the_sound_does() -> None:
    samples = sound((0.5, True), (0.3, False), (0.5, True))
    words = [Word("one", 0.0, 0.85), Word("so", 0.9, 1.1), Word("far", 1.1, 1.3)]
    one, so, far = placed(words, samples, RATE)
    assert so.start_s == pytest.approx(0.8, abs=0.006)
    assert one.end_s == so.start_s
    assert (so.end_s, far) == (1.1, words[2])


def test_the_first_word_begins_with_the_first_sound() -> None:
    words = [Word("we", 0.09, 0.2), Word("waited", 0.2, 0.6)]
    we, waited = placed(words, sound((0.03, False), (0.6, True)), RATE)
    assert we.start_s == pytest.approx(0.03, abs=0.006)
    assert waited == words[1]


def test_a_rise_far_from_any_word_moves_none() -> None:
    words = [Word("one", 0.0, 0.2), Word("two", 1.3, 1.5)]
    assert placed(words, sound((0.2, True), (0.3, False), (1.0, True)), RATE) == tuple(words)


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.3])
def test_silence_and_nothing_move_nothing(seconds: float) -> None:
    words = [Word("one", 0.0, 0.2)]
    assert placed(words, sound((seconds, False)), RATE) == tuple(words)
    assert placed([], sound((seconds, True)), RATE) == ()


@given(
    st.lists(st.tuples(st.sampled_from([0.05, 0.11, 0.3]), st.booleans()), max_size=8),
    st.lists(st.floats(0.01, 0.4), max_size=8),
)
def test_words_stay_in_order_and_none_ends_before_it_begins(
    parts: list[tuple[float, bool]], lengths: list[float]
) -> None:
    bounds = np.cumsum([0.0, *lengths])
    words = [Word(str(at), float(bounds[at]), float(bounds[at + 1])) for at in range(len(lengths))]
    samples = sound(*parts, (0.01, True))
    moved = placed(words, samples, RATE)
    assert [word.text for word in moved] == [word.text for word in words]
    starts = [word.start_s for word in moved]
    assert starts == sorted(starts)
    assert all(word.start_s <= word.end_s for word in moved)
    assert all(0 <= rise <= len(samples) / RATE for rise in rises(samples, RATE))
