"""The blocks steered by a style as a processor computes them: a row at a time, in NumPy, on all cores."""

from collections.abc import Callable

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.nn.conv import on_gpu
from engine.nn.parts import Parts
from engine.nn.processor.cores import spread
from engine.nn.processor.host import seen
from engine.nn.processor.rows import Prepare, RowConv, RowMoments, Rows, block_rows
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.style import EPS, HALF_POWER, AdaptiveNorm, ResidualBlock, doubled, has_convolution

Channels = npt.NDArray[np.float32]
"""[channels]"""
Affine = tuple[Channels, Channels]
"""What a norm multiplies with and adds; see AdaptiveNorm.affine."""


def affines(norms: list[AdaptiveNorm], style: mx.array) -> list[Affine]:
    """Of one row's style, [1, style_dim]."""
    found = [norm.affine(style) for norm in norms]
    mx.eval(found)
    return [(np.array(by).reshape(-1), np.array(to).reshape(-1)) for by, to in found]


def factors(moments: RowMoments, affine: Affine, by: Channels | float = 1.0) -> Affine:
    """What to multiply a signal with and what to add then, so that it is normed, steered and `by` times that."""
    mean, variance = moments.result()
    scale = by * affine[0] / np.sqrt(variance + EPS)
    return scale.astype(np.float32), (by * affine[1] - mean * scale).astype(np.float32)


def moments_of(x: Rows) -> RowMoments:
    """Mean and variance over time of a whole signal."""
    moments = RowMoments()
    spread(lambda start, end: moments.add(x, start, end), len(x), block_rows(x.shape[1]))
    return moments


def leaky_of(scale: Channels | float, shift: Channels | float, slope: float) -> Prepare:
    """Leaky ReLU of a signal scaled and shifted."""
    by, to, low = (np.asarray(value, dtype=np.float32) for value in (scale, shift, slope))

    def prepare(part: Rows, into: Rows) -> None:
        np.multiply(part, by, out=into)
        np.add(into, to, out=into)
        np.maximum(into, into * low, out=into)

    return prepare


def convolution(parts: Parts, name: str) -> tuple[Rows, Channels]:
    """A layer's weight [out, kernel, in] and bias [out]."""
    weight = np.array(parts.weight(name)).transpose(0, 2, 1).copy()
    return weight, bias_of(parts, name, len(weight))


def bias_of(parts: Parts, name: str, channels: int) -> Channels:
    """A layer's bias, 0 where it has none."""
    bias = parts.bias(name)
    return np.zeros(channels, dtype=np.float32) if bias is None else np.array(bias)


def kept(weight: Rows) -> RowConv:
    """A convolution that keeps the length."""
    reach = weight.shape[1] - 1
    return RowConv(weight, 1, (reach // 2, reach - reach // 2))


class RowResidualBlock:
    """As `style.ResidualBlock`, for a processor."""

    def __init__(self, parts: Parts, name: str) -> None:
        self._norms = [AdaptiveNorm(parts, f"{name}.norm{i}") for i in (1, 2)]
        first, _ = convolution(parts, f"{name}.conv1")  # the norm behind it takes a bias off again
        second, self._bias = convolution(parts, f"{name}.conv2")
        self._first, self._second = kept(first), kept(second)
        self._shortcut: Callable[[Rows], Rows] = lambda x: x
        if has_convolution(parts, f"{name}.conv1x1"):
            weight, bias = convolution(parts, f"{name}.conv1x1")
            self._bias = self._bias + bias
            straight = kept(weight)
            self._shortcut = lambda x: straight(x, _as_it_is)
        self._double = doubled(parts, f"{name}.pool")

    @property
    def doubles(self) -> bool:
        """Whether it comes out at twice the rate."""
        return self._double is not None

    def __call__(self, x: mx.array, style: mx.array, lengths: Lengths) -> tuple[mx.array, Lengths]:
        """[batch, time, C] -> [batch, time (or twice that), C'] and the lengths at that rate."""
        after = lengths.scaled(2) if self.doubles else lengths
        rows = [self._row(x[i : i + 1, :n], style[i : i + 1]) for i, n in enumerate(lengths.lengths)]
        return mx.stack([mx.pad(mx.array(row), [(0, after.longest - len(row)), (0, 0)]) for row in rows]), after

    def _row(self, x: mx.array, style: mx.array) -> Rows:
        first, second = affines(self._norms, style)
        signal = seen(x)[0]
        activate = leaky_of(*factors(moments_of(signal), first), 0.2)
        aside = self._shortcut(signal)
        if self._double is not None:
            activated = np.empty_like(signal)
            activate(signal, activated)
            signal, activate = seen(self._double(mx.array(activated[None])))[0], _as_it_is
            aside = np.repeat(aside, 2, axis=0)
        moments = RowMoments()
        y = self._first(signal, activate, moments.add)

        def add(result: Rows, start: int, end: int) -> None:
            part = result[start:end]
            part += aside[start:end]
            part += self._bias
            part *= np.float32(HALF_POWER)

        return self._second(y, leaky_of(*factors(moments, second), 0.2), add)


def _as_it_is(part: Rows, into: Rows) -> None:
    into[...] = part


def residual_block(parts: Parts, name: str) -> ResidualBlock | RowResidualBlock:
    """The one for where MLX computes; what is learned through is MLX's everywhere."""
    return ResidualBlock(parts, name) if on_gpu() or parts.frozen else RowResidualBlock(parts, name)
