"""Waveforms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.peaks import peaks
from tests.engine.audio.sounds import blocks_of, cut, speech_like


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 50_000), st.integers(1, 300), st.lists(st.integers(0, 9000), max_size=10))
def test_blocks_do_not_matter_and_no_extreme_is_lost(length: int, n: int, sizes: list[int]) -> None:
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    found = peaks(cut(samples, sizes), n)
    assert np.array_equal(found, peaks([samples], n))
    assert found.shape == (min(n, length), 2)
    if length:
        assert found[:, 0].min() == samples.min()
        assert found[:, 1].max() == samples.max()


def test_a_loud_moment_is_drawn_where_it_is() -> None:
    for length in (1000, 44_100, 1_234_567):
        for share in (0.0, 0.25, 0.5, 0.99):
            samples = np.zeros(length, dtype=np.float32)
            samples[int(share * length)] = 0.9
            (loud,) = np.nonzero(peaks(blocks_of(samples, 5000), 100)[:, 1])
            assert loud == pytest.approx(share * 100, abs=1.3)


def test_pairs_follow_the_sound() -> None:
    samples = speech_like(10.0)
    found = peaks(blocks_of(samples, 4410), 50)
    exact = np.abs(samples.reshape(50, -1)).max(axis=1)
    assert np.corrcoef(np.abs(found).max(axis=1), exact)[0, 1] > 0.9
