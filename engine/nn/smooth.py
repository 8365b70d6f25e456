"""Exponentials and what is made of them, fast on every MLX back end, and never so small that what follows is slow.

On a CPU large float32 arrays go through `engine.nn.processor.host`, on a GPU MLX's own functions are the fastest.
Numbers are finite, and none is denormal: a product behind denormal numbers is ninety times slower, and real weights
make them.
"""

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from engine.nn.conv import on_gpu
from engine.nn.processor import host
from engine.nn.processor.host import Floats

_SMALL = 1 << 12  # numbers; for fewer the way there costs more than it saves


def sigmoid(x: mx.array) -> mx.array:
    """1 / (1 + e^-x)"""
    return mx.array(host.in_blocks(host.sigmoid, host.seen(x))) if _on_host(x) else mx.sigmoid(x)


def silu(x: mx.array) -> mx.array:
    """x / (1 + e^-x)"""
    return mx.array(host.in_blocks(host.silu, host.seen(x))) if _on_host(x) else nn.silu(x)


def glu(x: mx.array) -> mx.array:
    """The first half of the channels, let through by the second."""
    values, gates = mx.split(x, 2, axis=-1)
    return values * sigmoid(gates)


def gelu(x: mx.array) -> mx.array:
    """x times the normal distribution's share below x, exactly and not by tanh."""
    return mx.array(host.in_blocks(host.gelu, host.seen(x))) if _on_host(x) else nn.gelu(x)


def gelu_tanh(x: mx.array) -> mx.array:
    """The approximation of gelu by tanh, for networks that were trained with it."""
    return mx.array(host.in_blocks(host.gelu_tanh, host.seen(x))) if _on_host(x) else nn.gelu_approx(x)


def log_sum_exp(x: mx.array) -> mx.array:
    """log of the sum of e^x over the last axis, which stays with length 1; -inf counts for nothing."""
    if not _on_host(x):
        return mx.logsumexp(x, axis=-1, keepdims=True)
    seen = host.seen(x)
    most = seen.max(axis=-1, keepdims=True)
    most = np.where(np.isfinite(most), most, np.float32(0))
    with np.errstate(divide="ignore"):
        return mx.array(np.log(np.exp(seen - most).sum(axis=-1, keepdims=True)) + most)


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
    n, m = queries.shape[2], keys.shape[2]
    if isinstance(mask, str) or n * m < _SMALL or on_gpu() or queries.dtype != mx.float32:
        return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=scale, mask=mask)
    added: Floats | None = None
    if mask is not None:
        added = np.broadcast_to(host.seen(mask), (*queries.shape[:2], n, m))
    return mx.array(host.attention(host.seen(queries), host.seen(keys), host.seen(values), scale, added))


def _on_host(x: mx.array) -> bool:
    return x.size >= _SMALL and x.dtype == mx.float32 and not on_gpu()
