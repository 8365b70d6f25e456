"""Mel frames: as many as there are hops, and the same for any packets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.mel import LogMel, mel_filters

NOISE = np.random.default_rng(0).normal(0, 0.1, 9000).astype(np.float32)


@given(
    length=st.integers(0, 9000),
    cuts=st.lists(st.integers(0, 9000), max_size=8),
    hop=st.sampled_from([160, 200]),
    preemphasis=st.sampled_from([0.0, 0.97]),
)
def test_frames_are_the_same_bit_for_bit_whatever_the_packets(
    length: int, cuts: list[int], hop: int, preemphasis: float
) -> None:
    mel = LogMel(n_mels=20, hop_length=hop, preemphasis=preemphasis)
    sound = NOISE[:length]
    at_once, in_packets = mel.stream(), mel.stream()
    whole = np.concatenate((at_once.feed(sound), at_once.finish()))
    packets = np.split(sound, sorted(min(cut, length) for cut in cuts))
    parts = np.concatenate([*(in_packets.feed(packet) for packet in packets), in_packets.finish()])
    assert np.array_equal(whole, parts)
    assert len(whole) == length // hop
    assert np.allclose(whole, mel(sound), atol=1e-4)


def test_a_stream_waits_for_no_more_than_half_a_window() -> None:
    stream = LogMel().stream()
    frames = sum(len(stream.feed(NOISE[i : i + 160])) for i in range(0, 8000, 160))
    assert frames >= 8000 // 160 - 2


def test_filters_are_triangles_that_cover_the_spectrum() -> None:
    filters = mel_filters(16000, 512, 80)
    assert filters.shape == (80, 257)
    assert filters.dtype == np.float32
    peaks = filters.argmax(axis=1)
    assert (np.diff(peaks) >= 0).all()
    # Slaney's norm: a triangle's area over frequency is one, as far as the bins of the transform resolve it.
    assert np.allclose(filters[40:].sum(axis=1) * 16000 / 512, 1.0, atol=0.05)
    with pytest.raises(ValueError, match="read-only"):
        filters[0, 0] = 1.0


def test_a_range_of_frequencies_is_kept_to() -> None:
    bins = np.arange(257) * 16000 / 512
    filters = mel_filters(16000, 512, 20, 300.0, 4000.0)
    assert not filters[:, (bins < 300) | (bins > 4000)].any()
