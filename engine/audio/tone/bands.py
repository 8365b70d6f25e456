"""Three bands, louder or quieter: a low shelf, a peak and a high shelf (R. Bristow-Johnson's cookbook), as one impulse
response, which is cut where it has faded below hearing."""

import math

import numpy as np
import numpy.typing as npt

from engine.audio.tone.convolution import Impulse

LOW_HZ, MID_HZ, HIGH_HZ = 250.0, 1_500.0, 5_000.0
"""Where the shelves are half as far as they go, and the middle of the peak."""
_MID_Q = 0.7
_SHELF_Q = math.sqrt(0.5)
_LENGTH_S = 0.06
"""The low shelf has faded by 120 dB and more by then, whatever it does."""
_NYQUIST_SHARE = 0.45
"""A high shelf stays below this share of the rate, so that voices of 8 kHz have one too."""

Biquad = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Three coefficients above and three below."""


def impulse(sample_rate: int, low_db: float, mid_db: float, high_db: float) -> Impulse:
    """What the bands make of a single sample, float64 [n]."""
    length = 1 << math.ceil(math.log2(_LENGTH_S * sample_rate))
    # Sampled finely, the response of filters that have faded by its end is their impulse response.
    frequencies = np.exp(-2j * np.pi * np.arange(2 * length + 1) / (4 * length))
    answer = np.ones(len(frequencies), dtype=np.complex128)
    for above, below in _filters(sample_rate, low_db, mid_db, high_db):
        answer *= np.polyval(above[::-1], frequencies) / np.polyval(below[::-1], frequencies)
    return np.fft.irfft(answer)[:length]


def _filters(sample_rate: int, low_db: float, mid_db: float, high_db: float) -> list[Biquad]:
    found: list[Biquad] = []
    if low_db:
        found.append(_shelf(LOW_HZ / sample_rate, low_db, is_high=False))
    if mid_db:
        found.append(_peak(MID_HZ / sample_rate, mid_db))
    if high_db:
        found.append(_shelf(min(HIGH_HZ / sample_rate, _NYQUIST_SHARE), high_db, is_high=True))
    return found


def _peak(share: float, gain_db: float) -> Biquad:
    gain, w = 10 ** (gain_db / 40), 2 * math.pi * share
    alpha, c = math.sin(w) / (2 * _MID_Q), math.cos(w)
    return (
        np.array([1 + alpha * gain, -2 * c, 1 - alpha * gain]),
        np.array([1 + alpha / gain, -2 * c, 1 - alpha / gain]),
    )


def _shelf(share: float, gain_db: float, is_high: bool) -> Biquad:
    gain, w = 10 ** (gain_db / 40), 2 * math.pi * share
    alpha = math.sin(w) / (2 * _SHELF_Q)
    c = -math.cos(w) if is_high else math.cos(w)  # a high shelf is a low one in a mirror
    sign = -1.0 if is_high else 1.0
    edge = 2 * math.sqrt(gain) * alpha
    above = gain * np.array(
        [
            (gain + 1) - (gain - 1) * c + edge,
            sign * 2 * ((gain - 1) - (gain + 1) * c),
            (gain + 1) - (gain - 1) * c - edge,
        ]
    )
    below = np.array(
        [
            (gain + 1) + (gain - 1) * c + edge,
            sign * -2 * ((gain - 1) + (gain + 1) * c),
            (gain + 1) + (gain - 1) * c - edge,
        ]
    )
    return above, below
