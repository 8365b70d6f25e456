"""A chapter as sound, from its score and the cached segments: for assembly, and for listening before the book is done.

Streams segment by segment; nothing holds a chapter's samples whole.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engine.audio import master
from engine.types import Samples
from studio.library.errors import StorageError
from studio.library.narration.scores import Note, Score
from studio.library.narration.segments import SegmentCache

LONGEST_BLOCK_S = 10.0
"""Silence longer than this is given in pieces."""


class MissingSound(StorageError):
    """A segment of the score is not in the cache any more, or torn: its chapter must be narrated again."""


def blocks(score: Score, cache: SegmentCache) -> Iterator[Samples]:
    """The chapter's samples in order, pauses included.

    Yields:
        float32 [n], a segment or a silence each.

    Raises:
        MissingSound: a cached segment is gone.
    """
    for note in score.notes():
        yield from note_blocks(note, cache, score.sample_rate)


def mastered(
    score: Score, cache: SegmentCache, narrated: Mapping[str, Any], loudness: master.LoudnessTarget
) -> Iterator[Samples]:
    """As `blocks`, at the loudness the book will have.

    Args:
        score: of the chapter.
        cache: where its segments are.
        narrated: the chapter's measured loudness (a LoudnessReport as JSON); empty while it is being narrated.
        loudness: the book's target.
    """
    return master.apply(blocks(score, cache), plan(narrated, loudness), score.sample_rate)


def plan(narrated: Mapping[str, Any], loudness: master.LoudnessTarget) -> master.MasterPlan:
    """What makes a chapter as loud as it should be; one that was not measured is left as it is."""
    if not narrated:
        return master.MasterPlan(gain_db=0.0, ceiling_db=None)
    return master.plan_gain(master.LoudnessReport(**narrated), loudness)


def note_blocks(note: Note, cache: SegmentCache, sample_rate: int) -> Iterator[Samples]:
    """One segment and the pause after it."""
    if note.key:
        spoken = cache.read(note.key)
        if spoken is None or len(spoken.samples) != note.samples:
            raise MissingSound("A part of this chapter's sound is gone from the disk. Press Retry to narrate it again.")
        if note.samples:
            yield spoken.samples
    else:
        yield from silence(note.samples, sample_rate)
    yield from silence(note.pause, sample_rate)


def silence(samples: int, sample_rate: int) -> Iterator[Samples]:
    """That many zeros, in pieces of bounded size."""
    longest = max(1, round(LONGEST_BLOCK_S * sample_rate))
    while samples > 0:
        piece = min(samples, longest)
        yield np.zeros(piece, dtype=np.float32)
        samples -= piece


def duration_s(score: Score) -> float:
    """Seconds in `blocks`."""
    return sum(note.samples + note.pause for note in score.notes()) / score.sample_rate
