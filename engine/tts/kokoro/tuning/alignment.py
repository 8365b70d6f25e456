"""When each phoneme of a recording is said: the network says the same words, and time warping carries its ends over.

No aligner is needed: the network knows its own phonemes' ends to the frame.
"""

import numpy as np
import numpy.typing as npt

from engine.tts.kokoro.tuning.sound import HEARD, Array, cepstra
from engine.types import Samples

_CEPSTRA = 14
_SLOPES = 0.7  # how much their movement counts beside them
_STEP = 1.2  # what a step along both costs, beside one along one
FRAME_S = 0.025  # of the network
_PER_FRAME = 2.5  # frames of 10 ms

Counts = npt.NDArray[np.int64]


def carried(own: Samples, durations: Counts, clip: Samples) -> Counts:
    """How many frames of 25 ms each phoneme lasts in a recording, at least one each.

    Args:
        own: what the network made of the same words, at HEARD.
        durations: its frames per phoneme, silent ends included.
        clip: the recording at HEARD, with room for a frame a phoneme.
    """
    mine, theirs = _features(own), _features(clip)
    path = warped(mine, theirs)
    at = np.minimum(np.round(np.cumsum(durations) * _PER_FRAME).astype(int), len(mine) - 1)
    ends = np.round([path[path[:, 0] == end, 1].mean() / _PER_FRAME for end in at]).astype(int)
    return _whole(ends, round(len(clip) / HEARD / FRAME_S))


def warped(one: Array, other: Array) -> npt.NDArray[np.int64]:
    """The cheapest way through two rows of frames: pairs of places, [steps, 2]."""
    n, m = len(one), len(other)
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)[None]
    apart = np.sqrt(np.maximum(squares - 2 * one @ other.T, 0))
    came = np.zeros((n + m - 1, n), dtype=np.int8)
    rows = np.arange(n)
    never = np.full(n + 1, np.inf)
    # Along the diagonals, where all cells can be done at once; index 0 stands before the first row.
    before, last = never.copy(), never.copy()
    before[0] = 0.0
    for diagonal in range(n + m - 1):
        first, end = max(0, diagonal - m + 1), min(n, diagonal + 1)
        row = rows[first:end]
        cost = apart[row, diagonal - row]
        ways = np.stack([before[row] + _STEP * cost, last[row] + cost, last[row + 1] + cost])
        came[diagonal, row] = ways.argmin(axis=0)
        here = never.copy()
        here[row + 1] = ways.min(axis=0)
        before, last = last, here
        if diagonal == 0:
            before[0] = np.inf
    return _back(came, n, m)


def _back(came: npt.NDArray[np.int8], n: int, m: int) -> npt.NDArray[np.int64]:
    i, j = n - 1, m - 1
    path = [(i, j)]
    while i or j:
        way = 2 if i == 0 else 1 if j == 0 else int(came[i + j, i])
        i, j = (i - 1, j - 1) if way == 0 else (i - 1, j) if way == 1 else (i, j - 1)
        path.append((i, j))
    return np.array(path[::-1])


def _features(heard: Samples) -> Array:
    """Cepstra and how they move, each normalised over the recording: [frames, 26]"""
    plain = cepstra(heard, _CEPSTRA)[:, 1:]
    plain = (plain - plain.mean(axis=0)) / (plain.std(axis=0) + 1e-6)
    moving = np.gradient(plain, axis=0)
    return np.concatenate([plain, _SLOPES * moving / (moving.std(axis=0) + 1e-6)], axis=1).astype(np.float32)


def _whole(ends: npt.NDArray[np.int64], frames: int) -> Counts:
    """Ends -> counts that are one at least and fill the frames."""
    counts = np.zeros(len(ends), dtype=np.int64)
    last = 0
    for at, end in enumerate(ends):
        left = len(ends) - 1 - at
        until = frames if left == 0 else max(last + 1, min(int(end), frames - left))
        counts[at] = until - last
        last = until
    return counts
