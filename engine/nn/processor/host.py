"""Numbers worked on where they lie: NumPy on the processor, for what MLX's CPU back end is slow at.

NumPy's loops take the widest registers that the processor has, MLX's wheel for Linux the narrowest that every processor
has: an exponential is 40 times, a sine 20 times, an attention six times, one row times a matrix four times quicker.
Work is spread over the cores in blocks that stay in a core's cache (`engine.nn.processor.cores`). On a GPU nothing of
this is used: see `engine.nn.conv.on_gpu`.
"""

from collections.abc import Callable

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.nn.processor.cores import shared_products, spread

Floats = npt.NDArray[np.float32]

BLOCK = 1 << 16
"""Numbers of a block: 256 KiB."""

SCORES = 1 << 18
"""Numbers of an attention's scores at a time: 1 MiB."""


def seen(x: mx.array) -> Floats:
    """An array of MLX as NumPy sees it, evaluated, float32; copied only where it has other numbers."""
    if x.dtype != mx.float32:
        x = x.astype(mx.float32)
    return np.array(x, copy=False)


def in_blocks(work: Callable[[Floats, Floats], None], x: Floats) -> Floats:
    """What `work(block, out)` makes of each number of x; it writes into `out`."""
    flat = np.ascontiguousarray(x).reshape(-1)
    out = np.empty_like(flat)

    spread(lambda begin, end: work(flat[begin:end], out[begin:end]), flat.size, BLOCK)
    return out.reshape(x.shape)


def linear(x: Floats, weight: Floats, bias: Floats | None) -> Floats:
    """x [n, in] through weight [out, in] and bias [out] -> [n, out]; on this thread alone."""
    y = _product(x, weight)
    if bias is not None:
        y += bias
    return y


def rows_times(x: Floats, weight: Floats) -> Floats:
    """x [n, in] through a large table [out, in] -> [n, out], on several cores."""
    with shared_products():
        return _product(x, weight, 1 << 19)


def _product(x: Floats, weight: Floats, numbers: int = 1 << 17) -> Floats:
    """x [n, in] times weight [out, in] turned round -> [n, out], contiguous.

    A product of few rows costs what reading the large matrix costs, and laying it out costs as much again: a part of it
    of so many numbers is read as it lies, and meets every row while it is in the core's cache. For more rows the small
    one is laid out.
    """
    if len(x) >= _MANY:
        return x @ weight.T
    if len(x) > _FEW:
        return np.ascontiguousarray((weight @ x.T).T)
    y = np.empty((len(x), len(weight)), dtype=np.float32)
    size = max(1, numbers // weight.shape[1])
    for at in range(0, len(weight), size):
        part = weight[at : at + size]
        for row, out in zip(x, y, strict=True):
            np.matmul(part, row, out=out[at : at + size])
    return y


def layer_norm(x: Floats, weight: Floats, bias: Floats, eps: float = 1e-5) -> Floats:
    """Over the last axis of [n, width]."""
    y = x - x.mean(axis=-1, keepdims=True)
    variance = np.einsum("nw,nw->n", y, y) / np.float32(x.shape[-1])
    y *= (1.0 / np.sqrt(variance + np.float32(eps)))[:, None]
    y *= weight
    y += bias
    return y


def sigmoid(x: Floats, out: Floats) -> None:
    """1 / (1 + e^-x), and 0 where that would be denormal."""
    np.negative(x, out=out)
    np.minimum(out, -_LEAST, out=out)
    np.exp(out, out=out)
    out += np.float32(1)
    np.reciprocal(out, out=out)
    out[x <= _LEAST] = 0.0


def silu(x: Floats, out: Floats) -> None:
    """x / (1 + e^-x), and 0 where that would be denormal."""
    sigmoid(x, out)
    out *= x


def gelu(x: Floats, out: Floats) -> None:
    """x times the normal distribution's share below x, and 0 for x < -12; `out` may be x.

    Source: the error function by M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions" (1964), 7.1.26, to
    1.5e-7.
    """
    if x.size > BLOCK:
        # A dozen passes over what stays in the cache are four times as quick.
        size = max(1, BLOCK // 2 // (x.size // len(x)))
        for at in range(0, len(x), size):
            gelu(x[at : at + size], out[at : at + size])
        return
    away = np.abs(x)
    away *= np.float32(np.sqrt(0.5))
    t = away * np.float32(0.3275911)
    t += np.float32(1)
    np.reciprocal(t, out=t)
    beyond = t * np.float32(_ERROR[-1])
    for term in reversed(_ERROR[:-1]):
        beyond += np.float32(term)
        beyond *= t
    # What lies farther out than x, on both sides; beyond e^-80 nothing that a float32 holds well.
    np.minimum(away, np.float32(9), out=away)
    away *= away
    np.negative(away, out=away)
    np.exp(away, out=away)
    beyond *= away
    beyond *= x
    beyond *= np.float32(0.5)
    np.abs(beyond, out=beyond)
    np.maximum(x, np.float32(0), out=out)
    out -= beyond
    # Only far out on the left is the difference as small as this.
    out[np.abs(out) < _TINY] = 0.0


def gelu_tanh(x: Floats, out: Floats) -> None:
    """x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. Source: Hendrycks and Gimpel 2016, arXiv:1606.08415."""
    near = np.clip(x, np.float32(-9), np.float32(9))  # beyond, tanh is 1
    np.multiply(near, near, out=out)
    out *= np.float32(0.044715 * np.sqrt(2 / np.pi))
    out += np.float32(np.sqrt(2 / np.pi))
    out *= near
    np.tanh(out, out=out)
    out += np.float32(1)
    out *= np.float32(0.5)
    out *= x


def softmax(scores: Floats) -> Floats:
    """Over the last axis, in place; weights that would be denormal are 0. Returns the sums, [..., 1], undivided."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.maximum(scores, _LEAST, out=scores)
    np.exp(scores, out=scores)
    return scores.sum(axis=-1, keepdims=True)


def attention(queries: Floats, keys: Floats, values: Floats, scale: float, mask: Floats | None = None) -> Floats:
    """softmax(queries keys^T scale + mask) values, shared out among threads.

    Args:
        queries: [batch, heads, n, head_dim].
        keys: [batch, heads, m, head_dim].
        values: the same.
        scale: of the scores.
        mask: added to them, [batch, heads, n, m].

    Returns:
        [batch, heads, n, head_dim].
    """
    batch, heads, n, _ = queries.shape
    out = np.empty((batch, heads, n, values.shape[3]), dtype=np.float32)
    size = max(1, SCORES // keys.shape[2])
    pieces = [(row, head, at) for row in range(batch) for head in range(heads) for at in range(0, n, size)]

    def share(begin: int, end: int) -> None:
        for row, head, at in pieces[begin:end]:
            some = slice(at, at + size)
            scores: Floats = np.matmul(queries[row, head, some] * np.float32(scale), keys[row, head].T)
            if mask is not None:
                scores += mask[row, head, some]
            sums = softmax(scores)
            np.divide(scores @ values[row, head], sums, out=out[row, head, some])

    spread(share, len(pieces), 1)
    return out


_ERROR = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
_LEAST = np.float32(-69.0)  # e^-69 is 1e-30: its product with any usual number is no denormal
_TINY = np.float32(1e-30)
_FEW, _MANY = 6, 48  # rows
