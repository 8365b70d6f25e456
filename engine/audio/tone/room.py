"""A small room around a voice: the voice as it is, and behind it what its walls give back.

The room is made by rule (early reflections, then noise that fades, its high parts sooner), the same on every machine.
What it gives back after a segment's end is not heard: it fades out over the segment's last FADE_S, the voice itself
not, so that a segment is as long as without a room and ends without a click.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.audio.tone.convolution import Convolution, Impulse
from engine.audio.tone.stage import EMPTY, OnBlocks
from engine.types import Samples

FADE_S = 0.06
LENGTH_S = 0.4
"""Of what the walls give back; it has faded by 60 dB by then."""
_LOUDEST = 0.5
"""Of the walls beside the voice, at 1: 6 dB below it."""
_FIRST_S = 0.011
_EARLY = ((0.0071, 0.55), (0.0113, -0.45), (0.0167, 0.42), (0.0229, -0.33), (0.0311, 0.27), (0.0397, -0.2))
"""Reflections: after how many seconds, how loud."""


class Room:
    """One stream's."""

    def __init__(self, sample_rate: int, amount: float) -> None:
        """Prepare.

        Args:
            sample_rate: Hz.
            amount: above 0, at most 1.
        """
        self._walls = OnBlocks(Convolution(walls(sample_rate) * (_LOUDEST * amount)))
        self._fade = round(FADE_S * sample_rate)
        self._dry = EMPTY
        self._wet = EMPTY

    def feed(self, samples: Samples) -> Samples:
        self._dry = np.concatenate([self._dry, samples])
        self._wet = np.concatenate([self._wet, self._walls.feed(samples)])
        ready = max(0, len(self._wet) - self._fade)
        out = self._dry[:ready] + self._wet[:ready]
        self._dry, self._wet = self._dry[ready:], self._wet[ready:]
        return out

    def finish(self) -> Samples:
        wet = np.concatenate([self._wet, self._walls.finish()])
        fade = min(self._fade, len(wet))
        if fade:
            wet[-fade:] *= _falling(fade)
        out, self._dry, self._wet = self._dry + wet, EMPTY, EMPTY
        return out


@lru_cache(maxsize=4)
def walls(sample_rate: int) -> Impulse:
    """What the walls give back of a single sample, float64 [n], with its energy; not to be written to."""
    length = round(LENGTH_S * sample_rate)
    at = np.arange(length) / sample_rate
    late = _noise(length) * np.exp(-6.91 * at / LENGTH_S) * (at >= _FIRST_S)
    dull = _noise(length, 1 << 32) * np.exp(-6.91 * at / (LENGTH_S / 3)) * (at >= _FIRST_S)
    impulse = 0.7 * _between(late, sample_rate, 180.0, 2_500.0) + _between(dull, sample_rate, 180.0, 6_000.0)
    impulse /= np.sqrt(np.sum(impulse**2))
    for after_s, loud in _EARLY:
        impulse[round(after_s * sample_rate)] += loud
    impulse[-length // 8 :] *= _falling(-(-length // 8))
    return impulse / np.sqrt(np.sum(impulse**2))


def _falling(count: int) -> npt.NDArray[np.float32]:
    """From 1 to 0 along half a cosine; the last value is 0."""
    return (0.5 + 0.5 * np.cos(np.pi * np.arange(1, count + 1) / count)).astype(np.float32)


def _between(sound: Impulse, sample_rate: int, low_hz: float, high_hz: float) -> Impulse:
    """The part of a sound between two frequencies, by filters as soft as walls."""
    sound = _below(sound, sample_rate, high_hz)
    return sound - _below(sound, sample_rate, low_hz)


def _below(sound: Impulse, sample_rate: int, hz: float) -> Impulse:
    """The part of a sound below a frequency: a filter with one pole, where it was silent before its begin still is."""
    keep = np.exp(-2 * np.pi * hz / sample_rate)
    answer = (1 - keep) * keep ** np.arange(len(sound))
    size = 2 * len(sound)
    made = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(answer, size), size)[: len(sound)]
    made[: int(np.argmax(sound != 0))] = 0.0
    return made


def _noise(count: int, start: int = 0) -> Impulse:
    """Numbers between -1 and 1 that look drawn, the same ones always (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = (np.arange(start + 1, start + count + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**52 - 1.0
