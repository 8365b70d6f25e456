"""Convolutions in NumPy for a processor: signals are [time, channels], float32, computed a block of rows at a time.

Each block is prepared and convolved by one core while it is in that core's cache, and NumPy's own BLAS multiplies. A
kernel of up to four taps has its windows written side by side and is one product. A longer one goes through a short
discrete Fourier transform, in which a convolution is one product a frequency: the transforms are small products
themselves, and a half to two thirds of all multiplications are saved. Both are exact to float32's rounding.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.nn.processor.cores import spread

Rows = npt.NDArray[np.float32]
"""[time, channels]"""
Prepare = Callable[[Rows, Rows], Any]
"""Writes what is convolved: of some frames of the signal (first), each by itself, into the second."""
BLOCK_VALUES = 1 << 18  # of a signal, in a block: 1 MiB, and its spectra five more
LONG = 5  # taps; for fewer the transforms cost what they save


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
        self._out, self._kernel, self._channels = weight.shape
        self._dilation = dilation
        self._reach = (self._kernel - 1) * dilation
        self._padding = padding
        self._outside = outside
        taps = weight.transpose(1, 2, 0)
        self._fourier = _Fourier.of(self._kernel) if self._kernel >= LONG else None
        # One matrix for all taps side by side, or one a frequency.
        self._matrix = (
            np.ascontiguousarray(taps.reshape(-1, self._out), dtype=np.float32)
            if self._fourier is None
            else self._fourier.weights(taps)
        )

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
        result = np.empty((n, self._out), dtype=np.float32)

        def work(start: int, end: int) -> None:
            if self._fourier is None:
                np.matmul(self._side_by_side(x, start, end, prepare), self._matrix, out=result[start:end])
            else:
                result[start:end] = self._through_fourier(x, start, end, prepare, self._fourier)
            if after is not None:
                after(result, start, end)

        spread(work, n, block_rows(self._channels))
        return result

    def _side_by_side(self, x: Rows, start: int, end: int, prepare: Prepare) -> Rows:
        """What some outputs see: [end - start, kernel * in]"""
        seen = self._seen(x, start, end - start + self._reach, prepare)
        if self._kernel == 1:
            return seen
        frame, value = seen.strides
        taps = np.lib.stride_tricks.as_strided(
            seen, (end - start, self._kernel, self._channels), (frame, self._dilation * frame, value)
        )
        return np.ascontiguousarray(taps).reshape(end - start, -1)

    def _through_fourier(self, x: Rows, start: int, end: int, prepare: Prepare, fourier: "_Fourier") -> Rows:
        """Some outputs: [end - start, out]"""
        # Every dilation-th frame is a signal of its own; each is cut into windows of which some frames come out.
        step = self._dilation
        count = -(-(end - start) // (step * fourier.gives))
        seen = self._seen(x, start, count * step * fourier.gives + self._reach, prepare)
        frame, value = seen.strides
        windows = np.lib.stride_tricks.as_strided(
            seen,
            (count, step, fourier.size, self._channels),
            (fourier.gives * step * frame, frame, step * frame, value),
        )
        spectra = np.matmul(fourier.there, windows).reshape(count * step, -1, self._channels)
        products = np.empty((count * step, len(self._matrix), self._out), dtype=np.float32)
        np.matmul(spectra.transpose(1, 0, 2), self._matrix, out=products.transpose(1, 0, 2))
        found = np.empty((count, fourier.gives, step, self._out), dtype=np.float32)
        np.matmul(fourier.back, products.reshape(count, step, -1, self._out), out=found.transpose(0, 2, 1, 3))
        return found.reshape(-1, self._out)[: end - start]

    def _seen(self, x: Rows, start: int, count: int, prepare: Prepare) -> Rows:
        """Prepared frames, from the first that output `start` sees: [count, in]"""
        first = start - self._padding[0]
        low, high = max(0, first), max(0, min(first + count, len(x)))
        seen = np.empty((count, self._channels), dtype=np.float32)
        seen[: low - first] = self._outside
        seen[max(0, high - first) :] = self._outside
        prepare(x[low:high], seen[low - first : high - first])
        return seen


class _Fourier:
    """A convolution of a window of `size` frames as a product for each row of a spectrum.

    A frequency's three rows are its real and imaginary part and their sum: three products of real numbers make one of
    complex ones (Gauss). Source: R. Blahut, "Fast Algorithms for Signal Processing" (2010), chapters 1 and 5.

    Attributes:
        size: frames of a window.
        gives: of these, outputs.
        there: [rows, size], window to spectrum.
        back: [gives, rows], products to outputs.
    """

    def __init__(self, kernel: int, size: int) -> None:
        self.size, self.gives = size, size - kernel + 1
        turns = 2 * np.pi * np.outer(np.arange(size // 2 + 1), np.arange(size)) / size
        cosine, sine = np.cos(turns), np.sin(turns)
        there: list[npt.NDArray[np.float64]] = []
        weigh: list[npt.NDArray[np.float64]] = []
        back: list[npt.NDArray[np.float64]] = []
        for frequency in range(size // 2 + 1):
            c, s = cosine[frequency], sine[frequency]
            taps, tap_sines = c[:kernel], s[:kernel]
            if frequency in (0, size // 2):  # real; size is even
                there.append(c)
                weigh.append(taps)
                back.append(c[: self.gives] / size)
                continue
            # (a + bi)(c + di) with a + bi = sum x e^-it, c + di = sum w e^it, from (a + b)c, a(d - c) and b(c + d).
            there += [c - s, c, -s]
            weigh += [taps, tap_sines - taps, taps + tap_sines]
            c, s = 2 * c[: self.gives] / size, 2 * s[: self.gives] / size
            back += [c - s, -s, -c]
        self.there = np.array(there, dtype=np.float32)
        self.back = np.ascontiguousarray(np.array(back).T, dtype=np.float32)
        self._weigh = np.array(weigh, dtype=np.float32)

    @staticmethod
    @cache
    def of(kernel: int) -> "_Fourier":
        """For a kernel: windows of about twice its length, where weights and work are both few."""
        return _Fourier(kernel, 2 * kernel + 2)

    def weights(self, taps: Rows) -> Rows:
        """[kernel, in, out] -> [rows, in, out]"""
        found = self._weigh @ np.ascontiguousarray(taps).reshape(len(taps), -1)
        return found.reshape(-1, *taps.shape[1:])


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
