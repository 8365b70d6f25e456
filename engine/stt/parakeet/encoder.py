"""FastConformer: mel frames -> encoder frames, whole rows in a batch or a stream with bounded context.

A stream hears a region of frames at a time: the first `keep` of it are final and are remembered (keys, values, what
the convolutions reach back to), the rest is looked ahead at and heard again with the next region. What a layer knows of
a frame is exact when the frames it reaches forward to are in the region, so with a look-ahead of n layers' reach the
first n layers equal the whole pass. Nothing that is final is ever computed again, and nothing grows.
Source: D. Rekesh et al., "Fast Conformer" (2023), arXiv:2305.05084; A. Gulati et al., "Conformer" (2020).
"""

import math
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache

import mlx.core as mx

from engine.nn.parts import Parts
from engine.nn.smooth import glu, silu
from engine.stt.base import last
from engine.stt.parakeet.attention import MASKED, RelativeAttention, Remembered, Window, sinusoids, window_bias
from engine.stt.parakeet.config import EncoderConfig
from engine.stt.parakeet.subsampling import Rows, Subsampling

EPSILON = 1e-5


@dataclass(slots=True)
class Memory:
    """What one layer of one stream remembers."""

    attention: Remembered
    convolved: mx.array | None = None  # [batch, up to kernel // 2, d_model], what the convolution was last given


class Convolution:
    """Pointwise, gate, depthwise (batch norm folded into it), pointwise."""

    def __init__(self, parts: Parts, name: str, kernel: int) -> None:
        self.reach = kernel // 2
        self._in = parts.linear(f"{name}.pointwise_conv1")
        self._out = parts.linear(f"{name}.pointwise_conv2")
        norm = f"{name}.batch_norm"
        gain = parts.array(f"{norm}.weight") * mx.rsqrt(parts.array(f"{norm}.running_var") + EPSILON)
        weight, bias = parts.array(f"{name}.depthwise_conv.weight"), parts.bias(f"{name}.depthwise_conv")
        # [kernel, d_model]
        self._taps = (weight[..., 0].T * gain).astype(weight.dtype)
        mean = parts.array(f"{norm}.running_mean")
        folded = parts.array(f"{norm}.bias") + ((0 if bias is None else bias) - mean) * gain
        self._bias = folded.astype(weight.dtype)
        mx.eval(self._taps, self._bias)

    def __call__(self, x: mx.array, valid: mx.array | None, before: mx.array | None) -> tuple[mx.array, mx.array]:
        """Convolve.

        Args:
            x: [batch, n, d_model].
            valid: bool [batch, n, 1]; False behind the end of a row. None when all rows are whole.
            before: what came before, [batch, up to reach, d_model].

        Returns:
            [batch, n, d_model], and what was convolved, with what came before in front.
        """
        gated = glu(self._in(x))
        if valid is not None:
            gated = gated * valid
        n = x.shape[1]
        held = gated if before is None else mx.concatenate([before, gated], axis=1)
        padded = mx.pad(held, [(0, 0), (self.reach - (held.shape[1] - n), self.reach), (0, 0)])
        y = self._bias
        for tap in range(self._taps.shape[0]):
            y = y + padded[:, tap : tap + n] * self._taps[tap]
        return self._out(silu(y)), held


class Layer:
    """One conformer block."""

    def __init__(self, parts: Parts, name: str, config: EncoderConfig) -> None:
        self.attention = RelativeAttention(parts, f"{name}.self_attn", config.n_heads)
        self.convolution = Convolution(parts, f"{name}.conv", config.conv_kernel_size)
        self._first = [parts.linear(f"{name}.feed_forward1.linear{i}") for i in (1, 2)]
        self._second = [parts.linear(f"{name}.feed_forward2.linear{i}") for i in (1, 2)]
        self._norms = {
            part: parts.layer_norm(f"{name}.norm_{part}", EPSILON)
            for part in ("feed_forward1", "self_att", "conv", "feed_forward2", "out")
        }

    def __call__(
        self, x: mx.array, positions: mx.array, bias: mx.array | None, valid: mx.array | None, memory: Memory
    ) -> tuple[mx.array, Memory]:
        """[batch, n, d_model] -> the same shape, and all that could be remembered."""
        norms = self._norms
        x = x + 0.5 * self._first[1](silu(self._first[0](norms["feed_forward1"](x))))
        attended, heard = self.attention(norms["self_att"](x), positions, bias, memory.attention)
        x = x + attended
        convolved, held = self.convolution(norms["conv"](x), valid, memory.convolved)
        x = x + convolved
        x = x + 0.5 * self._second[1](silu(self._second[0](norms["feed_forward2"](x))))
        return norms["out"](x), Memory(heard, held)


