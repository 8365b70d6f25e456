"""Rates: streamed equals whole, tones keep their pitch and level."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.resample import StreamingResampler, resample
from engine.errors import AudioFormatError
from tests.engine.audio.sounds import sine

RATES = [8000, 16000, 22050, 24000, 44100, 48000, 192000]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(RATES), st.sampled_from(RATES), st.integers(0, 6000), st.lists(st.integers(0, 2000), max_size=12)
)
def test_streamed_equals_whole(from_rate: int, to_rate: int, length: int, sizes: list[int]) -> None:
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32) * np.float32(0.3)
    stream, pieces, start = StreamingResampler(from_rate, to_rate), [], 0
    for size in [*sizes, length]:
        pieces.append(stream.feed(samples[start : start + size]))
        start += size
    pieces += [stream.finish(), stream.finish()]
    assert np.array_equal(np.concatenate(pieces), resample(samples, from_rate, to_rate))


@pytest.mark.parametrize("to_rate", RATES)
def test_a_tone_keeps_pitch_level_and_length(to_rate: int) -> None:
    tone = resample(sine(440, 2.0, 22050), 22050, to_rate)
    assert abs(len(tone) - 2 * to_rate) <= 1
    middle = tone[to_rate // 2 : to_rate // 2 + to_rate]
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.01)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 440


def test_what_is_above_half_the_new_rate_is_gone() -> None:
    assert np.abs(resample(sine(7000, 1.0, 48000), 48000, 8000)[500:-500]).max() < 1e-3


@pytest.mark.parametrize("rate", [0, -16000, 3, 2_000_000_000])
def test_rates_that_only_a_broken_header_has_are_refused(rate: int) -> None:
    with pytest.raises(AudioFormatError, match="sample rate"):
        StreamingResampler(rate, 16000)
    with pytest.raises(AudioFormatError, match="sample rate"):
        resample(np.zeros(5, dtype=np.float32), 16000, rate)
