"""`StreamingAudioProcessor`: what fits stays, a step fades, and nothing gets shorter."""

from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from engine import StreamingAudioProcessor
from engine.errors import AudioFormatError, OptionError

RATE = 24_000
TONE = (0.3 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)).astype(np.float32)


def processed(chunks: Any, crossfade_ms: float = 10.0) -> np.ndarray:
    processor = StreamingAudioProcessor(crossfade_ms=crossfade_ms)
    joined = [processor.process_chunk(chunk) for chunk in chunks]
    assert np.array_equal(processor.get_concatenated_audio(), np.concatenate([np.zeros(0, np.float32), *joined]))
    return processor.get_concatenated_audio()


@pytest.mark.parametrize("sound", [TONE, np.random.default_rng(1).normal(0, 0.2, RATE).astype(np.float32).clip(-1, 1)])
@pytest.mark.parametrize("crossfade_ms", [0, 1.0, 3.0, 10.0, 1000])
def test_chunks_that_fit_stay_as_they_are(sound: np.ndarray, crossfade_ms: float) -> None:
    assert np.array_equal(processed(np.array_split(sound, 37), crossfade_ms), sound)


def test_a_click_between_chunks_fades() -> None:
    chunks = [TONE[:8000], TONE[8000:16000] + np.float32(0.4), TONE[16000:]]
    rough, smooth = np.concatenate(chunks), processed(chunks)
    assert len(smooth) == len(rough)
    assert np.abs(np.diff(rough)).max() > 0.35
    assert np.abs(np.diff(smooth)).max() < 0.05
    # Past the crossfade the sound is its own.
    assert np.array_equal(smooth[8000 + 240 : 16000], rough[8000 + 240 : 16000])
    assert np.array_equal(processed(chunks, 0), rough)


def test_empty_and_tiny_chunks_and_other_arrays() -> None:
    chunks = [[], TONE[:1], mx.array(TONE[1:2]), np.zeros(0, np.float32), TONE[2:9], mx.array(TONE[9:50])]
    assert np.array_equal(processed(chunks), TONE[:50])
    assert processed([]).shape == (0,)


@pytest.mark.parametrize("wrong", [-1, float("nan"), "10", 1001, True])
def test_a_crossfade_out_of_bounds_is_refused(wrong: Any) -> None:
    with pytest.raises(OptionError, match="crossfade must"):
        StreamingAudioProcessor(crossfade_ms=wrong)


@pytest.mark.parametrize("wrong", [0, -5, 2.5, "24000", True])
def test_a_rate_that_is_none_is_refused(wrong: Any) -> None:
    with pytest.raises(OptionError, match="sample_rate must be"):
        StreamingAudioProcessor(sample_rate=wrong)


def test_what_is_no_sound_is_refused() -> None:
    processor = StreamingAudioProcessor()
    with pytest.raises(AudioFormatError, match="one row"):
        processor.process_chunk(np.zeros((2, 3), np.float32))
    assert len(processor.get_concatenated_audio()) == 0
