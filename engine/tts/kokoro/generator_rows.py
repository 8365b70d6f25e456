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

from engine.nn.parts import Map, Parts
from engine.nn.processor.cores import spread
from engine.nn.processor.host import seen
from engine.nn.processor.rows import Prepare, RowConv, RowMoments, Rows, block_rows
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.generator import NAME, SOURCE_DILATIONS, source_in
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.style import AdaptiveNorm
from engine.tts.kokoro.style_rows import (
    Affine,
    Channels,
    affines,
    bias_of,
    convolution,
    factors,
    kept,
    leaky_of,
    moments_of,
)

Style = dict["_Step", Affine]
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
        weight, bias = convolution(parts, f"{block}.convs{which}.{step}")
        reach = (weight.shape[1] - 1) * dilation
        self._twice_alpha = 2 * alpha
        weight /= self._twice_alpha
        self.constant = bias + weight.sum(axis=(1, 2))
        # Where the snake is 0, v - cos v is -1.
        self._conv = RowConv(weight, dilation, (reach // 2, reach - reach // 2), outside=-1.0)

    def __call__(
        self, x: Rows, moments: RowMoments, affine: Affine, beside: Rows | None = None
    ) -> tuple[Rows, RowMoments]:
        """The convolution without its constant, `beside` added, and the result's moments."""
        scale, shift = factors(moments, affine, self._twice_alpha)

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
        self._bias = bias_of(parts, name, weight.shape[1])
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

    def __call__(self, x: Rows, source: mx.array, style: Style) -> tuple[Rows, float, Channels]:
        """What to multiply with a gain and then add a constant to, for the mean of the blocks of x and the source."""
        moments = self._beside(x, seen(self.source_in(source)[0]), style)
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

    def _beside(self, x: Rows, source: Rows, style: Style) -> RowMoments:
        """Adds what the source's block makes to x. Returns x's moments then."""
        more, moments = self.source(source, moments_of(source), style), RowMoments()

        def add(start: int, end: int) -> None:
            part = x[start:end]
            part += more[start:end]
            part += self.source.constant
            moments.add(x, start, end)

        spread(add, len(x), block_rows(x.shape[1]))
        return moments


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
        weight, self._bias = convolution(parts, f"{NAME}.conv_post")
        self._out = kept(weight)
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
        steps = [step for stage in self._stages for block in (stage.source, *stage.blocks) for step in block.steps]
        styles = dict(zip(steps, affines([step.norm for step in steps], style), strict=True))
        y, gain, constant = seen(x), 1.0, np.zeros(1, dtype=np.float32)
        for stage in self._stages:
            y = stage.up(y, leaky_of(gain, constant, 0.1))
            if stage is self._stages[-1]:
                # One frame of true reflection in front.
                y = np.concatenate([y[1:2], y])
            y, gain, constant = stage(y, source, styles)
        return self._out(y, leaky_of(gain, constant, 0.01), self._biased)

    def _biased(self, y: Rows, start: int, end: int) -> None:
        y[start:end] += self._bias
