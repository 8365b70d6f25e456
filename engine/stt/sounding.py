"""Where in a stretch of speech something sounds, and where it pauses: by loudness alone, to 20 ms. Knows no words."""

import numpy as np
import numpy.typing as npt

from engine.types import Samples

FRAME_S = 0.02
_LOWEST_DB = -60.0  # below the loud: what is quieter is as good as silence
_SHARE = 0.35  # of the way from the quiet to the loud, in dB
_LEAST_DB = 9.0  # between the two; in less nobody can tell them apart
_CLOSED_S = 0.1  # lips or tongue are closed for so long within a word
_CLICK_S = 0.04

Frames = npt.NDArray[np.bool_]


def sounding(samples: Samples, sample_rate: int) -> Frames:
    """Which frames of 20 ms sound.

    Args:
        samples: float32 [n].
        sample_rate: Hz.

    Returns:
        bool [ceil(n / frame)]; all True where loud and quiet are about the same.
    """
    size = round(FRAME_S * sample_rate)
    count = -(-len(samples) // size)
    if count == 0:
        return np.zeros(0, dtype=np.bool_)
    padded = np.pad(samples, (0, count * size - len(samples)))
    power = np.square(padded.reshape(count, size), dtype=np.float64).mean(axis=1)
    level = 10.0 * np.log10(power + 1e-12)
    # Digital silence, as between two regions, says nothing of the room.
    heard = level[power > 0]
    if len(heard) == 0:
        return np.zeros(count, dtype=np.bool_)
    loud = float(np.percentile(heard, 95))
    quiet = max(float(np.percentile(heard, 5)), loud + _LOWEST_DB)
    told = loud - quiet >= _LEAST_DB
    found = level > quiet + _SHARE * (loud - quiet) if told else power > 0
    return _without(_filled(found, round(_CLOSED_S / FRAME_S)), round(_CLICK_S / FRAME_S))


def _filled(frames: Frames, longest: int) -> Frames:
    """Gaps up to so many frames sound too, save at the ends."""
    filled = frames.copy()
    for begin, end in runs(~frames):
        if end - begin <= longest and begin > 0 and end < len(frames):
            filled[begin:end] = True
    return filled


def _without(frames: Frames, longest: int) -> Frames:
    """Without what sounds for so few frames."""
    left = frames.copy()
    for begin, end in runs(frames):
        if end - begin <= longest:
            left[begin:end] = False
    return left


def runs(frames: Frames) -> list[tuple[int, int]]:
    """The stretches of True, [begin, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], frames, [False])).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
