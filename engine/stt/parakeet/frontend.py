"""Mel frames made alike: each band with mean 0 and deviation 1, over an utterance or over what a stream has heard.

The models learnt with the statistics of whole utterances. A stream cannot know them, so a frame is normalised with the
mean and deviation of all frames up to the end of the step it is heard in, look-ahead included; steps are counted in
frames from the beginning, so packets change nothing. Past `MEMORY` frames older ones fade, so that an hour-long stream
follows a speaker who changes seats.
"""

import numpy as np
import numpy.typing as npt

from engine.audio.mel import Mel
from engine.types import Samples

EPSILON = np.float32(1e-5)
MEMORY = 3000  # frames, 30 s
LOUDEST = 8.0  # of full scale; louder is damage, and would overflow in the spectrum

Floats = npt.NDArray[np.float64]


def sound(samples: Samples) -> Samples:
    """Whatever came, as sound: finite float32 [n]."""
    clean = np.nan_to_num(np.asarray(samples, dtype=np.float32).reshape(-1), nan=0.0, posinf=1.0, neginf=-1.0)
    return np.clip(clean, -LOUDEST, LOUDEST)


def normalised(mel: Mel) -> Mel:
    """A whole utterance, [n_frames, n_mels] -> the same shape.

    Source: transformers, ParakeetFeatureExtractor (Apache-2.0): deviation over n - 1.
    """
    statistics = Statistics(mel.shape[1])
    statistics.add(mel)
    return statistics.normalise(mel)


class Statistics:
    """Mean and deviation of each band of one stream."""

    def __init__(self, n_mels: int, memory: float = float("inf")) -> None:
        self._memory = memory
        self._count = 0.0
        self._mean: Floats = np.zeros(n_mels)
        self._squares: Floats = np.zeros(n_mels)  # sum of squared distances from the mean

    def add(self, mel: Mel) -> None:
        """Hear frames; how they are grouped changes nothing but rounding."""
        n = len(mel)
        if n == 0:
            return
        frames = mel.astype(np.float64)
        mean = frames.mean(axis=0)
        apart, total = mean - self._mean, self._count + n
        self._squares = (
            self._squares + np.square(frames - mean).sum(axis=0) + np.square(apart) * (self._count * n / total)
        )
        self._mean = self._mean + apart * (n / total)
        if total > self._memory:
            self._squares *= self._memory / total
            total = self._memory
        self._count = total

    def normalise(self, mel: Mel) -> Mel:
        """[n, n_mels] with the statistics so far."""
        deviation = np.sqrt(self._squares / max(1.0, self._count - 1)).astype(np.float32)
        return ((mel - self._mean.astype(np.float32)) / (deviation + EPSILON)).astype(np.float32)
