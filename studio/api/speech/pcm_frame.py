"""Sound as one binary message of a WebSocket. Knows nothing of requests or sockets.

bytes 0-3    b"PCM0"
bytes 4-7    sample rate in Hz          u32, little-endian like all that follows
bytes 8-11   samples of each channel    u32
bytes 12-15  channels, always 1         u32
from 16      the samples                float32, nominally -1 to 1
"""

import struct
from collections.abc import Iterator

import numpy as np

from engine.errors import AudioFormatError
from engine.types import Samples

MAGIC = b"PCM0"
FRAME_SAMPLES = 24_000
"""About a second, 96 kB: many clients refuse messages above a megabyte, and a cancel is felt between two."""

_HEADER = struct.Struct("<4sIII")


def parted(samples: Samples) -> Iterator[Samples]:
    """The samples in parts that one message can carry, in order; none for no samples.

    Args:
        samples: float32 [n], mono.

    Raises:
        AudioFormatError: samples is not float32, or not one-dimensional.
    """
    if samples.dtype != np.float32 or samples.ndim != 1:
        raise AudioFormatError(f"Expected float32 [n], got {samples.dtype} {samples.shape}.")
    for start in range(0, len(samples), FRAME_SAMPLES):
        yield samples[start : start + FRAME_SAMPLES]


def frame(part: Samples, sample_rate: int) -> bytes:
    """One message with these samples, no more than `FRAME_SAMPLES`."""
    return _HEADER.pack(MAGIC, sample_rate, len(part), 1) + part.astype("<f4").tobytes()


def frames(samples: Samples, sample_rate: int) -> Iterator[bytes]:
    """The messages that carry these samples, in order; none for no samples.

    Args:
        samples: float32 [n], mono.
        sample_rate: Hz.

    Raises:
        AudioFormatError: samples is not float32, or not one-dimensional.
    """
    for part in parted(samples):
        yield frame(part, sample_rate)
