"""Convolution with an impulse response of any length, in equal partitions, block by block and without a delay."""

import numpy as np
import numpy.typing as npt

from engine.types import Samples

SIZE = 512
"""Samples in a block: what a stream waits for, 21 ms at 24 kHz."""

Impulse = npt.NDArray[np.float64]


class Convolution:
    """One stream's; overlap and save, in double precision."""

    size = SIZE
    delay = 0

    def __init__(self, impulse: Impulse) -> None:
        """Prepare.

        Args:
            impulse: float64 [n], its first value for the sample itself.
        """
        parts = -(-len(impulse) // SIZE)
        padded = np.zeros(parts * SIZE)
        padded[: len(impulse)] = impulse
        self._parts = np.fft.rfft(padded.reshape(parts, SIZE), 2 * SIZE, axis=1)
        self._seen = np.zeros_like(self._parts)
        self._newest = 0
        self._before = np.zeros(SIZE)

    def block(self, samples: Samples) -> Samples:
        """The next SIZE samples."""
        current = samples.astype(np.float64)
        count = len(self._parts)
        self._newest = (self._newest - 1) % count
        self._seen[self._newest] = np.fft.rfft(np.concatenate([self._before, current]))
        self._before = current
        wrapped = count - self._newest  # the newest block meets the first part, the one before it the second
        total = np.einsum("pf,pf->f", self._parts[:wrapped], self._seen[self._newest :])
        total += np.einsum("pf,pf->f", self._parts[wrapped:], self._seen[: self._newest])
        return np.fft.irfft(total)[SIZE:].astype(np.float32)
