"""Nothing above the ceiling, nothing clicks, nothing is lost, and blocks do not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import truepeak
from engine.audio.limiter import LOOK_AHEAD_S, limit
from engine.errors import AudioFormatError
from engine.types import Samples
from tests.engine.audio.sounds import blocks_of, cut, sine, speech_like

RATE = 22050


def limited(samples: Samples, gain: float, ceiling: float, size: int = 5000, rate: int = RATE) -> Samples:
    pieces = list(limit(blocks_of(samples, size), rate, gain=gain, ceiling=ceiling))
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60_000), st.lists(st.integers(0, 20_000), max_size=8), st.floats(0.1, 20), st.floats(0.05, 1.0))
def test_blocks_of_any_size_give_the_same_samples_as_many_as_came(
    length: int, sizes: list[int], gain: float, ceiling: float
) -> None:
    samples = speech_like(3.0)[:length]
    wanted = limited(samples, gain, ceiling, size=max(1, length))
    found = list(limit(cut(samples, sizes), RATE, gain=gain, ceiling=ceiling))
    assert np.array_equal(np.concatenate(found) if found else np.zeros(0, dtype=np.float32), wanted)
    assert len(wanted) == length
    assert np.abs(wanted).max(initial=0) <= np.float32(ceiling)


@pytest.mark.parametrize("gain", [1.0, 3.0, 10.0])
@pytest.mark.parametrize("rate", [8000, 22050, 48000])
def test_no_point_between_samples_is_above_the_ceiling(gain: float, rate: int) -> None:
    noise = np.random.default_rng(3).standard_normal(3 * rate).astype(np.float32) * np.float32(0.2)
    for samples in (speech_like(4.0, rate, peak=0.9), noise, sine(rate / 4.03, 2.0, rate, 0.9)):
        out = limited(samples, gain, 0.5, rate=rate)
        assert truepeak.loudest(out) <= 0.5 * 1.03


def test_what_is_below_the_ceiling_is_only_amplified() -> None:
    samples = speech_like(3.0, peak=0.3)
    assert np.array_equal(limited(samples, 1.5, 0.9), samples * np.float32(1.5))


def test_the_gain_moves_smoothly() -> None:
    """A single loud moment in a steady level: a click would be a jump of the gain from one sample to the next."""
    samples = np.full(2 * RATE, 0.2, dtype=np.float32)
    samples[RATE] = 0.95
    out = limited(samples, 1.0, 0.25)
    gains = out / samples
    assert gains.min() < 0.3
    assert np.abs(np.diff(gains)).max() < 2.0 / (LOOK_AHEAD_S * RATE)
    # Long before the moment and half a second after it, nothing is changed.
    ahead = RATE - round(2 * LOOK_AHEAD_S * RATE)
    assert np.array_equal(out[:ahead], samples[:ahead])
    assert np.array_equal(out[RATE + RATE // 2 :], samples[RATE + RATE // 2 :])


def test_the_last_sample_is_limited_as_the_first() -> None:
    for length in (1, 2, 5, 16_384, 16_385, 16_392, 32_768):
        out = limited(np.full(length, 0.8, dtype=np.float32), 1.0, 0.4)
        assert len(out) == length
        assert np.abs(out).max() <= np.float32(0.4)
        assert np.abs(out).min() > 0.3


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(AudioFormatError):
        limited(np.array([0.0, np.inf], dtype=np.float32), 1.0, 0.5)


def test_it_looks_ahead_no_further_than_it_must() -> None:
    """A stream can be played while it is made: a second of sound comes out within two of its blocks."""
    taken: list[int] = []

    def counted() -> object:
        for block in blocks_of(speech_like(10.0), RATE):
            taken.append(len(block))
            yield block

    stream = limit(counted(), RATE, gain=2.0, ceiling=0.5)  # type: ignore[arg-type]
    next(stream)
    assert len(taken) <= 3
