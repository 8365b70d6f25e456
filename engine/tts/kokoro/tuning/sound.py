"""What a sound is like, in numbers that two sounds can be compared by."""

from functools import lru_cache

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.audio.mel import mel_filters
from engine.types import Samples

RATE = 24_000
"""Of what the network makes, Hz."""
HEARD = 16_000
"""Of what is measured, Hz."""

Array = npt.NDArray[np.float32]

_FFT, _HOP, _BANDS, _TOP_HZ, _LOW_HZ = 512, 160, 64, 7000, 50


def log_bands(x: mx.array, rate: int, size: int, hop: int, floor: float) -> mx.array:
    """The logarithm of a sound's magnitude in 64 mel bands of 50 to 7000 Hz; it can be learned through.

    Args:
        x: [n].
        rate: Hz.
        size: of a window.
        hop: from window to window.
        floor: added before the logarithm.

    Returns:
        [frames, 64]; the first window is centred on the first sample.
    """
    window, filters = _tables(rate, size)
    padded = mx.pad(x, (size // 2, size // 2))
    frames = (padded.shape[0] - size) // hop + 1
    at = mx.arange(frames)[:, None] * hop + mx.arange(size)[None]
    spectrum = mx.fft.rfft(padded[at] * window, axis=-1)
    power = mx.square(mx.real(spectrum)) + mx.square(mx.imag(spectrum))
    return mx.log(mx.sqrt((power / size) @ filters + 1e-12) + floor)


def bands_of(heard: Samples, floor: float = 1e-5) -> Array:
    """As `log_bands`, of a sound at HEARD, a frame every 10 ms: [frames, 64]"""
    return np.array(log_bands(mx.array(heard.astype(np.float32)), HEARD, _FFT, _HOP, floor))


def cepstra(heard: Samples, count: int) -> Array:
    """The first cepstra of a sound at HEARD, a frame every 10 ms: [frames, count]"""
    return bands_of(heard) @ _cosines(count)


def long_term(heard: Samples) -> Array:
    """The long-term spectrum of a sound at HEARD in 64 bands, in dB, its mean taken off: [64]"""
    bands = bands_of(heard, floor=1e-7) * np.float32(20 / np.log(10))
    level = bands.mean(axis=1)
    mean = bands[level > np.percentile(level, 95) - 25].mean(axis=0)
    return mean - mean.mean()


def loudness(samples: Samples) -> float:
    """The root mean square of a sound at RATE where it is not quiet."""
    size = RATE // 50
    if len(samples) < size:
        return float(np.sqrt(np.mean(np.square(samples)) + 1e-12))
    whole = len(samples) - len(samples) % size
    levels = np.sqrt(np.square(samples[:whole].reshape(-1, size)).mean(axis=1))
    return float(np.sqrt(np.square(levels[levels > 0.15 * levels.max()]).mean() + 1e-12))


@lru_cache(maxsize=16)
def _tables(rate: int, size: int) -> tuple[mx.array, mx.array]:
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    filters = mel_filters(rate, size, _BANDS, _LOW_HZ, _TOP_HZ).T * (size / 256)
    return mx.array(window.astype(np.float32)), mx.array(filters.astype(np.float32))


@lru_cache(maxsize=4)
def _cosines(count: int) -> Array:
    """An orthonormal cosine transform: [64, count]"""
    angles = np.pi * np.outer(np.arange(_BANDS) + 0.5, np.arange(count)) / _BANDS
    matrix = np.sqrt(2 / _BANDS) * np.cos(angles)
    matrix[:, 0] /= np.sqrt(2)
    return matrix.astype(np.float32)
