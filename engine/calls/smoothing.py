"""Chunks put together one by one, with the clicks taken out of their joins: `StreamingAudioProcessor`."""

from typing import Any

import numpy as np

from engine.calls.sound_in import samples_of
from engine.controls import Control
from engine.errors import OptionError
from engine.types import Samples

CROSSFADE = Control("crossfade_ms", "Crossfade", 0, 1000, 10, "0 leaves joins as they are", unit="ms", step=1)
CLICK = 3.0
"""A step at a join is a click when it is so many times what the sound around it does by itself."""
_FLOOR = 1e-3


class StreamingAudioProcessor:
    """Smooths the joins of chunks that were made apart, sample for sample as long as they came.

    Where a chunk goes on as the one before it would, nothing is changed: chunks of this engine's streams fit already.
    Where there is a step, it fades over the crossfade.

    Args:
        crossfade_ms: how long a step fades; 0 leaves joins as they are.
        sample_rate: Hz of the chunks.

    Raises:
        OptionError: out of bounds.
    """

    def __init__(self, crossfade_ms: float = 10.0, sample_rate: int = 24_000) -> None:
        CROSSFADE.check(crossfade_ms)
        if isinstance(sample_rate, bool) or not isinstance(sample_rate, int) or sample_rate <= 0:  # pyright: ignore
            raise OptionError(f"sample_rate must be a whole number of Hz, and “{str(sample_rate)[:40]}” is not.")
        self._fade = round(crossfade_ms / 1000 * sample_rate)
        self._chunks: list[Samples] = []
        self._tail: Samples = np.zeros(0, dtype=np.float32)

    def process_chunk(self, chunk: Any) -> Samples:
        """The chunk, joined smoothly to the one before it.

        Args:
            chunk: mono sound as `samples_of` takes it.

        Returns:
            float32 [n], as long as the chunk.

        Raises:
            AudioFormatError: no sound.
        """
        samples = samples_of(chunk)
        if len(samples) == 0:
            return samples
        joined = self._joined(samples)
        self._chunks.append(joined)
        self._tail = np.concatenate([self._tail, joined])[-max(3, self._fade) :]
        return joined

    def get_concatenated_audio(self) -> Samples:
        """All chunks so far as one: float32 [n]."""
        return np.concatenate([np.zeros(0, dtype=np.float32), *self._chunks])

    def _joined(self, samples: Samples) -> Samples:
        fade = min(self._fade, len(samples))
        if fade == 0 or len(self._tail) < 2:
            return samples
        step = float(samples[0] - self._tail[-1])
        around = np.abs(np.concatenate([np.diff(self._tail), np.diff(samples[:fade])]))
        if abs(step) <= CLICK * max(float(around.max()), _FLOOR):
            return samples
        ramp = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)
        joined = samples.copy()
        joined[:fade] -= (step * ramp).astype(np.float32)
        return joined
