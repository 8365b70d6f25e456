"""A recording's energy as the network counts it.

What it was taught is the logarithm of a mel spectrum's norm, on a scale of its own. So the same is measured on a sound
that the network made, where its own count is known: a straight line leads from one to the other.
"""

import numpy as np

from engine.audio.mel import mel_filters
from engine.tts.kokoro.tuning.sound import RATE, Array
from engine.types import Samples

_FFT, _WINDOW, _HOP, _BANDS = 2048, 1200, 300, 80
_LOUD = 30  # the percentile of the network's own energy above which the line is laid
_LEVEL = 85  # the percentile at which both are made equal


def energy(samples: Samples, own: Samples, counted: Array, frames: int) -> Array:
    """The energy of a sound, as the network would have counted it.

    Args:
        samples: at RATE.
        own: what the network said, at RATE.
        counted: its own energy of that, [own frames].
        frames: how many are wanted.

    Returns:
        [frames], 80 a second.
    """
    measured = _norms(own)[: len(counted)]
    counted = counted[: len(measured)]
    loud = counted > np.percentile(counted, _LOUD)
    slope, level = _line(measured[loud], counted[loud])
    found = slope * _norms(samples) + level
    found = np.pad(found, (0, max(0, frames - len(found))), mode="edge")[:frames]
    found = found + np.percentile(counted, _LEVEL) - np.percentile(found, _LEVEL)
    return np.maximum(found, np.percentile(counted, 2)).astype(np.float32)


def _line(x: Array, y: Array) -> tuple[float, float]:
    """Slope and level of the straight line of least squares; never one that falls."""
    spread = float(np.var(x))
    slope = float(np.mean((x - x.mean()) * (y - y.mean()))) / spread if spread > 1e-9 else 0.0
    slope = max(slope, 0.0)
    return slope, float(y.mean() - slope * x.mean())


def _norms(samples: Samples) -> Array:
    window = np.zeros(_FFT)
    start = (_FFT - _WINDOW) // 2
    window[start : start + _WINDOW] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, _FFT // 2), _FFT)[::_HOP]
    power = np.square(np.abs(np.fft.rfft(frames * window)))
    bands = power @ mel_filters(RATE, _FFT, _BANDS, 0, RATE // 2).T * 100
    return np.log(np.linalg.norm(bands + 1e-5, axis=1)).astype(np.float32)
