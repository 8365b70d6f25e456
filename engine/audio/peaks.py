"""A stream of any length -> a few pairs of lowest and highest sample, to draw a waveform. Draws nothing itself."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from engine.types import Samples


def peaks(blocks: Iterable[Samples], n: int) -> npt.NDArray[np.float32]:
    """Lowest and highest sample of `n` equal stretches, in one pass and constant memory.

    Args:
        blocks: float32 [any] each.
        n: how many pairs; fewer come only from a stream shorter than n samples.

    Returns:
        float32 [n, 2]: lowest, highest. A stretch begins within a quarter of its length of where it should.
    """
    buckets = _Buckets(8 * max(1, n))
    for block in blocks:
        buckets.add(block)
    lows, highs = buckets.all()
    if not len(lows):
        return np.zeros((0, 2), dtype=np.float32)
    starts = np.unique(np.arange(n) * len(lows) // n)
    return np.stack([np.minimum.reduceat(lows, starts), np.maximum.reduceat(highs, starts)], axis=1)


class _Buckets:
    """At most `limit` (even) buckets of equal length; when all are full, neighbours merge and the length doubles."""

    def __init__(self, limit: int) -> None:
        self._lows = np.zeros(limit, dtype=np.float32)
        self._highs = np.zeros(limit, dtype=np.float32)
        self._size = 1
        self._full = 0
        self._rest = np.zeros(0, dtype=np.float32)

    def add(self, samples: Samples) -> None:
        samples = np.concatenate([self._rest, samples])
        while len(samples) >= self._size:
            count = min(len(samples) // self._size, len(self._lows) - self._full)
            frames = samples[: count * self._size].reshape(count, self._size)
            self._lows[self._full : self._full + count] = frames.min(axis=1)
            self._highs[self._full : self._full + count] = frames.max(axis=1)
            self._full += count
            samples = samples[count * self._size :]
            if self._full == len(self._lows):
                self._merge()
        self._rest = samples

    def all(self) -> tuple[Samples, Samples]:
        """Lows and highs of the buckets, the begun one included."""
        lows, highs = self._lows[: self._full], self._highs[: self._full]
        if not len(self._rest):
            return lows, highs
        return np.append(lows, self._rest.min()), np.append(highs, self._rest.max())

    def _merge(self) -> None:
        half = len(self._lows) // 2
        self._lows[:half] = np.minimum(self._lows[::2], self._lows[1::2])
        self._highs[:half] = np.maximum(self._highs[::2], self._highs[1::2])
        self._full = half
        self._size *= 2