class Encoder:
    """The network; no state of any stream."""

    def __init__(self, parts: Parts, config: EncoderConfig) -> None:
        self.config = config
        self.subsampling = Subsampling(parts, "encoder.pre_encode", config.subsampling_factor)
        self.layers = [Layer(parts, f"encoder.layers.{i}", config) for i in range(config.n_layers)]
        self.scale = math.sqrt(config.d_model) if config.scale_input else 1.0
        # Constants of a stream's shape, several MB, the same for all streams of that shape.
        self.stream_positions = lru_cache(maxsize=2)(self._stream_positions)

    def __call__(self, mel: mx.array, lengths: list[int], window: Window | None = None) -> mx.array:
        """All encoder frames of a batch; see `steps`."""
        return last(self.steps(mel, lengths, window))

    def steps(self, mel: mx.array, lengths: list[int], window: Window | None = None) -> Generator[None, None, mx.array]:
        """Rows of different length, with a pause after each layer.

        Args:
            mel: [batch, frames, mels]; what stands behind a row's end is not looked at.
            lengths: mel frames of each row, at least 1.
            window: (left, right) frames that attention sees; None is all.

        Returns:
            [batch, ceil(frames / factor), d_model]; what stands behind a row's end is meaningless.
        """
        n = self.frames(mel.shape[1])
        rows: list[mx.array] = []
        for row, length in enumerate(lengths):
            # Row by row: the first convolution's output is the largest array of all by far.
            own = self.subsampling(mel[row : row + 1, :length]) * self.scale
            rows.append(mx.pad(own, [(0, 0), (0, n - own.shape[1]), (0, 0)]))
            mx.eval(rows[-1])
            yield
        x = mx.concatenate(rows)
        valid = None
        bias = None if window is None else window_bias(n, 0, window)
        if min(lengths) < max(lengths):
            valid = mx.arange(n)[None, :] < mx.array([self.frames(length) for length in lengths])[:, None]
            padding = mx.where(valid, 0.0, MASKED)[:, None, None, :]
            bias, valid = padding if bias is None else bias + padding, valid[..., None]
        distances = sinusoids(n - 1, 1 - n, self.config.d_model).astype(x.dtype)
        for layer in self.layers:
            x, _ = layer(x, layer.attention.project(distances), bias, valid, Memory(Remembered()))
            mx.eval(x)
            yield
        return x

    def frames(self, mel_frames: int) -> int:
        """Encoder frames of so many mel frames."""
        return -(-mel_frames // self.config.subsampling_factor)

    def stream(self, window: Window, longest: int, *, local: bool = True) -> "EncoderStream":
        """Begin a stream.

        Args:
            window: (left, right) frames that attention sees.
            longest: frames of the longest region.
            local: whether each frame sees its window only; else all that is remembered and in the region.
        """
        return EncoderStream(self, window, longest, local=local)

    def _stream_positions(self, left: int, longest: int) -> list[mx.array]:
        dtype = self.layers[0].attention.dtype
        distances = sinusoids(left + longest - 1, 1 - longest, self.config.d_model).astype(dtype)
        positions = [layer.attention.project(distances) for layer in self.layers]
        mx.eval(positions)
        return positions


class EncoderStream:
    """One stream through the encoder; all its memory is here."""

    def __init__(self, encoder: Encoder, window: Window, longest: int, *, local: bool) -> None:
        self._encoder = encoder
        self._window = window
        self._longest = longest
        self._local = local
        self._rows: Rows = [None] * encoder.subsampling.n_convolutions
        self._memories = [Memory(Remembered()) for _ in encoder.layers]
        self.frames_encoded = 0
        """Encoder frames computed so far, those looked ahead at counted each time."""

    def step(self, mel: mx.array, keep: int) -> mx.array:
        """Hear a region.

        Args:
            mel: [1, frames, mels]: all that is not final yet. A multiple of the subsampling factor, or the end.
            keep: how many of the encoder frames become final; the next region begins behind them.

        Returns:
            [1, n, d_model]: final ones, then those that may still change.
        """
        encoder, left = self._encoder, self._window[0]
        x, self._rows = encoder.subsampling.step(mel, self._rows, keep)
        x = x * encoder.scale
        n, before = x.shape[1], self._memories[0].attention.count
        self.frames_encoded += n
        bias = window_bias(n, before, self._window) if self._local else None
        # Distances before + n - 1 down to 1 - n, out of those that the longest region has.
        skip = left + self._longest - before - n
        positions = encoder.stream_positions(left, self._longest)
        for index, layer in enumerate(encoder.layers):
            own = positions[index][:, :, skip : skip + before + 2 * n - 1]
            x, heard = layer(x, own, bias, None, self._memories[index])
            self._memories[index] = _kept(heard, before, keep, left, n, layer.convolution.reach)
        mx.eval([x, *self.held()])
        return x

    def held(self) -> list[mx.array]:
        """The arrays this stream keeps."""
        arrays = [row for row in self._rows if row is not None]
        for memory in self._memories:
            kept = (memory.attention.keys, memory.attention.values, memory.convolved)
            arrays += [array for array in kept if array is not None]
        return arrays


def _kept(heard: Memory, before: int, keep: int, left: int, n: int, reach: int) -> Memory:
    """Of all that could be remembered, what the frames behind `keep` can reach; copies, so that the rest is freed."""
    end = before + keep
    begin = max(0, end - left)
    keys, values, convolved = heard.attention.keys, heard.attention.values, heard.convolved
    assert keys is not None and values is not None and convolved is not None
    kept = Remembered()
    if begin < end:
        kept = Remembered(mx.contiguous(keys[:, :, begin:end]), mx.contiguous(values[:, :, begin:end]))
    last = convolved.shape[1] - n + keep
    convolved = convolved[:, max(0, last - reach) : last]
    return Memory(kept, mx.contiguous(convolved) if convolved.shape[1] else None)
