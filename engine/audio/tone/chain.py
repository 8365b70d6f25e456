"""The whole of a tone, in its order: pitch, bands, room, and a ceiling where the two may be too loud."""

import numpy as np

from engine.audio.limiter import Limiter
from engine.audio.tone import bands
from engine.audio.tone.convolution import Convolution
from engine.audio.tone.pitch import Pitch
from engine.audio.tone.room import Room
from engine.audio.tone.stage import EMPTY, OnBlocks, Stage
from engine.types import Samples, Tone

VERSION = 1
"""Of what a tone does to a sound: kept sound has it in its name. Raise it with any change of the samples."""

NEUTRAL = Tone()
"""Changes nothing."""

_CEILING = 0.98
_CEILING_BLOCK = 1024


class Chain:
    """One segment's. All that `feed` and `finish` return, joined, is as long as all that was fed, and the same for any
    cut of it; a neutral tone returns the very samples."""

    def __init__(self, tone: Tone, sample_rate: int) -> None:
        self._stages = stages(tone, sample_rate)

    def feed(self, samples: Samples) -> Samples:
        """Take the next float32 [n] and return what is ready, possibly nothing."""
        for stage in self._stages:
            samples = stage.feed(samples)
        return samples

    def finish(self) -> Samples:
        """The segment has ended: return the rest."""
        rest: list[Samples] = []
        for stage in self._stages:
            made = [stage.feed(one) for one in rest]
            rest = [one for one in (*made, stage.finish()) if len(one)]
        return _joined(rest)


def stages(tone: Tone, sample_rate: int) -> list[Stage]:
    """Those that a tone needs."""
    made: list[Stage] = []
    if tone.pitch_semitones:
        made.append(Pitch(sample_rate, tone.pitch_semitones))
    if tone.low_db or tone.mid_db or tone.high_db:
        impulse = bands.impulse(sample_rate, tone.low_db, tone.mid_db, tone.high_db)
        made.append(OnBlocks(Convolution(impulse)))
    if tone.room:
        made.append(Room(sample_rate, tone.room))
    if tone.room or max(tone.low_db, tone.mid_db, tone.high_db) > 0:
        made.append(OnBlocks(Limiter(sample_rate, 1.0, _CEILING, _CEILING_BLOCK)))
    return made


def apply(tone: Tone, samples: Samples, sample_rate: int) -> Samples:
    """A whole segment, float32 [n] -> float32 [n]."""
    if tone == NEUTRAL:
        return samples
    chain = Chain(tone, sample_rate)
    return _joined([chain.feed(samples), chain.finish()])


def _joined(pieces: list[Samples]) -> Samples:
    return np.concatenate([EMPTY, *pieces])
