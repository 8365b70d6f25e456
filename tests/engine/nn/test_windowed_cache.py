"""Attention over a window sees the same, however its positions come; what is kept does not grow."""

import mlx.core as mx
import numpy as np
import pytest

from engine.nn.windowed_cache import WindowedCache

WINDOW, LENGTH = 5, 23


def _attended(cache: WindowedCache, queries: mx.array, keys: mx.array, values: mx.array) -> mx.array:
    mask = cache.mask(queries.shape[2])
    seen, held = cache.update(keys, values)
    return mx.fast.scaled_dot_product_attention(queries, seen, held, scale=0.5, mask=mask)


def _streamed(sizes: list[int], arrays: list[mx.array]) -> np.ndarray:
    cache, out, at = WindowedCache(WINDOW), [], 0
    for n in sizes:
        out.append(_attended(cache, *(array[:, :, at : at + n] for array in arrays)))
        at += n
        assert cache.offset == at
        assert cache.kept == min(at, WINDOW - 1) == cache.held()[0].shape[2]
    return np.array(mx.concatenate(out, axis=2))


@pytest.mark.parametrize("sizes", [[1] * LENGTH, [1, 2, 3, 5, 12], [12, 1, 10], [4, 19], [LENGTH]])
def test_calls_of_any_size_see_what_a_window_is(sizes: list[int]) -> None:
    random = np.random.default_rng(0)
    arrays = [mx.array(random.normal(size=(2, 3, LENGTH, 4)).astype(np.float32)) for _ in range(3)]
    back = np.arange(LENGTH)[:, None] - np.arange(LENGTH)[None]
    mask = mx.array((back >= 0) & (back < WINDOW))
    whole = mx.fast.scaled_dot_product_attention(*arrays, scale=0.5, mask=mask)
    assert np.abs(_streamed(sizes, arrays) - np.array(whole)).max() < 1e-6


def test_a_copy_goes_on_by_itself() -> None:
    random = np.random.default_rng(1)
    arrays = [mx.array(random.normal(size=(1, 1, 9, 4)).astype(np.float32)) for _ in range(3)]
    cache = WindowedCache(WINDOW)
    _attended(cache, *(array[:, :, :6] for array in arrays))
    twin = cache.copy()
    expected = np.array(_attended(cache, *(array[:, :, 6:] for array in arrays)))
    assert twin.offset == 6
    assert (np.array(_attended(twin, *(array[:, :, 6:] for array in arrays))) == expected).all()


def test_rows_are_chosen_and_repeated() -> None:
    keys = mx.array(np.random.default_rng(2).normal(size=(3, 1, 4, 2)).astype(np.float32))
    cache = WindowedCache(WINDOW)
    cache.update(keys, keys)
    cache.rows(mx.array([2, 2, 0]))
    assert (np.array(cache.held()[0]) == np.array(keys)[[2, 2, 0]]).all()


def test_no_window_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="itself"):
        WindowedCache(0)
