"""Scores by distance become scores by key, however the numbers lie in memory."""

from collections.abc import Callable

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.stt.parakeet.attention import shifted

LAYOUTS: dict[str, Callable[[NDArray[np.float32]], mx.array]] = {
    "as made": mx.array,
    "turned": lambda a: mx.array(np.ascontiguousarray(a.swapaxes(-1, -2))).swapaxes(-1, -2),
    "a slice": lambda a: mx.array(np.concatenate([a, a], axis=-1))[..., : a.shape[-1]],
    "every second": lambda a: mx.array(np.repeat(a, 2, axis=-1))[..., ::2],
    "backwards": lambda a: mx.array(a[..., ::-1].copy())[..., ::-1],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@given(batch=st.integers(1, 3), heads=st.integers(1, 2), n=st.integers(1, 7), before=st.integers(0, 7))
@settings(max_examples=30, deadline=None)
def test_each_query_finds_the_score_of_its_distance(layout: str, batch: int, heads: int, n: int, before: int) -> None:
    n_keys = before + n
    scores = np.random.default_rng(n).standard_normal((batch, heads, n, n_keys + n - 1)).astype(np.float32)
    found = np.array(shifted(LAYOUTS[layout](scores), n_keys))
    for row in range(n):
        # Distance `before + row - column`, and distances fall from `n_keys - 1`.
        assert np.array_equal(found[:, :, row], scores[:, :, row, n - 1 - row : n - 1 - row + n_keys])
