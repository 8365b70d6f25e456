"""Where words begin after a pause: where their sound rises, not where the network's count of frames puts them.

The network gives the time before a word to the mark behind which it stands, and a word that begins softly ("so") is
heard up to a tenth of a second before its own first frame. Inside a phrase the frames are exact and stay.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from engine.types import Samples, Word

HOP_S = 0.005
PAUSE_S = 0.1
REACH_S = 0.2  # a word farther from the rise than this is another word
QUIET = 1e-4  # of the loudest power: 40 dB below it


def placed(words: Sequence[Word], samples: Samples, sample_rate: int) -> tuple[Word, ...]:
    """The words, those behind a pause beginning with their sound.

    Args:
        words: in order, in seconds of `samples`.
        samples: float32 [n], a row.
        sample_rate: Hz.
    """
    moved = list(words)
    for rise in rises(samples, sample_rate):
        at = min(range(len(moved)), key=lambda index: abs(moved[index].start_s - rise), default=-1)
        if at < 0 or abs(moved[at].start_s - rise) > REACH_S or rise >= moved[at].end_s:
            continue
        if at > 0:
            before = moved[at - 1]
            if before.start_s >= rise:
                continue
            moved[at - 1] = replace(before, end_s=min(before.end_s, rise))
        moved[at] = replace(moved[at], start_s=rise)
    return tuple(moved)


def rises(samples: Samples, sample_rate: int) -> list[float]:
    """Where sound rises behind a pause, in seconds; before the first sound there always is one."""
    hop = max(1, round(HOP_S * sample_rate))
    count = len(samples) // hop
    if count == 0:
        return []
    power: npt.NDArray[np.float32] = np.square(samples[: count * hop]).reshape(count, hop).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * QUIET)
    after = np.diff(loud, prepend=-1 - count) * hop > PAUSE_S * sample_rate
    after[:1] = True
    return [int(at) * hop / sample_rate for at in loud[after]]
