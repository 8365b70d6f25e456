"""Causal convolutions that change the rate: fewer frames by a stride, more of them channel by channel.

As those of `engine.nn.conv`, they give the same numbers whole and as a stream, of any number of frames a step: a step
returns what its frames decide, and nothing is looked ahead for.
"""

import mlx.core as mx

from engine.nn.conv import Frames, LayerStream


class StridedConv1d:
    """A causal convolution with a stride: an output every `stride` frames, of those and of the ones before them.

    Args:
        weight: [out, kernel, in], MLX's layout; the kernel at least as long as the stride.
        bias: [out] or None.
        stride: input frames per output frame.
        edge: what is before the first frame: False for zeros, True for the first frame again and again.
    """

    def __init__(self, weight: mx.array, bias: mx.array | None, stride: int, edge: bool = False) -> None:
        out, kernel, channels = weight.shape
        if kernel < stride:
            raise ValueError(f"a kernel of {kernel} leaves frames out at stride {stride}")
        self.stride = stride
        self.before = kernel - stride
        self.edge = edge
        self._bias = bias
        # A block is `stride` frames side by side; a kernel of several blocks is several products. One that is no whole
        # number of blocks begins with zeros.
        blocks = -(-kernel // stride)
        padded = mx.pad(weight.transpose(1, 2, 0), [(blocks * stride - kernel, 0), (0, 0), (0, 0)])
        matrix = padded.reshape(blocks, stride * channels, out)
        self._blocks = [mx.contiguous(matrix[index]) for index in range(blocks)]
        self._lead = blocks * stride - kernel
        mx.eval(self._blocks)

    def __call__(self, x: Frames) -> Frames:
        """[B, T, in] -> [B, T // stride, out]"""
        return self.stream().step(x)

    def stream(self) -> LayerStream:
        """A stream that remembers what its next output sees."""
        return _StridedStream(self)

    def outputs(self, x: Frames) -> Frames:
        """All outputs of frames that begin `before` frames before the first one's own: [B, before + n * stride, in]"""
        batch, length, channels = x.shape
        n = (length - self.before) // self.stride
        if n <= 0:
            return mx.zeros((batch, 0, self._blocks[0].shape[1]), dtype=x.dtype)
        if self._lead:
            x = mx.pad(x, [(0, 0), (self._lead, 0), (0, 0)])
        rows = x.reshape(batch, -1, self.stride * channels)
        y = rows[:, :n] @ self._blocks[0] if self._bias is None else mx.addmm(self._bias, rows[:, :n], self._blocks[0])
        for index in range(1, len(self._blocks)):
            y = mx.addmm(y, rows[:, index : index + n], self._blocks[index])
        return y


class _StridedStream:
    def __init__(self, conv: StridedConv1d) -> None:
        self._conv = conv
        self._held: Frames | None = None

    def step(self, x: Frames) -> Frames:
        conv = self._conv
        if self._held is None:
            if x.shape[1] == 0:
                return conv.outputs(x)
            first = mx.repeat(x[:, :1], conv.before, axis=1) if conv.edge else None
            before = mx.zeros((x.shape[0], conv.before, x.shape[2]), dtype=x.dtype) if first is None else first
            self._held = before
        seen = mx.concatenate([self._held, x], axis=1)
        n = max(0, (seen.shape[1] - conv.before) // conv.stride)
        self._held = seen[:, n * conv.stride :]
        return conv.outputs(seen[:, : conv.before + n * conv.stride])

    finish = step  # frames that fill no stride make no output

    def held(self) -> list[mx.array]:
        return [] if self._held is None else [self._held]


class DepthwiseUpsample:
    """A causal transposed convolution of each channel by itself: `stride` frames for one, final as soon as it is there.

    Args:
        weight: [channels, kernel]; the kernel a multiple of the stride.
        bias: [channels] or None.
        stride: output frames per input frame.
    """

    def __init__(self, weight: mx.array, bias: mx.array | None, stride: int) -> None:
        channels, kernel = weight.shape
        if kernel % stride:
            raise ValueError(f"kernel {kernel} is not a multiple of stride {stride}")
        self.stride = stride
        self.overlaps = kernel // stride
        self._bias = bias
        # [overlaps, stride, channels]: what a frame gives now, and to the frames after it.
        self._taps = mx.contiguous(weight.T.reshape(self.overlaps, stride, channels))
        mx.eval(self._taps)

    def __call__(self, x: Frames) -> Frames:
        """[B, T, C] -> [B, T * stride, C]"""
        return self.stream().step(x)

    def stream(self) -> LayerStream:
        """A stream that remembers the frames that go on sounding."""
        return _UpsampleStream(self)

    def outputs(self, x: Frames, n: int) -> Frames:
        """Of the last n frames of x, which has `overlaps` - 1 more before them: [B, n * stride, C]"""
        batch, _, channels = x.shape
        lag = self.overlaps - 1
        y = x[:, lag : lag + n, None] * self._taps[0]
        for part in range(1, self.overlaps):
            y = y + x[:, lag - part : lag - part + n, None] * self._taps[part]
        y = y.reshape(batch, n * self.stride, channels)
        return y if self._bias is None else y + self._bias


class _UpsampleStream:
    def __init__(self, conv: DepthwiseUpsample) -> None:
        self._conv = conv
        self._held: Frames | None = None

    def step(self, x: Frames) -> Frames:
        lag = self._conv.overlaps - 1
        if self._held is None:
            self._held = mx.zeros((x.shape[0], lag, x.shape[2]), dtype=x.dtype)
        seen = mx.concatenate([self._held, x], axis=1)
        self._held = seen[:, seen.shape[1] - lag :]
        return self._conv.outputs(seen, x.shape[1])

    finish = step

    def held(self) -> list[mx.array]:
        return [] if self._held is None else [self._held]
