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

_AT_ONCE = 512
_USUAL_DB, _MOST_GAIN_DB = -22.0, 40.0


@dataclass(frozen=True, slots=True)
class Talking:
    """Steps of a stretch of a recording.

    Attributes:
        probable: that it is speech, 0 to 1.
        level_db: mean power, dB below full scale.
    """

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
    """float32 [n] at RATE; silence where that is less than a step."""
    whole = sound[: len(sound) // STEP * STEP]
    if not len(whole):
        return Talking(np.zeros(1, np.float32), np.full(1, -120.0))
    power = np.square(whole.reshape(-1, STEP), dtype=np.float64).mean(axis=1)
    level_db = 10 * np.log10(power + 1e-12)
    # The network knows speech of a usual level only.
    gain_db = min(_MOST_GAIN_DB, max(0.0, _USUAL_DB - float(np.percentile(level_db, 95))))
    gain = np.float32(10 ** (gain_db / 20))
    network = SileroNetwork()
    blocks = [whole[at : at + _AT_ONCE * STEP] for at in range(0, len(whole), _AT_ONCE * STEP)]
    probable = np.concatenate([network.probabilities(block * gain) for block in blocks])
    return Talking(probable, level_db)


def _mean_db(levels: npt.NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels / 10)) + 1e-12)) if len(levels) else -120.0
