"""Convolutions over time that give the same numbers whole and as a stream, and are fast on every MLX back end.

Arrays are [batch, time, channels], as MLX convolves. A layer is called for a whole signal; `layer.stream()` begins a
stream whose `step` takes the next frames and returns as many outputs as those decide, and whose `finish` takes the last
frames and returns the rest. Concatenated, they equal the whole, for symmetric (looking ahead) and causal padding alike:
a layer holds back what it cannot know yet and remembers the left context it needs, so work per step does not grow.

On MLX's CPU back end dilated, grouped and transposed convolutions take a naive path, and plain ones write out the
window of every frame; as shifted products they are many times, and two to three times, faster there.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import mlx.core as mx

CPU_BLOCK = 4096

Frames = mx.array
"""[batch, time, channels]"""


class LayerStream(Protocol):
    """One stream through one layer; all its state is here."""

    def step(self, x: Frames) -> Frames:
        """The outputs that the frames so far decide and that were not returned yet; time may be 0."""
        ...

    def finish(self, x: Frames) -> Frames:
        """The last frames have come (time may be 0): everything still held back."""
        ...

    def held(self) -> list[mx.array]:
        """The arrays this stream keeps, so that one `mx.eval` a step stops the graph from growing."""
        ...


class Layer(Protocol):
    """A map over time, whole or as a stream."""

    def __call__(self, x: Frames) -> Frames: ...

    def stream(self) -> LayerStream: ...


class Pointwise:
    """Anything that treats each frame by itself."""

    def __init__(self, function: Callable[[Frames], Frames]) -> None:
        self._function = function

    def __call__(self, x: Frames) -> Frames:
        """[B, T, C] -> [B, T, C']"""
        return self._function(x)

    def stream(self) -> LayerStream:
        """A stream without memory."""
        return self

    def step(self, x: Frames) -> Frames:
        """See LayerStream."""
        return self._function(x)

    finish = step

    def held(self) -> list[mx.array]:
        """Nothing."""
        return []


class Conv1d:
    """A convolution with stride 1.

    Args:
        weight: [out, kernel, in // groups], MLX's layout.
        bias: [out] or None.
        dilation: frames between taps.
        groups: 1, or the number of channels (depthwise).
        padding: (before, after) in frames of zeros; (kernel - 1) * dilation in sum keeps the length.
    """

    def __init__(
        self,
        weight: mx.array,
        bias: mx.array | None,
        dilation: int = 1,
        groups: int = 1,
        padding: tuple[int, int] = (0, 0),
    ) -> None:
        self.kernel = weight.shape[1]
        self.dilation = dilation
        self.padding = padding
        self.reach = (self.kernel - 1) * dilation
        self._bias = bias
        self._groups = groups
        self._out = weight.shape[0]
        self._depthwise = groups > 1
        if self._depthwise and not (groups == weight.shape[0] and weight.shape[2] == 1):
            raise ValueError(f"groups must be 1 or depthwise, got {groups} for weight {weight.shape}")
        self._whole = on_gpu() and not self._depthwise
        # The whole weight, or one tap's matrix [kernel, in, out], or its row [kernel, channels] when depthwise; lying
        # in memory as it is read, because a short signal costs what reading the weight costs.
        taps = weight[:, :, 0].T if self._depthwise else weight.transpose(1, 2, 0)
        self._weight = weight if self._whole else mx.contiguous(taps)
        mx.eval(self._weight)

    def __call__(self, x: Frames) -> Frames:
        """[B, T, in] -> [B, T + padding - reach, out]"""
        return self.valid(mx.pad(x, [(0, 0), self.padding, (0, 0)]))

    def stream(self) -> LayerStream:
        """A stream that remembers `reach` frames."""
        return _ConvStream(self)

    def valid(self, x: Frames) -> Frames:
        """The convolution without padding: [B, T, in] -> [B, T - reach, out]"""
        n = x.shape[1] - self.reach
        if n <= CPU_BLOCK or on_gpu():
            return self._valid(x)
        # A block at a time stays in the processor's cache while one tap after another is added to it.
        blocks: list[Frames] = []
        for start in range(0, n, CPU_BLOCK):
            blocks.append(self._valid(x[:, start : min(start + CPU_BLOCK, n) + self.reach]))
            mx.eval(blocks[-1])
        return mx.concatenate(blocks, axis=1)

    def _valid(self, x: Frames) -> Frames:
        n = x.shape[1] - self.reach
        if n <= 0:
            return mx.zeros((x.shape[0], 0, self._out), dtype=x.dtype)
        if self._whole:
            y = mx.conv1d(x, self._weight, dilation=self.dilation)
            return y if self._bias is None else y + self._bias
        if self._depthwise:
            y = x[:, :n] * self._weight[0]
            for tap in range(1, self.kernel):
                y = y + self._at(x, tap, n) * self._weight[tap]
            return y if self._bias is None else y + self._bias
        # The sum is made inside the products, bias and all.
        y = x[:, :n] @ self._weight[0] if self._bias is None else mx.addmm(self._bias, x[:, :n], self._weight[0])
        for tap in range(1, self.kernel):
            y = mx.addmm(y, self._at(x, tap, n), self._weight[tap])
        return y

    def _at(self, x: Frames, tap: int, n: int) -> Frames:
        return x[:, tap * self.dilation : tap * self.dilation + n]


class _ConvStream:
    def __init__(self, conv: Conv1d) -> None:
        self._conv = conv
        self._held: Frames | None = None

    def step(self, x: Frames) -> Frames:
        before = self._conv.padding[0]
        held = (
            mx.pad(x, [(0, 0), (before, 0), (0, 0)]) if self._held is None else mx.concatenate([self._held, x], axis=1)
        )
        y = self._conv.valid(held)
        keep = min(held.shape[1], self._conv.reach)
        self._held = held[:, held.shape[1] - keep :]
        return y

    def finish(self, x: Frames) -> Frames:
        return self.step(mx.pad(x, [(0, 0), (0, self._conv.padding[1]), (0, 0)]))

    def held(self) -> list[mx.array]:
        return [] if self._held is None else [self._held]


class ConvTranspose1d:
    """A transposed convolution whose kernel is a multiple of its stride, as one product and an overlap-add.

    Args:
        weight: [out, kernel, in], MLX's layout.
        bias: [out] or None.
        stride: output frames per input frame.
        trim: (front, back) output frames to drop, torch's padding and padding - output_padding.
    """

    def __init__(self, weight: mx.array, bias: mx.array | None, stride: int, trim: tuple[int, int]) -> None:
        out, kernel, channels = weight.shape
        if kernel % stride:
            raise ValueError(f"kernel {kernel} is not a multiple of stride {stride}")
        self.stride = stride
        self.overlaps = kernel // stride
        self.trim = trim
        self._out = out
        self._bias = bias
        self._matrix = mx.contiguous(weight.transpose(2, 1, 0).reshape(channels, kernel * out))
        mx.eval(self._matrix)

    def __call__(self, x: Frames) -> Frames:
        """[B, T, in] -> [B, (T - 1) * stride + kernel - trim, out]"""
        batch, n, lag = x.shape[0], x.shape[1], self.overlaps - 1
        if n == 0:
            return self.stream().finish(x)
        # Frame t of the sum is what frame t begins, frame t - 1 goes on with ...: summed inside the products.
        padded = mx.pad(x, [(0, 0), (lag, lag), (0, 0)])
        width = self.stride * self._out
        y = padded[:, lag:] @ self._matrix[:, :width]
        for part in range(1, self.overlaps):
            shifted = padded[:, lag - part : lag - part + n + lag]
            y = mx.addmm(y, shifted, self._matrix[:, part * width : (part + 1) * width])
        y = y.reshape(batch, (n + lag) * self.stride, self._out)
        return self.biased(y[:, self.trim[0] : y.shape[1] - self.trim[1]])

    def ahead(self, held: Frames) -> Frames:
        """What all frames but the first `overlaps - 1` begin, those before them going on in it, for causal use without
        a front trim: [B, overlaps - 1 + n, in] -> [B, n * stride, out]"""
        lag = self.overlaps - 1
        n = held.shape[1] - lag
        width = self.stride * self._out
        y = held[:, lag:] @ self._matrix[:, :width]
        for part in range(1, self.overlaps):
            y = mx.addmm(y, held[:, lag - part : lag - part + n], self._matrix[:, part * width : (part + 1) * width])
        return self.biased(y.reshape(held.shape[0], n * self.stride, self._out))

    def stream(self) -> LayerStream:
        """A stream that remembers the overlapping tails."""
        return _TransposeStream(self)

    def blocks(self, x: Frames) -> Frames:
        """Each input frame's own output: [B, T, in] -> [B, T, overlaps, stride, out]"""
        return (x @ self._matrix).reshape(x.shape[0], x.shape[1], self.overlaps, self.stride, self._out)

    def biased(self, y: Frames) -> Frames:
        """Add the bias to finished frames."""
        return y if self._bias is None else y + self._bias


class _TransposeStream:
    def __init__(self, conv: ConvTranspose1d) -> None:
        self._conv = conv
        self._tail: mx.array | None = None
        self._to_drop = conv.trim[0]

    def step(self, x: Frames) -> Frames:
        return self._drop_front(self._advance(x))

    def finish(self, x: Frames) -> Frames:
        y = self._advance(x)
        if self._tail is not None:
            tail = self._tail.reshape(self._tail.shape[0], -1, self._tail.shape[-1])
            y = mx.concatenate([y, self._conv.biased(tail)], axis=1)
        y = self._drop_front(y)
        return y[:, : max(0, y.shape[1] - self._conv.trim[1])]

    def held(self) -> list[mx.array]:
        return [] if self._tail is None else [self._tail]

    def _advance(self, x: Frames) -> Frames:
        """Finished frames before trimming: `stride` of them per input frame."""
        conv = self._conv
        batch, n = x.shape[0], x.shape[1]
        blocks = conv.blocks(x)
        if n == 0:
            return mx.zeros((batch, 0, blocks.shape[-1]), dtype=x.dtype)
        lag = conv.overlaps - 1
        if self._tail is None:
            self._tail = mx.zeros((batch, lag, conv.stride, blocks.shape[-1]), dtype=x.dtype)
        # Frame t of the sum is block[t][0] + block[t-1][1] + ...; the last `lag` frames are not finished yet.
        total = mx.pad(self._tail, [(0, 0), (0, n), (0, 0), (0, 0)])
        for part in range(conv.overlaps):
            total = total + mx.pad(blocks[:, :, part], [(0, 0), (part, lag - part), (0, 0), (0, 0)])
        self._tail = total[:, n:]
        return conv.biased(total[:, :n].reshape(batch, n * conv.stride, -1))

    def _drop_front(self, y: Frames) -> Frames:
        dropped = min(self._to_drop, y.shape[1])
        self._to_drop -= dropped
        return y[:, dropped:]


class Sequential:
    """Layers one after the other."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = list(layers)

    def __call__(self, x: Frames) -> Frames:
        """Through all layers."""
        for layer in self._layers:
            x = layer(x)
        return x

    def stream(self) -> LayerStream:
        """A stream through all layers."""
        return SequentialStream([layer.stream() for layer in self._layers])


class SequentialStream:
    """A stream through streams."""

    def __init__(self, streams: Sequence[LayerStream]) -> None:
        self._streams = streams

    def step(self, x: Frames) -> Frames:
        """See LayerStream."""
        for stream in self._streams:
            x = stream.step(x)
        return x

    def finish(self, x: Frames) -> Frames:
        """See LayerStream."""
        for stream in self._streams:
            x = stream.finish(x)
        return x

    def held(self) -> list[mx.array]:
        """See LayerStream."""
        return [array for stream in self._streams for array in stream.held()]


class Residual:
    """x + inner(x) for an inner layer that keeps the length; as a stream, x waits for what inner holds back."""

    def __init__(self, inner: Layer) -> None:
        self._inner = inner

    def __call__(self, x: Frames) -> Frames:
        """[B, T, C] -> [B, T, C]"""
        return x + self._inner(x)

    def stream(self) -> LayerStream:
        """A stream that remembers what inner holds back."""
        return _ResidualStream(self._inner.stream())


class _ResidualStream:
    def __init__(self, inner: LayerStream) -> None:
        self._inner = inner
        self._waiting: Frames | None = None

    def step(self, x: Frames) -> Frames:
        return self._add(x, self._inner.step(x))

    def finish(self, x: Frames) -> Frames:
        return self._add(x, self._inner.finish(x))

    def held(self) -> list[mx.array]:
        return self._inner.held() + ([] if self._waiting is None else [self._waiting])

    def _add(self, x: Frames, y: Frames) -> Frames:
        waiting = x if self._waiting is None else mx.concatenate([self._waiting, x], axis=1)
        ready = y.shape[1]
        self._waiting = waiting[:, ready:]
        return waiting[:, :ready] + y


def fold_weight_norm(gain: mx.array, direction: mx.array) -> mx.array:
    """gain * direction / |direction|, the norm over all axes but the first (torch's weight_norm, dim 0).

    A channel of length 0 is 0: rounding to few bits leaves such channels.

    Source: Salimans and Kingma 2016, arXiv:1602.07868.
    """
    norm = mx.sqrt(mx.sum(mx.square(direction), axis=tuple(range(1, direction.ndim)), keepdims=True))
    return gain * direction / mx.where(norm == 0, 1.0, norm)


def on_gpu() -> bool:
    """Whether MLX computes on a GPU in this thread."""
    return mx.default_device().type == mx.DeviceType.gpu
