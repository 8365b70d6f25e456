"""What takes differ in, as numbers. Knows samples and times, no model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.audio.loudness import measure
from engine.compare.ways import Take, Way
from engine.metrics import rtf
from engine.types import Samples


@dataclass(frozen=True, slots=True)
class Measures:
    """One row of the table.

    Attributes:
        way: how it was spoken.
        samples: its length.
        length_s: the same in seconds.
        longer_by: samples more than the whole has; negative when it has fewer.
        max_difference: largest difference to the whole, where both have samples; 1.0 is full scale.
        rms_difference: root of the mean square of that difference.
        chunks: how many there were.
        join_step: largest step from the last sample of a chunk to the first of the next; 0 with one chunk.
        largest_step: largest step between any two neighbouring samples, for comparison.
        lufs: integrated loudness.
        ttfa_s: seconds from the request to the first sound.
        rtf: seconds of computing for a second of sound.
        tokens: that the model generated.
    """

    way: Way
    samples: int
    length_s: float
    longer_by: int
    max_difference: float
    rms_difference: float
    chunks: int
    join_step: float
    largest_step: float
    lufs: float
    ttfa_s: float
    rtf: float
    tokens: int


def measured(takes: Sequence[Take]) -> list[Measures]:
    """A row for each take; the first one is the whole that the others are held against."""
    return [_row(take, takes[0]) for take in takes]


def difference(samples: Samples, whole: Samples) -> Samples:
    """What is left when the whole is taken away, float32 [n], as far as both go."""
    n = min(len(samples), len(whole))
    return samples[:n] - whole[:n]


def _row(take: Take, whole: Take) -> Measures:
    left = difference(take.samples, whole.samples).astype(np.float64)
    steps = np.abs(np.diff(take.samples))
    length_s = len(take.samples) / take.sample_rate
    return Measures(
        way=take.way,
        samples=len(take.samples),
        length_s=length_s,
        longer_by=len(take.samples) - len(whole.samples),
        max_difference=float(np.abs(left).max(initial=0.0)),
        rms_difference=float(np.sqrt(np.mean(left**2))) if len(left) else 0.0,
        chunks=len(take.joins) + 1,
        join_step=float(max((steps[join - 1] for join in take.joins), default=0.0)),
        largest_step=float(steps.max(initial=0.0)),
        lufs=measure([take.samples], take.sample_rate).integrated_lufs,
        ttfa_s=take.ttfa_s,
        rtf=rtf(take.compute_s, length_s),
        tokens=take.tokens,
    )
