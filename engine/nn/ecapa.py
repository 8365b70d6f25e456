"""ECAPA-TDNN without batch norm: a spectrogram to a vector that says who speaks.

Source: Desplanques and others 2020, arXiv:2005.07143; as in Qwen3-TTS (Apache-2.0), whose names it takes.
"""

from collections.abc import Callable

import mlx.core as mx
import mlx.nn as nn

from engine.nn.conv import Conv1d
from engine.nn.parts import Parts

DILATIONS = (1, 2, 3, 4)
LEAST_FRAMES = 5
"""Fewer cannot be mirrored at their ends."""


class Ecapa:
    """A loaded encoder.

    Args:
        parts: with torch's layouts.
        name: what stands before its tensors' names, its point included.
        scale: into how many chunks a block's channels are parted.

    Raises:
        WeightsError: a tensor is missing.
    """

    def __init__(self, parts: Parts, name: str, scale: int) -> None:
        self._scale = scale
        self._first = _conv(parts, f"{name}blocks.0.conv", DILATIONS[0])
        self._blocks = [
            _Block(parts, f"{name}blocks.{block}", dilation, scale) for block, dilation in enumerate(DILATIONS[1:], 1)
        ]
        self._mixed = _conv(parts, f"{name}mfa.conv")
        self._attention = _conv(parts, f"{name}asp.tdnn.conv"), _conv(parts, f"{name}asp.conv")
        self._out = _conv(parts, f"{name}fc")

    def __call__(self, mel: mx.array) -> mx.array:
        """[frames, bands] -> [vector], not of unit length. At least five frames."""
        return self._out(self.pooled(self.mixed(self.blocks(mel)[1:]))[None])[0]

    def blocks(self, mel: mx.array) -> list[mx.array]:
        """What each of the four blocks gives: [frames, channels]"""
        made = [nn.relu(self._first(mel))]
        for block in self._blocks:
            made.append(block(made[-1]))
        return made

    def mixed(self, made: list[mx.array]) -> mx.array:
        """[frames, channels] of three blocks -> [frames, 3 channels]"""
        return nn.relu(self._mixed(mx.concatenate(made, axis=1)))

    def pooled(self, x: mx.array) -> mx.array:
        """Mean and deviation over time, what matters more weighing more: [frames, channels] -> [2 channels]"""
        mean, deviation = _moments(x, mx.full((x.shape[0], 1), 1 / x.shape[0]))
        around = [mx.broadcast_to(one, x.shape) for one in (mean, deviation)]
        weights = self._attention[1](mx.tanh(nn.relu(self._attention[0](mx.concatenate([x, *around], axis=1)))))
        return mx.concatenate(_moments(x, mx.softmax(weights, axis=0)))


class _Block:
    """SE-Res2Net."""

    def __init__(self, parts: Parts, name: str, dilation: int, scale: int) -> None:
        self._scale = scale
        self._in, self._out = _conv(parts, f"{name}.tdnn1.conv"), _conv(parts, f"{name}.tdnn2.conv")
        self._chunks = [
            _conv(parts, f"{name}.res2net_block.blocks.{chunk}.conv", dilation) for chunk in range(scale - 1)
        ]
        self._squeeze = [_conv(parts, f"{name}.se_block.conv{place}") for place in (1, 2)]

    def __call__(self, x: mx.array) -> mx.array:
        chunks = mx.split(nn.relu(self._in(x)), self._scale, axis=1)
        made = [chunks[0]]
        for place, (chunk, conv) in enumerate(zip(chunks[1:], self._chunks, strict=True)):
            made.append(nn.relu(conv(chunk if place == 0 else chunk + made[-1])))
        y = nn.relu(self._out(mx.concatenate(made, axis=1)))
        gate = mx.sigmoid(self._squeeze[1](nn.relu(self._squeeze[0](y.mean(axis=0, keepdims=True)))))
        return y * gate + x


def _moments(x: mx.array, weights: mx.array) -> list[mx.array]:
    mean = mx.sum(weights * x, axis=0)
    return [mean, mx.sqrt(mx.maximum(mx.sum(weights * mx.square(x - mean), axis=0), 1e-12))]


def _conv(parts: Parts, name: str, dilation: int = 1) -> Callable[[mx.array], mx.array]:
    """A convolution that keeps the length, its ends mirrored: [frames, channels] -> [frames, channels']"""
    conv = Conv1d(parts.array(f"{name}.weight").transpose(0, 2, 1), parts.bias(name), dilation)
    side = conv.reach // 2

    def convolve(x: mx.array) -> mx.array:
        if side:
            n = x.shape[0]
            index = mx.concatenate([mx.arange(side, 0, -1), mx.arange(n), mx.arange(n - 2, n - 2 - side, -1)])
            x = x[index]
        return conv.valid(x[None])[0]

    return convolve
