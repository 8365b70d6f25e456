"""Peaks between the samples: what a loudspeaker plays is up to 6 dB louder than its samples (ITU-R BS.1770-4, Annex 2).

Four times oversampled by a windowed sinc. Knows no levels, targets or limits.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from engine.types import Samples

OVERSAMPLING = 4
# Samples on either side that shape the curve between two samples.
REACH = 8
_FRAME = 32


@cache
def _phases() -> npt.NDArray[np.float32]:
    """[3, 2 * REACH]: weights for the points a quarter, a half and three quarters of the way between two samples."""
    offsets = np.arange(-REACH + 1, REACH + 1)
    rows: list[npt.NDArray[np.float64]] = []
    for step in range(1, OVERSAMPLING):
        distance = offsets - step / OVERSAMPLING
        row = np.sinc(distance) * np.cos(np.pi * distance / (2 * REACH)) ** 2
        rows.append(row / row.sum())
    return np.stack(rows).astype(np.float32)


@cache
def gain_bound() -> float:
    """No point between samples is louder than this times the loudest sample within REACH."""
    return float(np.abs(_phases()).sum(axis=1).max())


def between(samples: Samples) -> Samples:
    """The loudest point between each two neighbours, [n - 2 * REACH + 1].

    Element i lies between samples[i + REACH - 1] and samples[i + REACH].
    """
    return np.abs(_phases() @ sliding_window_view(samples, 2 * REACH).T).max(axis=0)


def loudest(samples: Samples, floor: float = 0.0) -> float:
    """The loudest of all samples and of the points between those with REACH neighbours on either side.

    Args:
        samples: float32 [n]; its first and last REACH samples are context for the points between.
        floor: what is known already; places that cannot be louder are not looked at.

    Returns:
        `floor`, if nothing is louder.
    """
    if not len(samples):
        return floor
    floor = max(floor, float(np.abs(samples).max()))
    last = len(samples) - _FRAME - 2 * REACH + 1
    if last < 0:
        return max(floor, float(between(samples).max())) if len(samples) >= 2 * REACH else floor
    frames = np.abs(samples[: len(samples) - len(samples) % _FRAME]).reshape(-1, _FRAME).max(axis=1)
    # A frame's points reach into the next one; into what lies behind the last whole frame nobody has looked yet.
    near = np.maximum(frames, np.append(frames[1:], np.inf))
    (chosen,) = np.nonzero(near * gain_bound() > floor)
    starts = np.append(np.minimum(chosen * _FRAME, last), last)
    windows = sliding_window_view(sliding_window_view(samples, _FRAME + 2 * REACH - 1)[starts], 2 * REACH, axis=1)
    return max(floor, float(np.abs(windows @ _phases().T).max()))
