"""Where in a recording somebody talks, how loud it is there and beside, in steps of 32 ms."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.stt.silero import STEP, SileroNetwork
from engine.types import Samples
from engine.voices.sound import RATE

STEP_S = STEP / RATE
SPEECH = 0.5
"""A step at least this probable is speech."""

MOST_S = 600.0
"""Of a recording, so much is listened to: parts of a minute, spread over all of it."""

_PART_S = 60.0
_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Talking:
    """Steps of a recording, or of the parts of it that were listened to.

    Attributes:
        at: the first sample of each step, at RATE.
        probable: that it is speech, 0 to 1.
        level_db: mean power, dB below full scale.
    """

    at: npt.NDArray[np.int64]
    probable: npt.NDArray[np.float32]
    level_db: npt.NDArray[np.float64]

    @property
    def is_speech(self) -> npt.NDArray[np.bool_]:
        """Which steps somebody talks in."""
        return self.probable >= SPEECH

    @property
    def speech_db(self) -> float:
        """How loud the speech is: its mean power."""
        return _mean_db(self.level_db[self.is_speech])

    @property
    def noise_db(self) -> float:
        """How loud it is where nobody talks: the lower quarter, so that breath and echo do not count."""
        rest = self.level_db[self.probable < SPEECH / 5]
        return float(np.percentile(rest, 25)) if len(rest) >= 5 else float(np.percentile(self.level_db, 5))


def listen(sound: Samples) -> Talking:
    """float32 [n] at RATE, n of a step or more; silence for less."""
    starts, levels, probabilities = [], [], []
    for begin, end in parts(len(sound)):
        network = SileroNetwork()
        for first in range(begin, end - STEP + 1, _AT_ONCE * STEP):
            block = sound[first : min(end, first + _AT_ONCE * STEP)]
            block = block[: len(block) // STEP * STEP]
            probabilities.append(network.probabilities(block))
            power = np.square(block.reshape(-1, STEP), dtype=np.float64).mean(axis=1)
            levels.append(10 * np.log10(power + 1e-12))
            starts.append(np.arange(first, first + len(block), STEP))
    if not starts:
        return Talking(np.zeros(1, np.int64), np.zeros(1, np.float32), np.full(1, -120.0))
    return Talking(np.concatenate(starts), np.concatenate(probabilities), np.concatenate(levels))


def parts(length: int) -> list[tuple[int, int]]:
    """What of so many samples is listened to: all of them, or minutes spread over them."""
    part = round(_PART_S * RATE)
    count = round(MOST_S / _PART_S)
    if length <= count * part:
        return [(0, length)]
    return [(begin, begin + part) for begin in np.linspace(0, length - part, count).astype(int).tolist()]


def _mean_db(levels: npt.NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels / 10)) + 1e-12)) if len(levels) else -120.0
