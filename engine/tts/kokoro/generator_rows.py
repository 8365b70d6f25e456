"""The generator as a processor computes it: a row at a time, in NumPy, on all cores.

Nine tenths of a voice's work are here: 48 of 54 GFLOP for a second of sound as published. Three things are computed
otherwise than written, and are the same. x + sin(a x)^2 / a = (v - cos v + 1) / 2a with v = 2 a x, where 2a goes into
the adaptive norm before and 1 / 2a into the convolution behind. A bias before a norm over time is taken off again by
it, so a block's biases are added up and given once, at its end. Means and variances are taken of each block of rows
while it is in the cache.

Source: reference kokoro 0.9.4, istftnet.py (Apache-2.0); iSTFTNet, arXiv:2203.02395.
"""

import math
from dataclasses import dataclass

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.nn.cores import spread
from engine.nn.parts import Map, Parts
from engine.nn.rows import Prepare, RowConv, RowMoments, Rows, block_rows
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.generator import NAME, SOURCE_DILATIONS, source_in
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.style import EPS, AdaptiveNorm

Channels = npt.NDArray[np.float32]
"""[channels]"""
Style = dict["_Step", tuple[Channels, Channels]]
"""Of each step of each block: what its norm multiplies with and adds."""


class _Step:
    """An adaptive norm, a snake and a convolution.

    Attributes:
        norm: from the checkpoint.
        constant: [out], what the convolution's result lacks.
    """

    def __init__(self, parts: Parts, block: str, which: int, step: int, dilation: int) -> None:
        self.norm = AdaptiveNorm(parts, f"{block}.adain{which}.{step}")
        alpha = np.array(parts.array(f"{block}.alpha{which}.{step}")).reshape(-1)
        weight, bias = _convolution(parts, f"{block}.convs{which}.{step}")
        reach = (weight.shape[1] - 1) * dilation
        self._twice_alpha = 2 * alpha
        weight /= self._twice_alpha
        self.constant = bias + weight.sum(axis=(1, 2))
        # Where the snake is 0, v - cos v is -1.
        self._conv = RowConv(weight, dilation, (reach // 2, reach - reach // 2), outside=-1.0)

    def __call__(
        self, x: Rows, moments: RowMoments, affine: tuple[Channels, Channels], beside: Rows | None = None
    ) -> tuple[Rows, RowMoments]:
        """The convolution without its constant, `beside` added, and the result's moments."""
        mean, variance = moments.result()
        by, to = affine
        scale = self._twice_alpha * by / np.sqrt(variance + EPS)
        shift = (self._twice_alpha * to - mean * scale).astype(np.float32)
        scale = scale.astype(np.float32)

        def prepare(part: Rows, into: Rows) -> None:
            np.multiply(part, scale, out=into)
            np.add(into, shift, out=into)
            np.subtract(into, np.cos(into), out=into)

        found = RowMoments()

        def after(y: Rows, start: int, end: int) -> None:
            if beside is not None:
                y[start:end] += beside[start:end]
            found.add(y, start, end)

        return self._conv(x, prepare, after), found


class _Block:
    """AdaINResBlock1: three pairs of steps, each pair beside what came in."""

    def __init__(self, parts: Parts, name: str, dilations: tuple[int, ...]) -> None:
        self._pairs = [
            (_Step(parts, name, 1, i, dilation), _Step(parts, name, 2, i, 1)) for i, dilation in enumerate(dilations)
        ]
        self.constant = sum((second.constant for _, second in self._pairs), np.zeros(1, dtype=np.float32))

    @property
    def steps(self) -> list[_Step]:
        return [step for pair in self._pairs for step in pair]

    def __call__(self, x: Rows, moments: RowMoments, style: Style) -> Rows:
        """[time, C] -> [time, C], without `constant`."""
        for first, second in self._pairs:
            y, found = first(x, moments, style[first])
            x, moments = second(y, found, style[second], beside=x)
        return x


class _Upsampling:
    """A transposed convolution: as a convolution of frames that makes a stride of frames each."""

    def __init__(self, parts: Parts, config: KokoroConfig, stage: int) -> None:
        name = f"{NAME}.ups.{stage}"
        self._stride, kernel = config.vocoder.upsample_rates[stage], config.vocoder.upsample_kernel_sizes[stage]
        weight = np.array(parts.weight(name))  # [in, out, kernel]
        self._trim = (kernel - self._stride) // 2
        self._bias = _bias(parts, name, weight.shape[1])
        overlaps = kernel // self._stride
        # An output's frame sees the last `overlaps` of the input: the newest with the kernel's first part.
        taps = weight.reshape(weight.shape[0], weight.shape[1], overlaps, self._stride)[:, :, ::-1]
        matrix = taps.transpose(3, 1, 2, 0).reshape(-1, overlaps, weight.shape[0])
        self._conv = RowConv(matrix, 1, (overlaps - 1, overlaps - 1))

    def __call__(self, x: Rows, prepare: Prepare) -> Rows:
        """[time, in] -> [time * stride, out]"""
        y = self._conv(x, prepare).reshape(-1, len(self._bias))
        return y[self._trim : len(y) - self._trim] + self._bias


@dataclass(frozen=True)
class _Stage:
    up: _Upsampling
    source_in: Map
    source: _Block
    blocks: list[_Block]

    def __call__(self, x: Rows, beside: Rows, style: Style) -> tuple[Rows, float, Channels]:
        """What to multiply with a gain and then add a constant to, for the mean of the blocks of x and the source."""
        beside = self.source(beside, _moments(beside), style)
        constant, moments = self.source.constant, RowMoments()

        def add(start: int, end: int) -> None:
            part = x[start:end]
            part += beside[start:end]
            part += constant
            moments.add(x, start, end)

        spread(add, len(x), block_rows(x.shape[1]))
        total = self.blocks[0](x, moments, style)
        for block in self.blocks[1:]:
            more = block(x, moments, style)
            spread(
                lambda start, end, more=more: np.add(total[start:end], more[start:end], out=total[start:end]),
                len(x),
                block_rows(x.shape[1]),
            )
        gain = 1 / len(self.blocks)
        return total, gain, gain * sum((block.constant for block in self.blocks), np.zeros(1, dtype=np.float32))


class RowGenerator:
    """As `Generator`, for a processor."""

    def __init__(self, config: KokoroConfig, parts: Parts) -> None:
        net = config.vocoder
        kernels = len(net.resblock_kernel_sizes)
        self._stages: list[_Stage] = []
        for i in range(len(net.upsample_rates)):
            blocks = [
                _Block(parts, f"{NAME}.resblocks.{i * kernels + j}", dilations)
                for j, dilations in enumerate(net.resblock_dilation_sizes)
            ]
            source = _Block(parts, f"{NAME}.noise_res.{i}", SOURCE_DILATIONS)
            self._stages.append(
                _Stage(_Upsampling(parts, config, i), source_in(parts, net.upsample_rates, i), source, blocks)
            )
        weight, self._bias = _convolution(parts, f"{NAME}.conv_post")
        before = (weight.shape[1] - 1) // 2
        self._out = RowConv(weight, 1, (before, weight.shape[1] - 1 - before))
        self._rate = math.prod(net.upsample_rates)

    def __call__(self, x: mx.array, style: mx.array, source: mx.array, lengths: Lengths) -> mx.array:
        """See Generator: the rows of a batch one by one, which is what each core would do for itself."""
        spectra: list[mx.array] = []
        longest = lengths.longest * self._rate + 1
        for i, n in enumerate(lengths.lengths):
            row = self._row(x[i, :n], style[i : i + 1], source[i : i + 1, : n * self._rate + 1])
            spectra.append(mx.pad(mx.array(row), [(0, longest - len(row)), (0, 0)]))
        return mx.stack(spectra)

    def _row(self, x: mx.array, style: mx.array, source: mx.array) -> Rows:
        sources = [stage.source_in(source)[0] for stage in self._stages]
        steps = [step for stage in self._stages for block in (stage.source, *stage.blocks) for step in block.steps]
        affine = [step.norm.affine(style) for step in steps]
        mx.eval(x, sources, affine)
        styles = {
            step: (np.array(by).reshape(-1), np.array(to).reshape(-1))
            for step, (by, to) in zip(steps, affine, strict=True)
        }
        y, slope, gain, constant = np.array(x), 0.1, 1.0, np.zeros(1, dtype=np.float32)
        for stage, beside in zip(self._stages, sources, strict=True):
            y = stage.up(y, _leaky(slope, gain, constant))
            if stage is self._stages[-1]:
                # One frame of true reflection in front.
                y = np.concatenate([y[1:2], y])
            y, gain, constant = stage(y, np.array(beside), styles)
        return self._out(y, _leaky(0.01, gain, constant), self._biased)

    def _biased(self, y: Rows, start: int, end: int) -> None:
        y[start:end] += self._bias


def _leaky(slope: float, gain: float, constant: Channels) -> Prepare:
    def prepare(part: Rows, into: Rows) -> None:
        np.multiply(part, np.float32(gain), out=into)
        np.add(into, constant, out=into)
        np.maximum(into, into * np.float32(slope), out=into)

    return prepare


def _moments(x: Rows) -> RowMoments:
    moments = RowMoments()
    spread(lambda start, end: moments.add(x, start, end), len(x), block_rows(x.shape[1]))
    return moments


def _convolution(parts: Parts, name: str) -> tuple[Rows, Channels]:
    """Weight [out, kernel, in] and bias [out]."""
    weight = np.array(parts.weight(name)).transpose(0, 2, 1).copy()
    return weight, _bias(parts, name, len(weight))


def _bias(parts: Parts, name: str, channels: int) -> Channels:
    bias = parts.bias(name)
    return np.zeros(channels, dtype=np.float32) if bias is None else np.array(bias)
