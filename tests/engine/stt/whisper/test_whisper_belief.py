"""What is believed, and what is heard again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stt.whisper.belief import DOUBTS, Evidence, is_believed, stretches, uncovered, voice, voice_s
from engine.stt.whisper.told import Told
from engine.types import Samples, Word

SPEECH = Evidence(voice_s=2.0, level_db=-25.0, logprob=-0.3, silence=0.1, compression=1.2)
SHORT = replace(SPEECH, voice_s=0.3)


@pytest.mark.parametrize("sure", [SPEECH, SHORT, replace(SPEECH, logprob=-1.4), replace(SHORT, level_db=-70.0)])
def test_speech_is_believed(sure: Evidence) -> None:
    assert is_believed(sure)


@pytest.mark.parametrize("turn", [SHORT, replace(SPEECH, level_db=-60.0)])
@pytest.mark.parametrize(
    "doubt", [{"voice_s": 0.1}, {"silence": 0.9}, {"logprob": -1.5}, {"compression": 3.0}], ids=lambda d: next(iter(d))
)
def test_a_short_or_quiet_turn_is_dropped_where_one_thing_disagrees(turn: Evidence, doubt: dict[str, float]) -> None:
    assert not is_believed(replace(turn, **doubt))


def test_a_short_turn_that_is_clearly_speech_may_be_less_sure_of_its_words() -> None:
    clear = replace(SHORT, voice_s=0.6, logprob=-1.3, silence=0.05)
    assert is_believed(clear)
    for doubt in ({"voice_s": 0.4}, {"silence": 0.4}, {"level_db": -55.0}, {"logprob": -2.2}, {"compression": 3.0}):
        assert not is_believed(replace(clear, **doubt)), doubt


def test_much_voice_that_surely_says_nothing_is_dropped() -> None:
    assert not is_believed(replace(SPEECH, voice_s=0.0, silence=0.9))


def test_what_no_word_stands_for_is_found() -> None:
    spoken = [(0.0, 2.0), (3.0, 4.0), (5.0, 5.3), (7.0, 12.0)]
    # Words in the first stretch, in none of the two after it, and in the first half of the last.
    words = [(0.1, 0.9), (1.0, 1.8), (7.0, 8.0), (8.0, 9.0)]
    assert uncovered(spoken, words) == [(3.0, 5.3), (9.0 + DOUBTS.near_s, 12.0)]
    assert uncovered(spoken, []) == [(0.0, 12.0)]
    assert uncovered([], words) == []


moments = st.lists(st.tuples(st.floats(0, 30), st.floats(0, 3)), max_size=12)


@given(moments, moments)
def test_holes_lie_within_speech_and_no_word_is_in_them(
    voices: list[tuple[float, float]], words: list[tuple[float, float]]
) -> None:
    spoken: list[tuple[float, float]] = []
    for begin, length in sorted(voices):
        if not spoken or begin > spoken[-1][1] + 0.3:
            spoken.append((begin, begin + length))
    said = sorted((begin, begin + length) for begin, length in words)
    found = uncovered(spoken, said)
    for begin, end in found:
        assert begin <= end
        assert any(b <= begin <= e for b, e in spoken)
        assert any(b <= end <= e for b, e in spoken)
        assert not any(begin < b and e < end for b, e in said)
    for begin, end in spoken:
        heard = any(begin - DOUBTS.near_s < e and b < end + DOUBTS.near_s for b, e in said)
        if not heard and end - begin >= DOUBTS.hole_s:
            assert any(b <= begin and end <= e for b, e in found)


def test_voice_is_told_from_noise(said: object) -> None:
    speech: Samples = said("Good morning to all of you.")  # type: ignore[operator]
    noise = (0.1 * np.random.default_rng(0).standard_normal(32000)).astype(np.float32)
    assert voice_s(voice(speech)) > 0.8
    assert voice_s(voice(noise)) == 0.0
    (only,) = stretches(voice(speech))
    assert 0.6 < only[0] < 1.1
    assert voice_s(voice(noise[:0])) == 0.0


def test_words_heard_again_fill_holes_and_nothing_else() -> None:
    told = Told([Word("a", 0.0, 1.0), Word("b", 4.0, 5.0)], "en")
    again = Told([Word("x", 0.0, 0.3), Word("y", 1.0, 1.5), Word("z", 2.4, 3.0)], "de")
    told.fill(again, at_s=1.7, begin_s=2.0, end_s=4.0)
    assert [(word.text, word.start_s) for word in told.words] == [("a", 0.0), ("y", 2.7), ("b", 4.0)]
    assert told.language == "en"
