"""A recording's pitch, eighty times a second, as the network counts it; 0 where nothing is voiced.

Autocorrelation by windows of 40 ms (only its true peaks: a boundary that is taken for one fills silence with a pitch),
the way through them by Viterbi, and once more around the median, which leaves no octave in doubt.
"""

import numpy as np
import numpy.typing as npt

from engine.tts.kokoro.tuning.sound import HEARD, Array
from engine.types import Samples

HOP = HEARD // 80
LOWEST, HIGHEST = 60.0, 420.0
FEW = 5  # voiced frames, with which nothing is known

_WINDOW_S = 0.04
_CANDIDATES = 8
_UNVOICED = 0.38  # the correlation below which a frame is rather unvoiced
_OCTAVE, _TURN = 1.0, 0.15  # what a leap of an octave costs, and beginning or ending to be voiced
_QUIET_DB = 38.0  # below the loudest frame nothing is voiced
_NARROW = (0.6, 1.75)  # of the median, second time

Wide = npt.NDArray[np.float64]


def pitch(heard: Samples) -> Array:
    """Hz of each frame of 12.5 ms of a sound at HEARD: [frames]"""
    first = _tracked(heard, LOWEST, HIGHEST)
    voiced = first[first > 0]
    if len(voiced) < FEW:
        return first
    median = float(np.median(voiced))
    return _tracked(heard, max(55.0, _NARROW[0] * median), min(450.0, _NARROW[1] * median))


def median_of(track: Array) -> float:
    """The median of what is voiced in Hz; 0 where too little is."""
    voiced = track[track > 0]
    return float(np.median(voiced)) if len(voiced) >= FEW else 0.0


def _tracked(heard: Samples, lowest: float, highest: float) -> Array:
    correlation, level, lags = _correlations(np.asarray(heard, dtype=np.float64), lowest, highest)
    peaks = np.zeros_like(correlation, dtype=bool)
    peaks[:, 1:-1] = (correlation[:, 1:-1] >= correlation[:, :-2]) & (correlation[:, 1:-1] > correlation[:, 2:])
    scores = np.where(peaks, correlation - 0.02 * np.log2(lags / lags[0])[None], -5.0)
    best = np.argsort(-scores, axis=1)[:, :_CANDIDATES]
    scores = np.take_along_axis(scores, best, axis=1) - (level < level.max() - _QUIET_DB)[:, None]
    octaves = np.log2(HEARD / lags[best])
    path = _path(scores, octaves)
    track = np.zeros(len(path), dtype=np.float32)
    voiced = np.flatnonzero(path < best.shape[1])
    track[voiced] = 2 ** octaves[voiced, path[voiced]]
    return track


def _correlations(x: Wide, lowest: float, highest: float) -> tuple[Wide, Wide, Wide]:
    """Each frame's normalised autocorrelation [frames, lags], its level in dB [frames], and the lags."""
    shortest, longest = int(HEARD / highest), int(HEARD / lowest)
    size = round(_WINDOW_S * HEARD)
    frames = len(x) // HOP + 1
    padded = np.pad(x, (size, size + longest))
    starts = np.arange(frames) * HOP + size - size // 2
    pieces = padded[starts[:, None] + np.arange(size + longest)[None]]
    points = 1 << int(np.ceil(np.log2(2 * size + longest)))
    spectrum = np.conj(np.fft.rfft(pieces[:, :size], points, axis=1)) * np.fft.rfft(pieces, points, axis=1)
    products = np.fft.irfft(spectrum, points, axis=1)[:, : longest + 1]
    summed = np.cumsum(np.pad(np.square(pieces), ((0, 0), (1, 0))), axis=1)
    energy = summed[:, size : size + longest + 1] - summed[:, : longest + 1]
    normal = products / np.sqrt(np.maximum(energy[:, :1] * energy, 1e-12))
    lags = np.arange(shortest, longest + 1, dtype=np.float64)
    return normal[:, shortest:], 10 * np.log10(energy[:, 0] / size + 1e-12), lags


def _path(scores: Wide, octaves: Wide) -> npt.NDArray[np.int64]:
    """The best way: which candidate each frame takes; their number where it is unvoiced."""
    frames, count = scores.shape
    own = np.concatenate([scores, np.full((frames, 1), _UNVOICED)], axis=1)
    came = np.zeros((frames, count + 1), dtype=np.int64)
    value = own[0]
    step = np.full((count + 1, count + 1), -_TURN)
    step[count, count] = 0.0
    for t in range(1, frames):
        step[:count, :count] = -_OCTAVE * np.abs(octaves[t - 1][:, None] - octaves[t][None])
        ways = value[:, None] + step
        came[t] = ways.argmax(axis=0)
        value = own[t] + ways.max(axis=0)
    path = np.zeros(frames, dtype=np.int64)
    path[-1] = value.argmax()
    for t in range(frames - 1, 0, -1):
        path[t - 1] = came[t, path[t]]
    return path
