"""Sample rate conversion, whole and streaming, with the same samples either way (soxr, high quality)."""

import numpy as np
import soxr

from engine.errors import AudioFormatError
from engine.types import Samples

# Beyond these a header is a lie, and soxr's filters would grow with the ratio.
MIN_RATE_HZ = 1_000
MAX_RATE_HZ = 1_000_000


def check_rate(sample_rate: int) -> None:
    """Refuse a rate nobody records at.

    Raises:
        AudioFormatError: outside MIN_RATE_HZ to MAX_RATE_HZ.
    """
    if not MIN_RATE_HZ <= sample_rate <= MAX_RATE_HZ:
        raise AudioFormatError(
            f"A sample rate of {sample_rate} Hz cannot be used; expected {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz."
        )


def resample(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """Convert float32 [n] from one rate to another; round(n * to_rate / from_rate) samples, in phase with the input.

    Raises:
        AudioFormatError: a rate out of range.
    """
    check_rate(from_rate)
    check_rate(to_rate)
    if from_rate == to_rate or len(samples) == 0:
        return samples
    return soxr.resample(samples, from_rate, to_rate).astype(np.float32, copy=False)


class StreamingResampler:
    """One stream's conversion. All that `feed` and `finish` return, joined, is `resample` of the whole, bit for bit.

    Not thread-safe; belongs to its stream.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        check_rate(from_rate)
        check_rate(to_rate)
        self._same = from_rate == to_rate
        self._stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32")
        self._fed = False
        self._finished = False

    def feed(self, samples: Samples) -> Samples:
        """Take the next float32 [n] and return what is ready, possibly nothing."""
        if self._same or len(samples) == 0:
            return samples
        self._fed = True
        return self._stream.resample_chunk(samples)

    def finish(self) -> Samples:
        """The stream has ended: return the rest. A second call returns nothing."""
        empty = np.zeros(0, dtype=np.float32)
        if self._same or self._finished or not self._fed:
            return empty
        self._finished = True
        return self._stream.resample_chunk(empty, last=True)
