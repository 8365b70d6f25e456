"""Whether what was written down was said: what the model thinks of its text, and what voice activity hears below it.

A network that was trained on films writes "Thank you." below a cough. Of much voice it is believed; of little, quiet or
uncertain voice only where everything agrees. No list of phrases: whoever says "Thank you." is heard.

Source: OpenAI, whisper/transcribe.py (MIT), for the model's own doubts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.stt.silero import SAMPLE_RATE, STEP, SileroNetwork
from engine.types import Samples

STEP_S = STEP / SAMPLE_RATE
_VOICE, _SURE_VOICE = 0.5, 0.8  # of probabilities: some, and hardly anything else

Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Doubts:
    """What must agree for a turn that is short, quiet or unsure.

    Attributes:
        long_s: this much voice is no noise.
        quiet_db: a turn below this level, of full scale, is quiet.
        least_s: less voice than this nobody speaks a word in.
        most_silence: silence is not likelier than this.
        least_logprob: the words are at least so sure, on average.
        most_compression: the text does not pack better.
        clear_s: of so much voice that the model hardly takes for silence, it may be less sure which words they are.
        clear_silence: so hardly.
        clear_logprob: so much less sure.
        near_s: words may be timed so wrong.
        hole_s: a stretch of voice so long without any word is heard again.
        rest_s: so is what is left of one that has words.
    """

    long_s: float = 1.0
    quiet_db: float = -50.0
    least_s: float = 0.16
    most_silence: float = 0.6
    least_logprob: float = -1.0
    most_compression: float = 2.4
    clear_s: float = 0.5
    clear_silence: float = 0.3
    clear_logprob: float = -2.0
    near_s: float = 0.25
    hole_s: float = 0.16
    rest_s: float = 1.0


DOUBTS = Doubts()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a text.

    Attributes:
        voice_s: seconds that are surely voice.
        level_db: of the louder half, of full scale.
        logprob: of a token, on average.
        silence: how likely the model finds it that nobody spoke.
        compression: how well the text packs.
    """

    voice_s: float
    level_db: float
    logprob: float
    silence: float
    compression: float


def is_believed(found: Evidence, doubts: Doubts = DOUBTS) -> bool:
    """Whether a text was said."""
    is_loud = found.level_db >= doubts.quiet_db
    if found.voice_s >= doubts.long_s and is_loud:
        return True
    is_clear = is_loud and found.voice_s >= doubts.clear_s and found.silence <= doubts.clear_silence
    return (
        found.voice_s >= doubts.least_s
        and found.silence <= doubts.most_silence
        and found.logprob >= (doubts.clear_logprob if is_clear else doubts.least_logprob)
        and found.compression <= doubts.most_compression
    )


def voice(samples: Samples) -> Probabilities:
    """How probable voice is in each 32 ms of float32 [n] at 16 kHz."""
    padded = np.pad(samples, (0, -len(samples) % STEP))
    return SileroNetwork().probabilities(padded)


def voice_s(probabilities: Probabilities) -> float:
    """Seconds that are surely voice."""
    return float((probabilities >= _SURE_VOICE).sum()) * STEP_S


def stretches(probabilities: Probabilities, apart_s: float = 0.3) -> list[tuple[float, float]]:
    """Where somebody speaks, in seconds; stretches with less silence between them are one."""
    found: list[tuple[float, float]] = []
    for at in np.flatnonzero(probabilities >= _VOICE):
        begin_s, end_s = float(at) * STEP_S, float(at + 1) * STEP_S
        if found and begin_s - found[-1][1] < apart_s:
            found[-1] = (found[-1][0], end_s)
        else:
            found.append((begin_s, end_s))
    return found


def uncovered(
    spoken: Sequence[tuple[float, float]], words: Sequence[tuple[float, float]], doubts: Doubts = DOUBTS
) -> list[tuple[float, float]]:
    """Parts of what is spoken that no word is near to; those without a word between them are one.

    Args:
        spoken: stretches of speech, seconds, in order.
        words: where the words are, seconds.
        doubts: how near, and how long a part must be to count.
    """
    taken = sorted((begin - doubts.near_s, end + doubts.near_s) for begin, end in words)
    parts: list[tuple[float, float]] = []
    for begin, end in spoken:
        at = begin
        for word_begin, word_end in taken:
            if word_end <= at or word_begin >= end:
                continue
            if word_begin - at >= doubts.rest_s:
                parts.append((at, word_begin))
            at = max(at, word_end)
        if end - at >= (doubts.hole_s if at == begin else doubts.rest_s):
            parts.append((at, end))
    found: list[tuple[float, float]] = []
    for begin, end in parts:
        if found and not any(found[-1][1] <= word_begin < begin for word_begin, _ in words):
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def level_db(samples: Samples) -> float:
    """Of the louder half of float32 [n], the root mean square in dB of full scale."""
    size = 320
    if len(samples) < size:
        return -120.0
    power = np.square(samples[: len(samples) // size * size]).reshape(-1, size).mean(axis=1)
    louder = np.sort(power)[len(power) // 2 :]
    return float(10.0 * np.log10(louder.mean() + 1e-12))
