"""What is wrong with a recording of a voice: each fault with what was measured and the bound it passed.

A hint is told and never forbids. How the bounds were found is in benchmarks/RESULTS.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.errors import ModelNotDownloaded
from engine.types import Samples
from engine.voices import embedding
from engine.voices.sound import RATE, Recorded, at_16k, checked, one_channel, parts
from engine.voices.talking import STEP_S, Talking, listen

Kind = Literal[
    "silence",
    "short",
    "long",
    "clipping",
    "quiet",
    "noise",
    "music",
    "echo",
    "speakers",
    "bandwidth",
    "one_sided",
]

SPEECH_S = 0.5
"""With less speech than this nobody speaks."""
SHORT_S = 5.0
LONG_S = 60.0
CLIPPED = 0.0001
"""Share of samples at the top."""
QUIET_DB = -40.0
NOISE_DB = 15.0
"""Between speech and what is beside it."""
MUSIC = 0.05
"""Share of the time in which two tones keep their height for half a second."""
ECHO_S = 0.47
"""Seconds in which a sound dies away by 60 dB."""
SPEAKERS = 0.77
"""Likeness of the two voices a recording falls into."""
BANDWIDTH_HZ = 4500.0
ONE_SIDED_DB = 30.0

_ENOUGH_DB = 60.0  # a band this far below the loudest has nothing in it
_TONE_S = 0.5


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that makes a worse voice.

    Attributes:
        kind: what it is, for programs.
        sentence: for a person: what is heard, and what to do.
        measure: what was measured, in the unit of the bound.
        bound: what it passed.
    """

    kind: Kind
    sentence: str
    measure: float
    bound: float


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch that is looked at."""

    mono: Samples  # at the recording's own rate
    sound: Samples  # at RATE
    talking: Talking


def hints(samples: Recorded, sample_rate: int, models_dir: Path | None = None) -> tuple[Hint, ...]:
    """What is wrong with a recording, the worst first; () where nothing is.

    Args:
        samples: float [n] or [n, channels], -1 to 1.
        sample_rate: Hz.
        models_dir: where models are kept. Whether there are two speakers is asked only where the voice encoder is.

    Raises:
        AudioFormatError: no recording, or shorter than a syllable.
    """
    checked(samples, sample_rate)
    looked_at = [_part(samples[begin:end], sample_rate) for begin, end in parts(len(samples), sample_rate)]
    speech_s = sum(float(part.talking.is_speech.sum()) for part in looked_at) * STEP_S
    length_s = len(samples) / sample_rate
    found = [_one_sided(samples), _music(looked_at)]
    if speech_s < SPEECH_S:
        return _only(_silence(speech_s), *found)
    return _only(
        _short(min(speech_s, length_s)),
        _speakers(looked_at, models_dir),
        *found,
        _clipping(looked_at),
        _noise(looked_at),
        _echo(looked_at),
        _quiet(looked_at),
        _bandwidth(looked_at, sample_rate),
        _long(length_s),
    )


def _part(samples: Recorded, sample_rate: int) -> _Part:
    mono = one_channel(samples)
    sound = at_16k(mono, sample_rate)
    return _Part(mono, sound, listen(sound))


def _only(*found: Hint | None) -> tuple[Hint, ...]:
    return tuple(hint for hint in found if hint is not None)


def _silence(speech_s: float) -> Hint:
    return Hint(
        "silence",
        "Nobody speaks here, as far as can be heard. Check the microphone, and record again from closer.",
        speech_s,
        SPEECH_S,
    )


def _short(speech_s: float) -> Hint | None:
    if speech_s >= SHORT_S:
        return None
    sentence = f"There are only {speech_s:.1f} s of speech; {SHORT_S:.0f} to 20 s make a better voice."
    return Hint("short", sentence, speech_s, SHORT_S)


def _long(length_s: float) -> Hint | None:
    if length_s <= LONG_S:
        return None
    minutes = f"{length_s / 60:.0f} minutes" if length_s >= 90 else f"{length_s:.0f} s"
    return Hint("long", f"The recording is {minutes} long; only the marked seconds are used.", length_s, LONG_S)


def _clipping(looked_at: Sequence[_Part]) -> Hint | None:
    """Samples in a row at the top: a sound that was too loud is flat there."""
    count = at_top = 0
    for part in looked_at:
        top = 0.99 * float(np.abs(part.mono).max())
        is_top = np.abs(part.mono) >= top
        in_a_row = is_top[2:] & is_top[1:-1] & is_top[:-2]
        at_top += int(in_a_row.sum()) if top > 0.01 else 0
        count += max(1, int(part.talking.is_speech.sum() / len(part.talking.probable) * len(part.mono)))
    measure = at_top / count
    if measure <= CLIPPED:
        return None
    return Hint("clipping", "It was recorded too loud and crackles. Turn the microphone down.", measure, CLIPPED)


def _quiet(looked_at: Sequence[_Part]) -> Hint | None:
    measure = _mean(part.talking.speech_db for part in looked_at if part.talking.is_speech.any())
    if measure >= QUIET_DB:
        return None
    return Hint("quiet", "It is very quiet. Speak closer to the microphone, or turn it up.", measure, QUIET_DB)


def _noise(looked_at: Sequence[_Part]) -> Hint | None:
    measure = _mean(
        part.talking.speech_db - part.talking.noise_db for part in looked_at if part.talking.is_speech.any()
    )
    if measure >= NOISE_DB:
        return None
    sentence = "Noise is to be heard beside the voice. Record in a quieter place, or take the cleaned recording."
    return Hint("noise", sentence, measure, NOISE_DB)


def _music(looked_at: Sequence[_Part]) -> Hint | None:
    measure = max(tonal(part.sound) for part in looked_at)
    if measure <= MUSIC:
        return None
    sentence = "Music or a steady tone is to be heard. Record without it: a voice made of this would have it too."
    return Hint("music", sentence, measure, MUSIC)


def _echo(looked_at: Sequence[_Part]) -> Hint | None:
    measure = _mean(decay_s(part.sound, part.talking) for part in looked_at)
    if measure <= ECHO_S:
        return None
    sentence = "The room echoes. Record closer to the microphone, in a room with curtains, carpets or clothes."
    return Hint("echo", sentence, measure, ECHO_S)


def _speakers(looked_at: Sequence[_Part], models_dir: Path | None) -> Hint | None:
    try:
        measure = two_voices(_spoken(looked_at), models_dir)
    except ModelNotDownloaded:
        return None
    if measure >= SPEAKERS:
        return None
    sentence = "More than one person seems to speak. Choose seconds in which only one does."
    return Hint("speakers", sentence, measure, SPEAKERS)


def _bandwidth(looked_at: Sequence[_Part], sample_rate: int) -> Hint | None:
    measure = min(sample_rate / 2, max(highest_hz(part.sound) for part in looked_at))
    if measure >= BANDWIDTH_HZ:
        return None
    sentence = "It sounds like a telephone: nothing is above 4 kHz. Record it again with a better microphone or line."
    return Hint("bandwidth", sentence, measure, BANDWIDTH_HZ)


def _one_sided(samples: Recorded) -> Hint | None:
    if samples.ndim == 1 or samples.shape[1] < 2:
        return None
    looked_at = parts(len(samples), RATE, 60.0, 10.0)
    power = np.sum(
        [np.square(np.nan_to_num(samples[begin:end]), dtype=np.float64).sum(0) for begin, end in looked_at], 0
    )
    power = np.sort(power)
    if power[-1] == 0:
        return None
    measure = float(10 * np.log10(power[-1] / max(power[0], power[-1] * 1e-12)))
    if measure <= ONE_SIDED_DB:
        return None
    return Hint("one_sided", "One channel is dead; the other one is used.", measure, ONE_SIDED_DB)


# --- what is measured ---


def tonal(sound: Samples) -> float:
    """The share of the time in which two tones of 150 to 4000 Hz keep their height for half a second."""
    size, hop = 2048, 512
    if len(sound) < 4 * size:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop]
    first, last = round(150 / RATE * size), round(4000 / RATE * size)
    window = np.hanning(size).astype(np.float32)
    blocks = [frames[at : at + 512] * window for at in range(0, len(frames), 512)]
    power = np.concatenate([np.square(np.abs(np.fft.rfft(block, axis=1)[:, first:last])) for block in blocks])
    is_peak = np.zeros(power.shape, dtype=np.bool_)
    # A peak stands out of its neighbourhood, not only out of the two bins beside it.
    around = np.maximum.reduce([np.roll(power, by, axis=1) for by in (-2, -1, 1, 2)])
    beyond = (np.roll(power, 5, axis=1) + np.roll(power, -5, axis=1)) / 2
    is_peak[:, 6:-6] = ((power >= around) & (power > 8 * beyond))[:, 6:-6]
    long = _lasting(is_peak, max(2, round(_TONE_S * RATE / hop)))
    # A tone that is in one bin is of no instrument; two at once are.
    return float((long.sum(axis=1) >= 2).mean())


def _lasting(is_peak: npt.NDArray[np.bool_], least: int) -> npt.NDArray[np.bool_]:
    """Peaks that stay in their bin for so many frames."""
    run = np.zeros(is_peak.shape, dtype=np.int32)
    for at in range(len(is_peak)):
        run[at] = np.where(is_peak[at], (run[at - 1] if at else 0) + 1, 0)
    for at in range(len(is_peak) - 2, -1, -1):
        run[at] = np.where(is_peak[at] & is_peak[at + 1], run[at + 1], run[at])
    return run >= least


def decay_s(sound: Samples, talking: Talking) -> float:
    """Seconds in which sound dies away by 60 dB, by the quickest falls behind loud moments; 0 where there are none.

    In a dry room a word ends at once; in a room that echoes nothing falls quicker than the room lets it.
    """
    hop = RATE // 100
    count = len(sound) // hop
    if count < 30:
        return 0.0
    power = np.square(sound[: count * hop].reshape(count, hop), dtype=np.float64).mean(axis=1)
    level = 10 * np.log10(np.convolve(power, np.ones(3) / 3, mode="same") + 1e-12)
    floor = talking.noise_db + 6
    span = 10  # of 100 ms
    falls = level[:-span] - level[span:]
    is_fall = (level[:-span] > talking.speech_db - 12) & (level[span:] > floor) & (falls > 6)
    steep = falls[is_fall]
    if len(steep) < 5:
        return 0.0
    return 60 / (float(np.percentile(steep, 90)) * 10)


def _spoken(looked_at: Sequence[_Part]) -> Samples:
    """What is spoken, the pauses left out, at RATE; of a long recording the first minutes that were looked at."""
    spoken = [
        part.sound[: len(part.talking.probable) * 512].reshape(-1, 512)[part.talking.is_speech].reshape(-1)
        for part in looked_at[:5]
    ]
    return np.concatenate(spoken)


def two_voices(speech: Samples, models_dir: Path | None = None) -> float:
    """How alike the two voices are that a recording falls into; 1 where it is too short to fall into any.

    Raises:
        ModelNotDownloaded: the voice encoder is not here.
    """
    embedding.ready(models_dir)
    if len(speech) < 4 * RATE:
        return 1.0
    found = embedding.windows(speech, RATE, models_dir)
    one, other = _halves(found)
    least = max(2, round(0.15 * len(found)))
    if min(len(one), len(other)) < least:
        return 1.0
    return embedding.similarity(embedding.mean(one), embedding.mean(other))


def _halves(directions: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The two groups that are most unlike."""
    alike = directions @ directions.T
    at, against = np.unravel_index(int(np.argmin(alike)), alike.shape)
    middles = directions[[int(at), int(against)]]
    group = np.zeros(len(directions), dtype=np.int64)
    for _ in range(10):
        group = np.argmax(directions @ middles.T, axis=1)
        if len(np.unique(group)) < 2:
            break
        middles = np.stack([embedding.mean(directions[group == one]) for one in (0, 1)])
    return directions[group == 0], directions[group == 1]


def highest_hz(sound: Samples) -> float:
    """The highest frequency at which something is to be heard now and then."""
    size, hop = 512, 256
    if len(sound) < size:
        return RATE / 2
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop][: 60 * RATE // hop]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)))
    loud = 10 * np.log10(np.percentile(power, 98, axis=0) + 1e-16)
    bands = loud[: size // 2].reshape(-1, 8).max(axis=1)  # of 250 Hz
    heard = np.flatnonzero(bands > bands.max() - _ENOUGH_DB)
    return float(heard[-1] + 1) * 250.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.mean(found)) if found else 0.0
