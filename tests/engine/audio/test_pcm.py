"""Samples and their bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.pcm import decode_pcm16, dequantise, encode_pcm16, quantise
from engine.errors import AudioFormatError


def test_full_scale_is_clipped_and_never_wraps() -> None:
    samples = np.array([0.0, 1.0, -1.0, 2.0, -2.0], dtype=np.float32)
    assert encode_pcm16(samples) == bytes.fromhex("0000 ff7f 0080 ff7f 0080")


def test_every_16_bit_value_comes_back_as_it_went() -> None:
    values = np.arange(-32768, 32768, dtype=np.int16)
    assert np.array_equal(quantise(dequantise(values)), values)


@given(st.lists(st.floats(-1, 1, width=32), max_size=50))
def test_rounding_errs_by_half_a_step_at_most(values: list[float]) -> None:
    samples = np.array(values, dtype=np.float32)
    assert np.all(np.abs(decode_pcm16(encode_pcm16(samples)) - samples) <= 1 / 32768)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(3, dtype=np.float64),
        np.zeros((3, 1), dtype=np.float32),
        np.array([0.0, np.nan], dtype=np.float32),
        np.array([np.inf], dtype=np.float32),
    ],
)
def test_what_nobody_can_play_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(AudioFormatError):
        encode_pcm16(samples)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(AudioFormatError):
        decode_pcm16(b"\x00\x01\x02")
