"""A voice that fell silent and does not end: told from its sound, at the same sample however the sound comes in."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from engine.errors import GenerationError
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


def gated(sounds: Iterable[npt.ArrayLike], gate: SilenceGate, name: str) -> tuple[Samples, bool]:
    """The samples, waited for, up to a silence that does not end; and whether that silence began to hold here.

    Raises:
        GenerationError: what came is no sound; `name` is whose it is.
    """
    was_shut = gate.is_shut
    passed = [np.zeros(0, dtype=np.float32)]
    for sound in sounds:
        samples = np.asarray(sound)
        if not np.isfinite(samples).all():
            raise GenerationError(f"{name} made no sound of this text. Try another wording, or get the model again.")
        passed.append(gate(samples))
    return np.concatenate(passed), gate.is_shut and not was_shut
