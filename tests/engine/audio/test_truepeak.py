"""The curve between the samples."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.audio import truepeak


@example(316, 770185, 0.0)  # the loudest lies behind the last whole frame
@settings(max_examples=60, deadline=None)
@given(st.integers(16, 700), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_looking_only_where_it_may_be_loud_finds_the_loudest(length: int, seed: int, floor: float) -> None:
    noise = np.random.default_rng(seed)
    samples = (noise.standard_normal(length) * np.exp(noise.standard_normal(length))).astype(np.float32)
    everywhere = max(floor, float(np.abs(samples).max()), float(truepeak.between(samples).max()))
    assert truepeak.loudest(samples, floor) == pytest.approx(everywhere, rel=1e-6)


def test_the_points_between_are_those_of_the_curve() -> None:
    for hz in (0.01, 0.11, 0.2, 0.37):  # of the sample rate
        n = np.arange(400)
        points = truepeak.between(np.cos(2 * np.pi * hz * n).astype(np.float32))
        at = n[truepeak.REACH - 1 : truepeak.REACH - 1 + len(points), None] + np.array([0.25, 0.5, 0.75])
        assert np.abs(points - np.abs(np.cos(2 * np.pi * hz * at)).max(axis=1)).max() < 0.02


def test_no_curve_is_louder_than_the_bound() -> None:
    worst = np.sign(truepeak._phases()[1]).astype(np.float32)
    assert truepeak.between(worst)[0] == pytest.approx(truepeak.gain_bound(), rel=1e-5)
