"""A look-ahead limiter as a stream: no point between the samples above a ceiling, no click, no sample more or less.

The gain falls smoothly in the LOOK_AHEAD_S before a peak, is low enough at the peak, and rises again at RELEASE_S.
Works on a grid of its own, so that the same samples come out for blocks of any size. Knows no targets.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from engine.audio import truepeak
from engine.audio.pcm import check_samples
from engine.types import Samples

LOOK_AHEAD_S = 0.005
# From silence-loud to full gain; 6 dB are given back in half of it.
RELEASE_S = 0.2
_GRID = 16_384

_Gains = npt.NDArray[np.float64]


def limit(blocks: Iterable[Samples], sample_rate: int, *, gain: float, ceiling: float) -> Iterator[Samples]:
    """Amplify a stream, and hold it below a ceiling.

    Args:
        blocks: float32 [n] each.
        sample_rate: Hz.
        gain: factor for every sample.
        ceiling: amplitude that no sample, and no point between samples, exceeds.

    Yields:
        Samples: as many samples in all as came in, in blocks of our own size.

    Raises:
        AudioFormatError: not samples.
    """
    limiter = Limiter(sample_rate, gain, ceiling)
    taken = given = 0
    skip = limiter.delay
    for cell in _cells(blocks):
        taken += len(cell)
        out = limiter.block(np.pad(cell, (0, _GRID - len(cell))) if len(cell) < _GRID else cell)
        out, skip = out[skip:], max(0, skip - len(out))
        if len(out):
            given += len(out)
            yield out
    silence = np.zeros(_GRID, dtype=np.float32)
    while given < taken:
        out = limiter.block(silence)
        out, skip = out[skip:][: taken - given], max(0, skip - len(out))
        given += len(out)
        if len(out):
            yield out


def _cells(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The stream cut on the grid; the last cell may be shorter."""
    cell = np.zeros(_GRID, dtype=np.float32)
    filled = 0
    for block in blocks:
        check_samples(block)
        start = 0
        while start < len(block):
            piece = block[start : start + _GRID - filled]
            cell[filled : filled + len(piece)] = piece
            filled += len(piece)
            start += len(piece)
            if filled == _GRID:
                yield cell
                cell = np.zeros(_GRID, dtype=np.float32)
                filled = 0
    if filled:
        yield cell[:filled]


class Limiter:
    """Takes blocks of one size, returns as many samples, `delay` samples late."""

    def __init__(self, sample_rate: int, gain: float, ceiling: float, size: int = _GRID) -> None:
        """Prepare; `gain` and `ceiling` as in `limit`, `size` samples in each block, LOOK_AHEAD_S of them or more."""
        self.size = size
        self._gain = np.float32(gain)
        self._ceiling = ceiling
        self._ahead = max(2, round(LOOK_AHEAD_S * sample_rate))
        self._slopes: _Gains = np.arange(1, self.size + 1) / (RELEASE_S * sample_rate)
        self._recent = np.zeros(2 * truepeak.REACH, dtype=np.float32)
        self._cell = np.zeros(self.size, dtype=np.float32)
        self._gains: _Gains = np.ones(self.size)
        self._earlier: _Gains = np.ones(self._ahead)
        self.delay = self.size + truepeak.REACH

    def block(self, samples: Samples) -> Samples:
        """The next `size` samples in, as many out."""
        joined = np.concatenate([self._recent, samples * self._gain])
        self._recent = joined[-2 * truepeak.REACH :].copy()
        current = joined[truepeak.REACH : truepeak.REACH + self.size].copy()
        gains = self._recovering(self._needed(joined, current))
        out = self._apply(np.concatenate([self._earlier, self._gains, gains[: self._ahead]]))
        self._earlier = self._gains[-self._ahead :]
        self._gains, self._cell = gains, current
        return out

    def _needed(self, joined: Samples, current: Samples) -> _Gains | None:
        """For each sample the gain that brings it and the points beside it to the ceiling; None where all is below."""
        if float(np.abs(joined).max()) * truepeak.gain_bound() <= self._ceiling:
            return None
        points = truepeak.between(joined)
        peaks = np.maximum(np.abs(current), np.maximum(points[:-1], points[1:])).astype(np.float64)
        return self._ceiling / np.maximum(peaks, self._ceiling)

    def _recovering(self, needed: _Gains | None) -> _Gains:
        """The gain never rises faster than the release: a running minimum of lines that rise with it."""
        last = self._gains[-1]
        if needed is None:
            return np.minimum(last + self._slopes, 1.0)
        lowest = np.minimum.accumulate(needed - self._slopes)
        return np.minimum(lowest, last) + self._slopes

    def _apply(self, gains: _Gains) -> Samples:
        """The previous cell at gains [ahead + self.size + ahead], lowered before each peak and smoothed."""
        if gains.min() >= 1.0:
            return self._cell
        lowered = _sliding_minimum(gains, self._ahead + 1)
        # Two boxes are a triangle, as long as the minimum looks ahead: at a peak it sees nothing but its gain.
        first = self._ahead // 2 + 1
        smooth = _sliding_mean(_sliding_mean(lowered, first), self._ahead + 2 - first)
        out = self._cell * smooth.astype(np.float32)
        # Rounding only: what is above the ceiling here is so by less than a millionth.
        return np.clip(out, -self._ceiling, self._ceiling, out=out)


def _sliding_minimum(values: _Gains, width: int) -> _Gains:
    """Minimum of each `width` neighbours, [n - width + 1], by doubling."""
    size = 1
    minima = values
    while 2 * size <= width:
        minima = np.minimum(minima[:-size], minima[size:])
        size *= 2
    count = len(values) - width + 1
    return np.minimum(minima[:count], minima[width - size : width - size + count])


def _sliding_mean(values: _Gains, width: int) -> _Gains:
    """Mean of each `width` neighbours, [n - width + 1]."""
    sums = np.concatenate([np.zeros(1), np.cumsum(values)])
    return (sums[width:] - sums[:-width]) / width
