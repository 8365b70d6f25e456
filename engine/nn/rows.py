"""Convolutions in NumPy for a processor: signals are [time, channels], float32, computed a block of rows at a time.

A block's windows are written side by side, so that one matrix product sums over all taps: the blocks stay in a core's
cache, NumPy's own BLAS multiplies, and `spread` gives each core its blocks.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.nn.cores import spread

Rows = npt.NDArray[np.float32]
"""[time, channels]"""
Prepare = Callable[[Rows, Rows], Any]
"""Writes what is convolved: of some frames of the signal (first), each by itself, into the second."""
BLOCK_VALUES = 1 << 15  # of a signal, in a block


class RowConv:
    """A convolution with stride 1, without bias.

    Args:
        weight: [out, kernel, in].
        dilation: frames between taps.
        padding: (before, after) in frames.
        outside: what a prepared signal is beyond its ends.
    """

    def __init__(
        self, weight: Rows, dilation: int = 1, padding: tuple[int, int] = (0, 0), outside: float = 0.0
    ) -> None:
        self.out, self._kernel, self._channels = weight.shape
        self._matrix = np.ascontiguousarray(weight.transpose(1, 2, 0).reshape(-1, self.out), dtype=np.float32)
        self._dilation = dilation
        self._reach = (self._kernel - 1) * dilation
        self._padding = padding
        self._outside = outside

    def __call__(self, x: Rows, prepare: Prepare, after: Callable[[Rows, int, int], Any] | None = None) -> Rows:
        """The convolution of what `prepare` makes of x.

        Args:
            x: [time, in].
            prepare: see Prepare.
            after: is given the result and which of its rows (from, to) are there now, while they are in the cache.

        Returns:
            [time + padding - reach, out].
        """
        n = max(0, len(x) + sum(self._padding) - self._reach)
        result = np.empty((n, self.out), dtype=np.float32)

        def work(start: int, end: int) -> None:
            np.matmul(self._windows(x, start, end, prepare), self._matrix, out=result[start:end])
            if after is not None:
                after(result, start, end)

        spread(work, n, block_rows(self._channels))
        return result

    def _windows(self, x: Rows, start: int, end: int, prepare: Prepare) -> Rows:
        """What some outputs see: [end - start, kernel * in]"""
        first, last = start - self._padding[0], end - self._padding[0] + self._reach
        low, high = max(0, first), min(last, len(x))
        seen = np.empty((last - first, self._channels), dtype=np.float32)
        seen[: low - first] = self._outside
        seen[max(0, high - first) :] = self._outside
        prepare(x[low:high], seen[low - first : high - first])
        if self._kernel == 1:
            return seen
        frame, value = seen.strides
        taps = np.lib.stride_tricks.as_strided(
            seen, (end - start, self._kernel, self._channels), (frame, self._dilation * frame, value)
        )
        return np.ascontiguousarray(taps).reshape(end - start, -1)


class RowMoments:
    """Mean and variance over time of a signal that comes a block at a time, in any order, from any thread.

    Source: Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
    """

    def __init__(self) -> None:
        self._blocks: dict[int, tuple[int, Rows, Rows]] = {}

    def add(self, x: Rows, start: int, end: int) -> None:
        """The rows from `start` to `end` of x are there."""
        part = x[start:end]
        mean = np.full(len(part), 1 / len(part), dtype=np.float32) @ part
        away = part - mean
        self._blocks[start] = (len(part), mean, np.einsum("tc,tc->c", away, away))

    def result(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Mean and (population) variance: two [channels]."""
        # In the signal's order, so that a sum does not depend on which thread was first.
        blocks = [self._blocks[start] for start in sorted(self._blocks)]
        counts = np.array([count for count, _, _ in blocks], dtype=np.float64)[:, None]
        means = np.array([mean for _, mean, _ in blocks], dtype=np.float64)
        squares = np.array([square for _, _, square in blocks], dtype=np.float64)
        mean = (counts * means).sum(axis=0) / counts.sum()
        return mean, (squares + counts * np.square(means - mean)).sum(axis=0) / counts.sum()


def block_rows(channels: int) -> int:
    """How many rows of a signal make a block."""
    return max(16, BLOCK_VALUES // channels)
