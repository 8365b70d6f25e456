"""Attention by relative position, over everything or over a window; plain MLX, so it runs on every back end.

Shapes are [batch, heads, time, head_dim]. Queries are the newest frames, keys the same frames and those remembered
before them. A window (left, right) lets a query see so many frames before and behind itself.
Source: Z. Dai et al., "Transformer-XL" (2019), arXiv:1901.02860, appendix B; transformers, ParakeetEncoderAttention.
"""

import math
from dataclasses import dataclass

import mlx.core as mx

from engine.nn.parts import Parts
from engine.nn.smooth import attention

MASKED = -1e9

Window = tuple[int, int]


@dataclass(slots=True)
class Remembered:
    """Keys and values of the frames before the newest ones."""

    keys: mx.array | None = None
    values: mx.array | None = None

    @property
    def count(self) -> int:
        """How many frames."""
        return 0 if self.keys is None else self.keys.shape[2]


class RelativeAttention:
    """One layer's attention; no state."""

    def __init__(self, parts: Parts, name: str, n_heads: int) -> None:
        self._n_heads = n_heads
        self._query, self._key, self._value = (parts.linear(f"{name}.linear_{end}") for end in "qkv")
        self._out = parts.linear(f"{name}.linear_out")
        self._position = parts.linear(f"{name}.linear_pos")
        self._content_bias = parts.array(f"{name}.pos_bias_u")[None, :, None]
        self._position_bias = parts.array(f"{name}.pos_bias_v")[None, :, None]
        self._scale = 1 / math.sqrt(self._content_bias.shape[-1])
        self.dtype = self._content_bias.dtype

    def __call__(
        self, x: mx.array, positions: mx.array, bias: mx.array | None, before: Remembered
    ) -> tuple[mx.array, Remembered]:
        """Attend.

        Args:
            x: [batch, n, d_model], the newest frames.
            positions: [1, heads, before + 2n - 1, head_dim] from `project`: distances before + n - 1 down to 1 - n.
            bias: [batch or 1, 1, n, before + n], added to the scores: `MASKED` where a query must not look.
            before: keys and values of the frames before.

        Returns:
            [batch, n, d_model], and keys and values of all frames, those before and the newest.
        """
        query, key, value = (self._heads(project(x)) for project in (self._query, self._key, self._value))
        if before.keys is not None and before.values is not None:
            key = mx.concatenate([before.keys, key], axis=2)
            value = mx.concatenate([before.values, value], axis=2)
        scaled = (query + self._position_bias) * self._scale
        scores = shifted(scaled @ positions.swapaxes(-1, -2), key.shape[2])
        if bias is not None:
            scores = scores + bias.astype(scores.dtype)
        y = attention(query + self._content_bias, key, value, self._scale, scores)
        batch, _, n, _ = y.shape
        return self._out(y.transpose(0, 2, 1, 3).reshape(batch, n, -1)), Remembered(key, value)

    def project(self, sinusoids: mx.array) -> mx.array:
        """Sinusoids of distances, [m, d_model] -> [1, heads, m, head_dim]."""
        return self._heads(self._position(sinusoids[None]))

    def _heads(self, x: mx.array) -> mx.array:
        batch, n, _ = x.shape
        return x.reshape(batch, n, self._n_heads, -1).transpose(0, 2, 1, 3)


def shifted(scores: mx.array, n_keys: int) -> mx.array:
    """Scores by distance -> scores by key: row i, column j takes distance (keys before) + i - j.

    Args:
        scores: [batch, heads, n, n_keys + n - 1], distances falling from n_keys - 1.
        n_keys: keys, of which the last n are the queries' own frames.

    Returns:
        [batch, heads, n, n_keys].
    """
    batch, heads, n, m = scores.shape
    # A row's distances lie one place further left than those of the row above: another view of the same numbers.
    numbers = mx.contiguous(scores)  # one row of a slice would be refused; what a product made is not copied
    return mx.as_strided(numbers, (batch, heads, n, n_keys), (heads * n * m, n * m, m - 1, 1), n - 1)


def sinusoids(farthest: int, nearest: int, d_model: int) -> mx.array:
    """Sines and cosines, interleaved, of the distances `farthest` down to `nearest`: [m, d_model]."""
    distances = mx.arange(farthest, nearest - 1, -1).astype(mx.float32)
    rates = mx.exp(mx.arange(0, d_model, 2).astype(mx.float32) * (-math.log(10000.0) / d_model))
    angles = distances[:, None] * rates
    return mx.stack([mx.sin(angles), mx.cos(angles)], axis=-1).reshape(len(distances), d_model)


def window_bias(n: int, before: int, window: Window) -> mx.array:
    """[1, 1, n, before + n]: 0 inside of each query's window, `MASKED` outside."""
    distance = mx.arange(n)[:, None] + before - mx.arange(before + n)[None, :]
    inside = (distance <= window[0]) & (distance >= -window[1])
    return mx.where(inside, 0.0, MASKED)[None, None]
