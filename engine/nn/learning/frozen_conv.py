"""A convolution whose weights stay as they are while something before it is learned.

On a processor a convolution is one product after another, and MLX's own derivative of that keeps every one of them:
5.3 s for a second of Kokoro's sound. The derivative by the signal is the same taps the other way round: 2.3 s.
"""

import mlx.core as mx

from engine.nn import conv
from engine.nn.conv import Conv1d, Frames, on_gpu
from engine.nn.learning.own_slope import with_slope


class FrozenConv1d(Conv1d):
    """As Conv1d; `mx.grad` goes through it to the signal, and never to its weights."""

    def valid(self, x: Frames) -> Frames:
        """The convolution without padding: [B, T, in] -> [B, T - reach, out]"""
        if on_gpu() or self._depthwise or x.shape[1] <= self.reach:
            return super().valid(x)
        return with_slope(super().valid, lambda signal, given, _: self._back(given, signal.shape[1]))(x)

    def _back(self, given: Frames, frames: int) -> Frames:
        """What each frame of the signal has to do with the sum of the given: [B, T - reach, out] -> [B, T, in]"""
        padded = mx.pad(given, [(0, 0), (self.reach, self.reach), (0, 0)])
        block = conv.CPU_BLOCK
        parts: list[Frames] = []
        for start in range(0, frames, block):
            end = min(start + block, frames)
            part: Frames | None = None
            for tap in range(self.kernel):
                first = self.reach - tap * self.dilation
                piece, matrix = padded[:, first + start : first + end], self._weight[tap].T
                part = piece @ matrix if part is None else mx.addmm(part, piece, matrix)
            assert part is not None
            parts.append(part)
        return parts[0] if len(parts) == 1 else mx.concatenate(parts, axis=1)
