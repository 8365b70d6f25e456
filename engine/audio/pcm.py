"""float32 samples <-> signed 16-bit little-endian bytes. Knows nothing of files, rates or codecs."""

import numpy as np
import numpy.typing as npt

from engine.errors import AudioFormatError
from engine.types import Samples

Pcm16 = npt.NDArray[np.int16]
"""Mono audio as the files keep it: int16, shape [n]."""

# 2^15, as libsndfile and ffmpeg scale: int16 -> float32 -> int16 then gives back every value, so that a segment out of
# the cache, a decoded WAV and the voice's own int16 samples are the same samples. +1.0 is clipped to 32767.
_SCALE = 32768.0


def check_samples(samples: Samples) -> None:
    """Refuse what nobody can play.

    Raises:
        AudioFormatError: samples is not float32, not one-dimensional, or holds NaN or infinity.
    """
    if samples.dtype != np.float32 or samples.ndim != 1:
        raise AudioFormatError(f"Expected mono float32 samples [n], got {samples.dtype} {list(samples.shape)}.")
    if not np.isfinite(samples).all():
        raise AudioFormatError("The sound holds numbers that are not samples (NaN or infinity); nothing was written.")


def quantise(samples: Samples) -> Pcm16:
    """Round float32 [n] to int16 [n]; louder than full scale is clipped.

    Raises:
        AudioFormatError: see `check_samples`.
    """
    check_samples(samples)
    scaled = samples * np.float32(_SCALE)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -_SCALE, _SCALE - 1.0, out=scaled)
    return scaled.astype("<i2")


def dequantise(pcm16: Pcm16) -> Samples:
    """int16 [n] -> float32 [n] in [-1, 1)."""
    return pcm16.astype(np.float32) * np.float32(1.0 / _SCALE)


def encode_pcm16(samples: Samples) -> bytes:
    """Pack samples for a WAV file, a socket or ffmpeg's stdin.

    Args:
        samples: float32 [n], mono, nominally -1 to 1; louder peaks are clipped.

    Returns:
        2n bytes: signed 16-bit, little-endian.

    Raises:
        AudioFormatError: see `check_samples`.
    """
    return quantise(samples).tobytes()


def decode_pcm16(data: bytes) -> Samples:
    """2n bytes of signed 16-bit little-endian -> float32 [n].

    Raises:
        AudioFormatError: an odd number of bytes.
    """
    if len(data) % 2:
        raise AudioFormatError(f"16-bit sound comes in pairs of bytes; got {len(data)}.")
    return dequantise(np.frombuffer(data, dtype="<i2"))
