"""The generator as a GPU computes it: a whole batch in MLX, from the decoder's frames to the spectrum of samples.

Source: reference kokoro 0.9.4, istftnet.py (Apache-2.0); iSTFTNet, arXiv:2203.02395.
"""

import math
from collections.abc import Callable

import mlx.core as mx

from engine.nn.conv import Conv1d
from engine.nn.parts import Map, Parts
from engine.nn.periodic import snake
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.style import AdaptiveNorm, leaky

NAME = "decoder.generator"
SOURCE_DILATIONS = (1, 3, 5)


class SnakeBlock:
    """AdaINResBlock1: three pairs of convolutions with adaptive norms and periodic activations."""

    def __init__(self, parts: Parts, name: str, dilations: tuple[int, ...]) -> None:
        self._steps = [
            (
                AdaptiveNorm(parts, f"{name}.adain1.{i}"),
                _snake(parts, f"{name}.alpha1.{i}"),
                parts.conv(f"{name}.convs1.{i}", dilation),
                AdaptiveNorm(parts, f"{name}.adain2.{i}"),
                _snake(parts, f"{name}.alpha2.{i}"),
                parts.conv(f"{name}.convs2.{i}"),
            )
            for i, dilation in enumerate(dilations)
        ]

    def __call__(self, x: mx.array, style: mx.array, lengths: Lengths) -> mx.array:
        """[batch, time, C] -> [batch, time, C]"""
        for norm1, snake1, conv1, norm2, snake2, conv2 in self._steps:
            y = _activated(conv1, snake1, norm1.factors(x, style, lengths), x, lengths)
            x = _activated(conv2, snake2, norm2.factors(y, style, lengths), y, lengths, beside=x)
            # One step's intermediates at a time: they are the peak of a long segment's memory.
            mx.eval(x)
        return x


def _activated(
    conv: Conv1d,
    activation: Map,
    factors: tuple[mx.array, mx.array],
    x: mx.array,
    lengths: Lengths,
    beside: mx.array | None = None,
) -> mx.array:
    """The convolution of the activation of x scaled and shifted, with `beside` added."""
    scale, shift = factors
    y = conv(lengths.zeroed(activation(x * scale + shift)))
    return y if beside is None else y + beside


class Generator:
    """Upsampling stages beside the harmonic source, each with three residual blocks of which the mean is taken."""

    def __init__(self, config: KokoroConfig, parts: Parts) -> None:
        net = config.vocoder
        self._rates = net.upsample_rates
        kernels = len(net.resblock_kernel_sizes)
        self._source_in: list[Callable[[mx.array], mx.array]] = []
        self._source_blocks: list[SnakeBlock] = []
        self._up: list[Callable[[mx.array], mx.array]] = []
        self._blocks: list[list[SnakeBlock]] = []
        for i, (rate, kernel) in enumerate(zip(net.upsample_rates, net.upsample_kernel_sizes, strict=True)):
            pad = (kernel - rate) // 2
            self._up.append(parts.conv_transpose(f"{NAME}.ups.{i}", rate, (pad, pad)))
            self._source_in.append(source_in(parts, net.upsample_rates, i))
            self._source_blocks.append(SnakeBlock(parts, f"{NAME}.noise_res.{i}", SOURCE_DILATIONS))
            self._blocks.append(
                [
                    SnakeBlock(parts, f"{NAME}.resblocks.{i * kernels + j}", dilations)
                    for j, dilations in enumerate(net.resblock_dilation_sizes)
                ]
            )
        self._out = parts.conv(f"{NAME}.conv_post")

    def __call__(self, x: mx.array, style: mx.array, source: mx.array, lengths: Lengths) -> mx.array:
        """The spectrum.

        Args:
            x: [batch, time, channels], the decoder's.
            style: [batch, style_dim].
            source: [batch, time * rates + 1, 2 * bins], the source's magnitude and phase.
            lengths: of x's rows.

        Returns:
            [batch, time * rates + 1, 2 * bins]: the logarithm of the magnitude, and what the phase is the sine of.
        """
        source_lengths = lengths.scaled(math.prod(self._rates), extra=1)
        for i, (rate, up, blocks) in enumerate(zip(self._rates, self._up, self._blocks, strict=True)):
            is_last = i + 1 == len(self._rates)
            x = up(lengths.zeroed(leaky(x, 0.1)))
            lengths = lengths.scaled(rate, extra=1 if is_last else 0)
            if is_last:
                # One frame of true reflection in front.
                x = mx.concatenate([x[:, 1:2], x], axis=1)
            mx.eval(x)
            beside = self._source_in[i](source_lengths.zeroed(source))
            x = x + self._source_blocks[i](beside, style, lengths)
            mx.eval(x)
            total = blocks[0](x, style, lengths)
            for block in blocks[1:]:
                # Evaluated one by one: the three blocks' intermediates never stand in memory together.
                mx.eval(total)
                total = total + block(x, style, lengths)
            x = total / len(blocks)
        return self._out(lengths.zeroed(leaky(x, 0.01)))


def source_in(parts: Parts, rates: tuple[int, ...], stage: int) -> Map:
    """The convolution that brings the source to a stage's rate."""
    rest = math.prod(rates[stage + 1 :])
    is_last = stage + 1 == len(rates)
    stride, padding = (1, 0) if is_last else (rest, (rest + 1) // 2)
    return parts.strided(f"{NAME}.noise_convs.{stage}", stride, padding)


def _snake(parts: Parts, name: str) -> Map:
    return snake(parts.array(name).reshape(1, 1, -1), parts.frozen)
