"""Exponentials and what is made of them, fast on every MLX back end.

On x86 MLX's CPU back end calls the C library for each exponential and each error function: half of the time of a
Whisper or Parakeet encoder. There large float32 arrays go through polynomials, a block at a time that stays in the
processor's cache; everywhere else MLX's own functions are the fastest. Numbers are finite.
Source: the exponential by J.-M. Muller, "Elementary Functions" (2016), chapter 11; the error function by M. Abramowitz,
I. Stegun, "Handbook of Mathematical Functions" (1964), 7.1.26, to 1.5e-7.
"""

import math
import platform
from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn

from engine.nn.conv import CPU_BLOCK_VALUES, on_gpu

# 2^r for |r| <= 1/2, with even relative error, to 8e-8.
_POWER = (1.0000000717, 0.6931469671, 0.2402211972, 0.0555071327, 0.0096755413, 0.0013276472)
# Adding it leaves no fraction in a float32 of modest size, and the whole number in its lowest bits.
_WHOLE = 12582912.0
_LEAST, _MOST = -125.0, 127.0  # exponents of two that a float32 has
_ERROR_SCALE = 0.3275911
_ERROR = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
_SMALL = 1 << 14  # numbers; for fewer the calls cost less than the passes
_LOG2_E = math.log2(math.e)
_CALLS_LIBRARY = platform.machine().lower() in {"x86_64", "amd64"}


def exponential(x: mx.array) -> mx.array:
    """e^x, to 1e-7 of itself near 0 and 5e-6 at e^80."""
    return _in_blocks(_exponential, x) if _by_polynomial(x) else mx.exp(x)


def sigmoid(x: mx.array) -> mx.array:
    """1 / (1 + e^-x)"""
    return _in_blocks(_sigmoid, x) if _by_polynomial(x) else mx.sigmoid(x)


def silu(x: mx.array) -> mx.array:
    """x / (1 + e^-x)"""
    return _in_blocks(lambda part: part * _sigmoid(part), x) if _by_polynomial(x) else nn.silu(x)


def glu(x: mx.array) -> mx.array:
    """The first half of the channels, let through by the second."""
    values, gates = mx.split(x, 2, axis=-1)
    return values * sigmoid(gates)


def gelu(x: mx.array) -> mx.array:
    """x times the normal distribution's share below x, exactly and not by tanh."""
    return _in_blocks(_gelu, x) if _by_polynomial(x) else nn.gelu(x)


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
    if isinstance(mask, str) or n * m < _SMALL or not _by_polynomial(queries):
        return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=scale, mask=mask)
    queries = queries * (scale * _LOG2_E)
    if mask is not None:
        mask = mx.broadcast_to(mask, (batch, heads, n, m))
    # A column of ones adds the weights up beside what they weigh.
    values = mx.concatenate([values, mx.ones((*values.shape[:3], 1))], axis=-1)
    step = max(1, CPU_BLOCK_VALUES // m)
    found: list[mx.array] = []
    for row in range(batch):
        for head in range(heads):
            for at in range(0, n, step):
                added = None if mask is None else mask[row, head, at : at + step]
                found.append(_attended(queries[row, head, at : at + step], keys[row, head], values[row, head], added))
                mx.eval(found[-1])
    return mx.concatenate(found).reshape(batch, heads, n, -1)


def _attended(queries: mx.array, keys: mx.array, values: mx.array, mask: mx.array | None) -> mx.array:
    """Some rows of one head; their scores are powers of two."""
    scores = queries @ keys.T
    if mask is not None:
        scores = scores + mask * _LOG2_E
    weighed = _power_of_two(scores - scores.max(axis=-1, keepdims=True)) @ values
    return weighed[:, :-1] / weighed[:, -1:]


def _by_polynomial(x: mx.array) -> bool:
    return _CALLS_LIBRARY and x.size >= _SMALL and x.dtype == mx.float32 and not on_gpu()


def _in_blocks(work: Callable[[mx.array], mx.array], x: mx.array) -> mx.array:
    """What `work` makes of each number."""
    if x.size <= CPU_BLOCK_VALUES:
        return work(x)
    numbers = x.reshape(-1)
    found: list[mx.array] = []
    for at in range(0, numbers.size, CPU_BLOCK_VALUES):
        found.append(work(numbers[at : at + CPU_BLOCK_VALUES]))
        mx.eval(found[-1])
    return mx.concatenate(found).reshape(x.shape)


def _exponential(x: mx.array) -> mx.array:
    return _power_of_two(mx.minimum(x * _LOG2_E, _MOST))


def _sigmoid(x: mx.array) -> mx.array:
    return 1.0 / (1.0 + _exponential(-x))


def _gelu(x: mx.array) -> mx.array:
    away = mx.abs(x) * math.sqrt(0.5)
    t = 1.0 / (1.0 + _ERROR_SCALE * away)
    # The share of what lies farther out than x, on both sides.
    beyond = t * _polynomial(t, _ERROR) * _power_of_two(mx.square(away) * -_LOG2_E)
    half = 0.5 * x * beyond
    return mx.where(x >= 0, x - half, half)


def _power_of_two(x: mx.array) -> mx.array:
    """2^x, float32; what is below 2^-125 is 2^-125."""
    x = mx.maximum(x, _LEAST)
    shifted = x + _WHOLE
    fraction = _polynomial(x - (shifted - _WHOLE), _POWER)
    # The whole number is added to the exponent's bits.
    return mx.view(mx.view(fraction, mx.int32) + (mx.view(shifted, mx.int32) << 23), mx.float32)


def _polynomial(x: mx.array, terms: tuple[float, ...]) -> mx.array:
    y = x * terms[-1] + terms[-2]
    for term in reversed(terms[:-2]):
        y = y * x + term
    return y
