"""Blocks steered by a style vector: adaptive instance norm and the residual block around it.

Source: StyleTTS 2, arXiv:2306.07691; reference kokoro 0.9.4, istftnet.py (Apache-2.0).
"""

from collections.abc import Callable

import mlx.core as mx

from engine.nn.parts import Parts
from engine.tts.kokoro.masks import Lengths

EPS = 1e-5


class AdaptiveNorm:
    """Instance norm over time, then a scale and a shift from the style.

    Args:
        parts: the checkpoint.
        name: the norm's.
    """

    def __init__(self, parts: Parts, name: str) -> None:
        self._affine = parts.linear(f"{name}.fc")
        self._weight = parts.array(f"{name}.norm.weight") if parts.has(f"{name}.norm.weight") else None
        self._bias = parts.array(f"{name}.norm.bias") if parts.has(f"{name}.norm.bias") else None

    def affine(self, style: mx.array) -> tuple[mx.array, mx.array]:
        """What to multiply with and what to add after the norm, [batch, style_dim] -> two [batch, 1, C]."""
        gamma, beta = mx.split(self._affine(style)[:, None, :], 2, axis=-1)
        if self._weight is not None and self._bias is not None:
            return self._weight * (1 + gamma), self._bias * (1 + gamma) + beta
        return 1 + gamma, beta

    def factors(self, x: mx.array, style: mx.array, lengths: Lengths) -> tuple[mx.array, mx.array]:
        """What to multiply x with and what to add then, norm included: two [batch, 1, C].

        Args:
            x: [batch, time, C]
            style: [batch, style_dim]
            lengths: of x's rows.
        """
        by, to = self.affine(style)
        mean, variance = lengths.moments(x)
        scale = by * mx.rsqrt(variance + EPS)
        return scale, to - mean * scale

    def __call__(self, x: mx.array, style: mx.array, lengths: Lengths) -> mx.array:
        """[batch, time, C] -> [batch, time, C]"""
        scale, shift = self.factors(x, style, lengths)
        return x * scale + shift


def leaky(x: mx.array, slope: float = 0.2) -> mx.array:
    """Leaky ReLU."""
    return mx.maximum(x, x * slope)


class ResidualBlock:
    """AdainResBlk1d: two convolutions behind adaptive norms, optionally doubling the rate."""

    def __init__(self, parts: Parts, name: str) -> None:
        self._norm1, self._norm2 = AdaptiveNorm(parts, f"{name}.norm1"), AdaptiveNorm(parts, f"{name}.norm2")
        self._conv1, self._conv2 = parts.conv(f"{name}.conv1"), parts.conv(f"{name}.conv2")
        projected = any(parts.has(f"{name}.conv1x1.{end}") for end in ("weight", "weight_v"))
        self._shortcut = parts.conv(f"{name}.conv1x1") if projected else None
        self._double = _double(parts, f"{name}.pool") if parts.has(f"{name}.pool.bias") else None

    @property
    def doubles(self) -> bool:
        """Whether it comes out at twice the rate."""
        return self._double is not None

    def __call__(self, x: mx.array, style: mx.array, lengths: Lengths) -> tuple[mx.array, Lengths]:
        """[batch, time, C] -> [batch, time (or twice that), C'] and the lengths at that rate."""
        out = leaky(self._norm1(x, style, lengths))
        shortcut, after = x, lengths
        if self._double is not None:
            out = self._double(lengths.zeroed(out))
            shortcut, after = mx.repeat(x, 2, axis=1), lengths.scaled(2)
        out = self._conv1(after.zeroed(out))
        out = self._conv2(after.zeroed(leaky(self._norm2(out, style, after))))
        if self._shortcut is not None:
            shortcut = self._shortcut(shortcut)
        return (out + shortcut) * (0.5**0.5), after


def _double(parts: Parts, name: str) -> Callable[[mx.array], mx.array]:
    """A depthwise transposed convolution, kernel 3, stride 2: even frames see one input, odd frames two."""
    taps = parts.weight(name)[:, 0, :].T
    bias = parts.bias(name)

    def convolve(x: mx.array) -> mx.array:
        following = mx.pad(x[:, 1:], [(0, 0), (0, 1), (0, 0)])
        pairs = mx.stack([x * taps[1], x * taps[2] + following * taps[0]], axis=2)
        y = pairs.reshape(x.shape[0], -1, x.shape[2])
        return y if bias is None else y + bias

    return convolve
