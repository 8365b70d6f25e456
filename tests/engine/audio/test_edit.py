"""Cuts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.edit import crossfade, silence, trim_silence
from tests.engine.audio.sounds import sine

RATE = 16000


def test_silence_is_as_long_as_asked() -> None:
    assert silence(0.5, RATE).shape == (8000,)
    assert silence(-1.0, RATE).shape == (0,)
    assert silence(0.5, RATE).dtype == np.float32


def test_silence_around_speech_is_trimmed_but_for_a_breath() -> None:
    tone = sine(300, 1.0, RATE)
    padded = np.concatenate([silence(0.8, RATE), tone, silence(1.3, RATE)])
    found = trim_silence(padded, RATE, keep_s=0.05)
    assert len(found) == len(tone) + round(0.1 * RATE)
    assert np.array_equal(found[800:-800], tone)


def test_silence_inside_and_speech_to_the_ends_are_kept() -> None:
    tone = sine(300, 0.3, RATE)
    sound = np.concatenate([tone, silence(2.0, RATE), tone])
    assert np.array_equal(trim_silence(sound, RATE), sound)


def test_nothing_but_silence_trims_to_nothing() -> None:
    assert len(trim_silence(silence(1.0, RATE), RATE)) == 0
    assert len(trim_silence(silence(0.0, RATE), RATE)) == 0


@given(st.integers(0, 50), st.integers(0, 50), st.integers(-5, 80))
def test_a_crossfade_overlaps_as_far_as_both_reach(first: int, second: int, overlap: int) -> None:
    joined = crossfade(np.ones(first, dtype=np.float32), np.ones(second, dtype=np.float32), overlap)
    assert len(joined) == first + second - max(0, min(overlap, first, second))
    assert joined.dtype == np.float32


def test_a_crossfade_keeps_the_power_of_unlike_sounds() -> None:
    noise = np.random.default_rng(0).standard_normal((2, 4000)).astype(np.float32)
    joint = crossfade(noise[0], noise[1], 2000)[2000:4000]
    assert 0.8 < np.std(joint) < 1.2
