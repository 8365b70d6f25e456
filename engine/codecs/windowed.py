"""Streaming for codecs that cannot do it exactly: windows with context on both sides, joined by a crossfade.

Knows no codec: it is given a function that decodes a stretch of frames.
"""

import math
from collections.abc import Callable, Sequence

import mlx.core as mx

from engine.codecs.schedule import Schedule

Codes = Sequence[mx.array]
"""One int array a codebook, [1, frames * that codebook's codes a frame]."""

Decode = Callable[[Codes, int], mx.array]
"""(codes, first frame's place in the stream) -> samples [1, frames * frame_size]."""


class WindowedStream:
    """One stream of codes to samples. Its length is exact; its content is as good as the context is long.

    Args:
        decode: decodes a stretch by itself.
        frame_size: samples a frame.
        rates: codes a frame in each codebook.
        schedule: its lookback, lookforward and crossfade.
    """

    def __init__(self, decode: Decode, frame_size: int, rates: Sequence[int], schedule: Schedule) -> None:
        self._decode = decode
        self._frame_size = frame_size
        self._rates = rates
        self._schedule = schedule
        self._codes: list[mx.array] | None = None
        self._start = 0  # place of the first frame kept
        self._received = 0
        self._given = 0
        self._tail: mx.array | None = None

    def step(self, codes: Codes) -> mx.array:
        """The samples of the frames that have enough after them: [1, n], n may be 0."""
        self._take(codes)
        return self._give(self._received - self._schedule.lookforward)

    def finish(self, codes: Codes) -> mx.array:
        """The last frames (possibly none): all remaining samples."""
        self._take(codes)
        return self._give(self._received)

    def _take(self, codes: Codes) -> None:
        self._received += codes[0].shape[1] // self._rates[0]
        kept = self._codes
        self._codes = (
            list(codes)
            if kept is None
            else [mx.concatenate([old, new], axis=1) for old, new in zip(kept, codes, strict=True)]
        )

    def _give(self, end: int) -> mx.array:
        if end <= self._given or self._codes is None:
            return mx.zeros((1, 0))
        self._forget(self._given - self._schedule.lookback)
        samples = self._decode(self._codes, self._start)
        begin, finish = ((place - self._start) * self._frame_size for place in (self._given, end))
        chunk = samples[:, begin:finish]
        if self._tail is not None:
            chunk = _joined(self._tail, chunk)
        self._tail = samples[:, finish : finish + self._schedule.crossfade]
        self._given = end
        mx.async_eval(chunk, self._tail, *self._codes)
        return chunk

    def _forget(self, place: int) -> None:
        """Drop the frames before a place."""
        drop = max(0, place - self._start)
        if drop and self._codes is not None:
            self._codes = [code[:, drop * rate :] for code, rate in zip(self._codes, self._rates, strict=True)]
            self._start += drop


def _joined(tail: mx.array, chunk: mx.array) -> mx.array:
    """The chunk, its beginning blended with what the window before made of the same stretch."""
    n = min(tail.shape[1], chunk.shape[1])
    return mx.concatenate([crossfade(tail[:, :n], chunk[:, :n]), chunk[:, n:]], axis=1) if n else chunk


def crossfade(old: mx.array, new: mx.array) -> mx.array:
    """From one signal to another of the same length with equal power all along: [..., n], [..., n] -> [..., n].

    Two decodings of the same frames are nearly the same signal, and quarter-sine gains would swell where they add up;
    so the gains are divided by what the signals' correlation adds. Uncorrelated, they are the usual quarter sines;
    identical, the result is the signal itself.
    """
    n = old.shape[-1]
    angle = (mx.arange(n) + 0.5) * (math.pi / 2 / max(n, 1))
    power = mx.sqrt(mx.sum(old * old, axis=-1, keepdims=True) * mx.sum(new * new, axis=-1, keepdims=True))
    alike = mx.clip(mx.sum(old * new, axis=-1, keepdims=True) / mx.maximum(power, 1e-12), 0.0, 1.0)
    return (mx.cos(angle) * old + mx.sin(angle) * new) / mx.sqrt(1 + alike * mx.sin(2 * angle))
