"""A recording as the network would have it said: whose phonemes, for how long, how high and how loud."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.audio.resample import resample
from engine.errors import VoiceError
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.tuning import alignment
from engine.tts.kokoro.tuning.energy import energy
from engine.tts.kokoro.tuning.pitch import median_of, pitch
from engine.tts.kokoro.tuning.sound import HEARD, RATE, Array, loudness
from engine.tts.kokoro.voices import Blend
from engine.types import Samples

FRAME = 600  # samples of a frame of 25 ms

LEAST_VOICED = 0.1
"""Of the frames: with less nothing is known of a melody."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What is fitted to.

    Attributes:
        ids: phonemes, without the silent ones at both ends.
        style: the base's at this length, [2 * style_dim].
        samples: at RATE, as loud as the base, whole frames.
        durations: frames of 25 ms a phoneme, silent ends included.
        f0: Hz, two a frame, 0 where nothing is voiced.
        energy: two a frame, on the network's scale.
    """

    ids: tuple[int, ...]
    style: Array
    samples: Samples
    durations: npt.NDArray[np.int64]
    f0: Array
    energy: Array

    @property
    def frames(self) -> int:
        """Of 25 ms."""
        return int(self.durations.sum())

    @property
    def median_hz(self) -> float:
        """Of what is voiced."""
        return median_of(self.f0)


def clip_of(speaker: KokoroSynthesizer, heard: Samples, text: str, language: str, base: Blend) -> Clip:
    """Measure a recording beside the base's own reading of its words.

    Args:
        speaker: the model that reads.
        heard: the recording at HEARD.
        text: what is said.
        language: one that the model speaks.
        base: whose style it begins with.

    Raises:
        VoiceError: the words are too many or too few for it, or there is no melody in it.
    """
    ids = ids_of(speaker, text, language)
    frames = round(len(heard) / HEARD / alignment.FRAME_S)
    if not 0.04 * frames <= len(ids) + 2 <= 0.9 * frames:
        raise VoiceError("The text is not what is said in this recording. Mend it, or leave it away.")
    style = speaker.packs.style(base, len(ids))
    own = speaker.network([ids], style[None], [1.0], [0])[0]
    counted = speaker.network.energy(ids, style)
    durations = alignment.carried(resample(own.samples, RATE, HEARD), own.durations, heard)
    frames = int(durations.sum())
    samples = resample(heard, HEARD, RATE)
    samples = _fitted(samples * (loudness(own.samples) / loudness(samples)), frames * FRAME)
    f0 = _fitted(pitch(resample(samples, RATE, HEARD)), 2 * frames)
    if np.count_nonzero(f0) < LEAST_VOICED * len(f0):
        raise VoiceError(
            "No voice that rises and falls is heard in this recording. Record it again, nearer and clearer."
        )
    return Clip(ids, style, samples, durations, f0, energy(samples, own.samples, counted, 2 * frames))


def ids_of(speaker: KokoroSynthesizer, text: str, language: str) -> tuple[int, ...]:
    """A text's phonemes. Raises VoiceError for none, and for more than one row of the network."""
    rows = speaker.rows_of(text, language)
    if not rows or not rows[0].ids:
        raise VoiceError("No words were heard in this recording. Write down what is said in it.")
    if len(rows) > 1:
        raise VoiceError("There is too much text for one recording. Choose a shorter stretch.")
    return rows[0].ids


def _fitted(array: Array, size: int) -> Array:
    return np.pad(array, (0, max(0, size - len(array))))[:size].astype(np.float32)
