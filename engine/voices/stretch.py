"""The best seconds of a recording: 5 to 20 of them, full of speech, clean, even, beginning and ending in a pause."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.errors import AudioFormatError
from engine.stt.sounding import runs
from engine.types import Samples
from engine.voices import sound
from engine.voices.talking import STEP_S, Talking, listen

LEAST_S, MOST_S = 5.0, 20.0
WANTED_S = 12.0
"""Longer brings little, and models read a longer one slowly."""

LONG_PAUSE_S = 0.8
_PAUSE_S = 0.25  # without speech: a place to begin or end
_PAD_S = 0.12  # of the pause is kept
_CLIPPED = 0.985


class Span(NamedTuple):
    """A stretch, in seconds from the recording's beginning."""

    start_s: float
    end_s: float


def best(samples: sound.Recorded, sample_rate: int) -> Span:
    """The stretch to make a voice of.

    Args:
        samples: float [n] or [n, channels], -1 to 1.
        sample_rate: Hz.

    Returns:
        5 to 20 seconds; all of a shorter recording.

    Raises:
        AudioFormatError: nobody talks in it, or it is shorter than a syllable.
    """
    sound.checked(samples, sample_rate)
    length_s = len(samples) / sample_rate
    found: list[tuple[float, Span]] = []
    for begin, end in sound.parts(len(samples), sample_rate):
        one = _best_of(sound.one_channel(samples[begin:end]), sample_rate)
        if one is not None:
            score, (start_s, end_s) = one
            at_s = begin / sample_rate
            found.append((score, Span(at_s + start_s, min(length_s, at_s + end_s))))
    if not found:
        raise AudioFormatError("Nobody speaks in this recording, as far as can be heard. Record it again, closer.")
    if length_s <= LEAST_S:
        return Span(0.0, length_s)
    return max(found, key=lambda one: one[0])[1]


def _best_of(mono: Samples, sample_rate: int) -> tuple[float, Span] | None:
    """The best stretch of one part, and how good it is; None where nobody talks."""
    talking = listen(sound.at_16k(mono, sample_rate))
    is_speech = talking.is_speech
    if not is_speech.any():
        return None
    pauses = _pauses(is_speech)
    clipped = _clipped(mono, sample_rate, len(is_speech))
    candidates = [
        (begin, end)
        for begin in [pause[1] for pause in pauses[:-1]]
        for end in [pause[0] for pause in pauses[1:]]
        if LEAST_S <= (end - begin) * STEP_S <= MOST_S - 2 * _PAD_S
    ]
    if not candidates:
        candidates = _anywhere(is_speech)
    scored = [(_score(talking, clipped, begin, end), begin, end) for begin, end in candidates]
    score, begin, end = max(scored)
    return score, Span(max(0.0, begin * STEP_S - _PAD_S), min(len(mono) / sample_rate, end * STEP_S + _PAD_S))


def _pauses(is_speech: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches without speech, as steps [begin, end); before the first word and behind the last there is one."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], is_speech, [True])).astype(np.int8)))
    runs = [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
    least = round(_PAUSE_S / STEP_S)
    kept = [run for run in runs if run[1] - run[0] >= least or run[0] == 0 or run[1] == len(is_speech)]
    first, last = (0, 0), (len(is_speech), len(is_speech))
    kept = kept if kept and kept[0][0] == 0 else [first, *kept]
    return kept if kept[-1][1] == len(is_speech) else [*kept, last]


def _anywhere(is_speech: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where nothing begins and ends in pauses: windows a second apart, or all there is."""
    wanted = round(WANTED_S / STEP_S)
    if len(is_speech) <= wanted:
        return [(0, len(is_speech))]
    step = round(1 / STEP_S)
    return [(begin, begin + wanted) for begin in range(0, len(is_speech) - wanted + 1, step)]


def _score(talking: Talking, clipped: npt.NDArray[np.bool_], begin: int, end: int) -> float:
    """Seconds of speech up to what is wanted, less what disturbs."""
    speech = talking.is_speech[begin:end]
    levels = talking.level_db[begin:end]
    length_s = (end - begin) * STEP_S
    spoken_s = float(speech.sum()) * STEP_S
    loud = levels[speech]
    uneven_db = float(np.std(loud)) if len(loud) > 1 else 0.0
    quiet = levels[~speech]
    gap_s = max((end - begin for begin, end in runs(~speech)), default=0) * STEP_S
    clear_db = float(np.mean(loud) - np.percentile(quiet, 50)) if len(quiet) >= 3 and len(loud) else 20.0
    return (
        min(spoken_s, WANTED_S)
        - 0.15 * max(0.0, length_s - WANTED_S)
        - 0.3 * (length_s - spoken_s)
        - 6.0 * float(clipped[begin:end].mean())
        - 20.0 * float(clipped[begin:end].any())
        - 0.15 * uneven_db
        - 0.3 * max(0.0, 25.0 - clear_db)
        - 1.5 * max(0.0, gap_s - LONG_PAUSE_S)
        - 0.1 * max(0.0, -32.0 - float(np.mean(loud) if len(loud) else -60.0))
    )


def _clipped(mono: Samples, sample_rate: int, steps: int) -> npt.NDArray[np.bool_]:
    """Which steps have samples at full scale."""
    at = np.flatnonzero(np.abs(mono) >= _CLIPPED) / sample_rate / STEP_S
    found = np.zeros(steps, dtype=np.bool_)
    found[np.minimum(at.astype(int), steps - 1)] = True
    return found
