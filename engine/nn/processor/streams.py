"""Causal convolutions as streams in NumPy, for a processor: what `engine.nn.conv` and `strided` are where MLX computes.

A signal is one row, [time, channels], float32. A step is one product, of a few frames or of thousands; a long signal
goes a block at a time, so that what one layer makes is in the core's cache for the next. All on the thread that asks.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from engine.nn.processor.host import Floats

Signal = Floats
"""[time, channels]"""


class HostStream(Protocol):
    """One stream through one layer."""

    def step(self, x: Signal) -> Signal:
        """The outputs that the next frames decide; time may be 0. `x` may be written over."""
        ...


class HostLayer(Protocol):
    """Something that maps signals causally."""

    def stream(self) -> HostStream:
        """Begin a stream."""
        ...


class HostConv:
    """A causal convolution, perhaps with a stride: an output every `stride` frames.

    Args:
        weight: [out, kernel, in].
        bias: [out] or None.
        stride: input frames per output frame.
        dilation: frames between taps; 1 where there is a stride.
        edge: what is before the first frame: False for zeros, True for the first frame again and again.
    """

    def __init__(
        self, weight: Floats, bias: Floats | None, stride: int = 1, dilation: int = 1, edge: bool = False
    ) -> None:
        self.out, self.kernel, self.channels = weight.shape
        self.stride, self.dilation, self.edge = stride, dilation, edge
        self.before = (self.kernel - 1) * dilation + 1 - stride
        self._matrix = np.ascontiguousarray(weight.transpose(1, 2, 0).reshape(-1, self.out), dtype=np.float32)
        self._bias = bias

    def stream(self) -> HostStream:
        """A stream that remembers `before` frames."""
        return _ConvStream(self) if self.before or self.stride > 1 else _Each(self.outputs)

    def outputs(self, seen: Signal) -> Signal:
        """All outputs of frames that begin `before` frames early: [before + n * stride, in] -> [n, out]"""
        n = (len(seen) - self.before) // self.stride
        if n <= 0:
            return np.zeros((0, self.out), dtype=np.float32)
        if self.kernel > 1:
            frame, value = seen.strides
            windows = np.lib.stride_tricks.as_strided(
                seen, (n, self.kernel, self.channels), (self.stride * frame, self.dilation * frame, value)
            )
            seen = np.ascontiguousarray(windows).reshape(n, -1)
        y: Floats = seen @ self._matrix
        if self._bias is not None:
            y += self._bias
        return y


class _ConvStream:
    def __init__(self, conv: HostConv) -> None:
        self._conv = conv
        self._held: Signal | None = None

    def step(self, x: Signal) -> Signal:
        conv = self._conv
        if self._held is None:
            self._held = np.zeros((conv.before, conv.channels), dtype=np.float32)
            if conv.edge and len(x):
                self._held[:] = x[0]
            elif conv.edge:
                self._held = None
                return conv.outputs(x)
        seen = np.concatenate([self._held, x])
        n = max(0, (len(seen) - conv.before) // conv.stride)
        self._held = seen[n * conv.stride :].copy()
        return conv.outputs(seen[: conv.before + n * conv.stride])


class HostTranspose:
    """A causal transposed convolution whose kernel is a multiple of its stride; each frame gives `stride` final ones.

    Args:
        weight: [out, kernel, in].
        bias: [out] or None.
        stride: output frames per input frame.
    """

    def __init__(self, weight: Floats, bias: Floats | None, stride: int) -> None:
        out, kernel, channels = weight.shape
        if kernel % stride:
            raise ValueError(f"kernel {kernel} is not a multiple of stride {stride}")
        overlaps = kernel // stride
        # What a frame is made of, the oldest first: [overlaps * in, stride * out].
        parts = weight.transpose(2, 1, 0).reshape(channels, overlaps, stride * out).transpose(1, 0, 2)[::-1]
        self._conv = HostConv(
            np.ascontiguousarray(parts.transpose(2, 0, 1)), None if bias is None else np.tile(bias, stride)
        )
        self._out = out

    def stream(self) -> HostStream:
        """A stream that remembers the frames that go on sounding."""
        inner, out = self._conv.stream(), self._out
        return _Each(lambda x: inner.step(x).reshape(-1, out))


class HostUpsample:
    """As `HostTranspose` for each channel by itself.

    Args:
        weight: [channels, kernel].
        stride: output frames per input frame.
    """

    def __init__(self, weight: Floats, stride: int) -> None:
        channels, kernel = weight.shape
        if kernel % stride:
            raise ValueError(f"kernel {kernel} is not a multiple of stride {stride}")
        self.lag = kernel // stride - 1
        self.taps = np.ascontiguousarray(weight.T.reshape(self.lag + 1, stride, channels), dtype=np.float32)

    def stream(self) -> HostStream:
        """A stream that remembers the frames that go on sounding."""
        return _UpsampleStream(self)


class _UpsampleStream:
    def __init__(self, layer: HostUpsample) -> None:
        self._layer = layer
        self._held = np.zeros((layer.lag, layer.taps.shape[2]), dtype=np.float32)

    def step(self, x: Signal) -> Signal:
        taps, lag = self._layer.taps, self._layer.lag
        seen = np.concatenate([self._held, x])
        self._held = seen[len(seen) - lag :].copy()
        y = seen[lag:, None] * taps[0]
        for part in range(1, lag + 1):
            y += seen[lag - part : len(seen) - part, None] * taps[part]
        return y.reshape(-1, taps.shape[2])


class HostPointwise:
    """Anything that treats each frame by itself; it may write over what it is given."""

    def __init__(self, function: Callable[[Signal], Signal]) -> None:
        self._function = function

    def stream(self) -> HostStream:
        """A stream without memory."""
        return _Each(self._function)


class HostResidual:
    """x + inner(x), for inner layers that keep the length."""

    def __init__(self, inner: Sequence[HostLayer]) -> None:
        self._inner = inner

    def stream(self) -> HostStream:
        """A stream through the inner layers."""
        streams = HostStreams(self._inner)
        # The first inner layer may write over its input, which is still to be added.
        return _Each(lambda x: np.add(x, streams.step(x.copy())))


class HostStreams:
    """One stream through layers one after the other."""

    def __init__(self, layers: Sequence[HostLayer]) -> None:
        self._streams = [layer.stream() for layer in layers]

    def step(self, x: Signal) -> Signal:
        """See HostStream."""
        for stream in self._streams:
            x = stream.step(x)
        return x


class _Each:
    def __init__(self, function: Callable[[Signal], Signal]) -> None:
        self._function = function

    def step(self, x: Signal) -> Signal:
        return self._function(x)


def elu(x: Signal) -> Signal:
    """x above 0, e^x - 1 below, in place."""
    below = np.minimum(x, np.float32(0))
    np.exp(below, out=below)
    below -= np.float32(1)
    np.maximum(x, below, out=x)
    return x
