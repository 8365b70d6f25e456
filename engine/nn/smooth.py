"""Exponentials and what is made of them, fast on every MLX back end.

On x86 MLX's CPU back end calls the C library for each exponential and each error function: half of the time of a
Whisper or Parakeet encoder. There float32 arrays go through NumPy, whose exponential is the processor's own vectors, a
block at a time that stays in a core's cache; everywhere else MLX's own functions are the fastest. Numbers are finite.

What is too small to be a normal float32 comes out as zero: a matrix product takes ninety times as long over denormal
numbers. So does what no sum could show and a product would make denormal: gelu below -12, sigmoid below e^-60, and in
attention a weight of e^-60 beside one of 1.
Source: the error function by M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions" (1964), 7.1.26, to 1.5e-7.
"""

import math
import platform
from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import numpy.typing as npt

from engine.nn.conv import on_gpu
from engine.nn.cores import spread

Numbers = npt.NDArray[np.float32]
Work = Callable[[Numbers, Numbers], object]
"""Writes what it makes of the first into the second."""

_LEAST, _MOST = -87.0, 88.0  # of which the exponential is a normal float32
_GELU_ENDS = -12.0  # -2e-32 there
_SHARE_ENDS = -60.0
_FLAT = 10.0  # beyond it the error function and tanh are 1
_ERROR_SCALE = 0.3275911
_ERROR = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
_SMALL = 1 << 12  # numbers; for fewer the calls cost less than the passes
_BLOCK = 1 << 16  # numbers of a core's cache, beside as many again that are made of them
_CALLS_LIBRARY = platform.machine().lower() in {"x86_64", "amd64"}


def exponential(x: mx.array) -> mx.array:
    """e^x, to 1e-7 of itself near 0 and 5e-6 at e^80."""
    return _in_blocks(_exponential, x) if _by_numpy(x) else mx.exp(x)


def sigmoid(x: mx.array) -> mx.array:
    """1 / (1 + e^-x)"""
    return _in_blocks(_sigmoid, x) if _by_numpy(x) else mx.sigmoid(x)


def silu(x: mx.array) -> mx.array:
    """x / (1 + e^-x)"""
    return _in_blocks(_silu, x) if _by_numpy(x) else nn.silu(x)


def glu(x: mx.array) -> mx.array:
    """The first half of the channels, let through by the second."""
    values, gates = mx.split(x, 2, axis=-1)
    return values * sigmoid(gates)


def gelu(x: mx.array) -> mx.array:
    """x times the normal distribution's share below x, exactly and not by tanh."""
    return _in_blocks(_gelu, x) if _by_numpy(x) else nn.gelu(x)


def gelu_tanh(x: mx.array) -> mx.array:
    """The approximation of gelu by tanh, which some checkpoints were trained with."""
    return _in_blocks(_gelu_tanh, x) if _by_numpy(x) else nn.gelu_approx(x)


def attention(
    queries: mx.array, keys: mx.array, values: mx.array, scale: float, mask: mx.array | str | None = None
) -> mx.array:
    """softmax(queries keys^T scale + mask) values, as `mx.fast.scaled_dot_product_attention`.

    Args:
        queries: [batch, heads, n, head_dim].
        keys: [batch, heads, m, head_dim].
        values: the same.
        scale: of the scores.
        mask: added to the scores, [batch or 1, heads or 1, n, m]; "causal", which MLX does by itself; or nothing.

    Returns:
        [batch, heads, n, head_dim].
    """
    batch, heads, n, _ = queries.shape
    m = keys.shape[2]
    if isinstance(mask, str) or not _by_numpy(queries, n * m):
        return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=scale, mask=mask)
    added = None if mask is None else np.asarray(mx.broadcast_to(mask, (batch, heads, n, m)).astype(mx.float32))
    asks, keyed, weighed = np.asarray(queries), np.asarray(keys), np.asarray(values)
    found = np.empty((batch, heads, n, values.shape[-1]), dtype=np.float32)
    step = max(1, 2 * _BLOCK // m)
    parts = [
        (row, head, slice(at, at + step)) for row in range(batch) for head in range(heads) for at in range(0, n, step)
    ]

    def work(first: int, end: int) -> None:
        for row, head, some in parts[first:end]:
            scores = (asks[row, head, some] * np.float32(scale)) @ keyed[row, head].T
            if added is not None:
                scores += added[row, head, some]
            scores -= scores.max(axis=-1, keepdims=True)
            _exponential(scores, scores, _SHARE_ENDS)
            total = scores.sum(axis=-1, keepdims=True)
            np.divide(scores @ weighed[row, head], total, out=found[row, head, some])

    spread(work, len(parts), 1)
    return mx.array(found)


def _by_numpy(x: mx.array, count: int | None = None) -> bool:
    return _CALLS_LIBRARY and (x.size if count is None else count) >= _SMALL and x.dtype == mx.float32 and not on_gpu()


def _in_blocks(work: Work, x: mx.array) -> mx.array:
    """What `work` makes of each number."""
    numbers = np.asarray(x).reshape(-1)
    found = np.empty_like(numbers)
    spread(lambda start, end: work(numbers[start:end], found[start:end]), len(numbers), _BLOCK)
    return mx.array(found.reshape(x.shape))


def _exponential(x: Numbers, into: Numbers, ends: float = _LEAST) -> None:
    """May write on x itself."""
    tiny = x < np.float32(ends) if x.min() < ends else None
    np.minimum(x, np.float32(_MOST), out=into)
    np.maximum(into, np.float32(ends), out=into)
    np.exp(into, out=into)
    if tiny is not None:
        np.copyto(into, 0.0, where=tiny)


def _sigmoid(x: Numbers, into: Numbers) -> None:
    np.maximum(x, np.float32(_SHARE_ENDS), out=into)
    np.exp(np.negative(into, out=into), out=into)
    into += 1.0
    np.reciprocal(into, out=into)
    if x.min() < _SHARE_ENDS:
        np.copyto(into, 0.0, where=x < np.float32(_SHARE_ENDS))


def _silu(x: Numbers, into: Numbers) -> None:
    _sigmoid(x, into)
    into *= x


def _gelu(x: Numbers, into: Numbers) -> None:
    away = np.abs(x)
    away *= np.float32(math.sqrt(0.5))
    np.minimum(away, np.float32(_FLAT), out=away)
    t = np.multiply(away, np.float32(_ERROR_SCALE))
    t += 1.0
    np.reciprocal(t, out=t)
    # The share of what lies farther out than x, on both sides, and half of x times that.
    np.multiply(t, np.float32(_ERROR[-1]), out=into)
    for term in reversed(_ERROR[:-1]):
        into += np.float32(term)
        into *= t
    away *= away
    _exponential(np.negative(away, out=away), away)
    into *= away
    into *= x
    into *= 0.5
    # x less that on the right, that itself on the left.
    np.subtract(np.maximum(x, np.float32(0)), np.abs(into, out=into), out=into)
    if x.min() < _GELU_ENDS:
        np.copyto(into, 0.0, where=x < np.float32(_GELU_ENDS))


def _gelu_tanh(x: Numbers, into: Numbers) -> None:
    near = np.clip(x, np.float32(-_FLAT), np.float32(_FLAT))
    np.multiply(near, near, out=into)
    into *= np.float32(0.044715 * math.sqrt(2 / math.pi))
    into += np.float32(math.sqrt(2 / math.pi))
    into *= near
    np.tanh(into, out=into)
    into += 1.0
    into *= 0.5
    into *= x
