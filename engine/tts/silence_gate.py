"""A voice that fell silent and does not end: told from its sound, at the same sample however the sound comes in."""

import numpy as np

from engine.types import Samples

LONGEST_S = 3.0
"""No pause inside a sentence is as long."""
QUIET = 0.003
"""-50 dBFS; a codec's own noise lies below."""


class SilenceGate:
    """Lets a segment's samples pass until a silence has become too long; then nothing more.

    Args:
        sample_rate: Hz.
    """

    def __init__(self, sample_rate: int) -> None:
        self.is_shut = False
        self._longest = round(LONGEST_S * sample_rate)
        self._quiet = 0

    def __call__(self, samples: Samples) -> Samples:
        """The samples that pass."""
        if self.is_shut:
            return samples[:0]
        loud = np.flatnonzero(np.abs(samples) > QUIET)
        # The silences: before the first loud sample (going on from earlier ones), between, and after the last.
        edges = np.concatenate([[-1 - self._quiet], loud, [len(samples)]])
        gaps = np.diff(edges) - 1
        too_long = np.flatnonzero(gaps >= self._longest)
        if len(too_long):
            self.is_shut = True
            return samples[: int(edges[too_long[0]]) + 1 + self._longest]
        self._quiet = int(gaps[-1])
        return samples
