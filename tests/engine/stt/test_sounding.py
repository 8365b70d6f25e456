"""Pauses are found in clean and in noisy rooms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stt.sounding import FRAME_S, runs, sounding
from engine.types import Samples

RATE = 16000


def spoken(*lengths_s: float, noise: float = 0.0, level: float = 0.1) -> Samples:
    """Sound and silence in turn, silence first."""
    chance = np.random.default_rng(0)
    parts = [chance.standard_normal(round(s * RATE)) * (level if n % 2 else 0.0) for n, s in enumerate(lengths_s)]
    sound = np.concatenate(parts)
    return (sound + noise * chance.standard_normal(len(sound))).astype(np.float32)


@pytest.mark.parametrize("noise", [0.0, 0.0003, 0.01])
@pytest.mark.parametrize("level", [0.3, 0.03])
def test_words_and_pauses_are_told_apart(noise: float, level: float) -> None:
    found = runs(sounding(spoken(0.4, 1.0, 0.6, 0.5, 0.3, noise=noise * level / 0.1, level=level), RATE))
    expected = [(0.4, 1.4), (2.0, 2.5)]
    assert len(found) == 2
    for (begin, end), (begin_s, end_s) in zip(found, expected, strict=True):
        assert abs(begin * FRAME_S - begin_s) <= FRAME_S
        assert abs(end * FRAME_S - end_s) <= FRAME_S


def test_a_stop_within_a_word_is_no_pause_and_a_click_is_no_word() -> None:
    assert len(runs(sounding(spoken(0.3, 0.4, 0.08, 0.4, 0.3), RATE))) == 1
    assert len(runs(sounding(spoken(0.3, 0.6, 0.5, 0.02, 0.5, 0.6, 0.3), RATE))) == 2


def test_steady_sound_says_nothing_of_pauses() -> None:
    assert sounding(spoken(0.0, 2.0), RATE).all()
    assert not sounding(np.zeros(RATE, np.float32), RATE).any()
    assert len(sounding(np.zeros(0, np.float32), RATE)) == 0


@given(st.lists(st.floats(-1, 1, width=32), max_size=3000))
def test_there_is_a_frame_for_every_20_ms_begun(samples: list[float]) -> None:
    assert len(sounding(np.array(samples, np.float32), RATE)) == -(-len(samples) // 320)
