"""From a measured loudness to a target: which gain, which ceiling, and does the result pass. Knows no files.

`measure` a stream, `plan_gain` for a target, `apply` the plan to the same stream, `measure` what came out, and ask
what it still misses: `meets`. Every step streams.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from engine.audio.files.encode import close_blocks
from engine.audio.limiter import limit
from engine.audio.loudness import SILENCE_DB, LoudnessMeter, LoudnessReport, measure
from engine.types import Samples

__all__ = [
    "LoudnessMeter",
    "LoudnessReport",
    "LoudnessTarget",
    "MasterPlan",
    "apply",
    "measure",
    "meets",
    "plan_gain",
]

LoudnessTarget = Literal["acx", "podcast", "none"]

# Audiobook Creation Exchange, "Audio Submission Requirements": every file -23 to -18 dB RMS, peaks at most -3 dB, noise
# floor at most -60 dB.
ACX_RMS_DB = (-23.0, -18.0)
ACX_PEAK_DB = -3.0
ACX_NOISE_FLOOR_DB = -60.0
# Apple Podcasts and others: -16 LUFS within 1, true peak at most -1 dB.
PODCAST_LUFS = -16.0
PODCAST_TOLERANCE_LU = 1.0
PODCAST_TRUE_PEAK_DB = -1.0

_ACX_AIM_DB = -20.5  # the middle
# A lossy codec's own noise lifts peaks again; by up to 0.4 dB at 64 kbit/s AAC and MP3 (measured on speech).
_CODEC_MARGIN_DB = 1.0
# More would only lift hiss: a recording that needs it was not spoken into the microphone.
_MAX_GAIN_DB = 30.0
# A limiter lowers not the peak alone but what is near it; of each dB at the peak, its tenth of a second loses about
# this much (fitted on speech limited by 1 to 6 dB, right within 0.3 dB).
_LIMITER_LOSS = 0.6
# What may be added to make up for it: beyond that, limiting is heard.
_MAX_MAKE_UP_DB = 3.0
# Distance to the limits of the range when a quieter result is better.
_CLEARANCE_DB = 0.5


@dataclass(frozen=True, slots=True)
class MasterPlan:
    """What will be done to a stream.

    Attributes:
        gain_db: for every sample.
        ceiling_db: true peak that nothing will exceed; None leaves the samples as they are.
    """

    gain_db: float
    ceiling_db: float | None


def plan_gain(report: LoudnessReport, target: LoudnessTarget) -> MasterPlan:
    """Choose gain and ceiling for a measured stream. Silence is left as it is."""
    if target == "none" or report.rms_db <= SILENCE_DB:
        return MasterPlan(gain_db=0.0, ceiling_db=None)
    if target == "podcast":
        wish_db = PODCAST_LUFS - report.integrated_lufs if report.integrated_lufs > SILENCE_DB else 0.0
        ceiling_db = PODCAST_TRUE_PEAK_DB - _CODEC_MARGIN_DB
    else:
        # Where the noise would come out too loud, be as quiet as allowed.
        quietest_db = ACX_RMS_DB[0] + _CLEARANCE_DB - report.rms_db
        noise_db = ACX_NOISE_FLOOR_DB - _CLEARANCE_DB - report.noise_floor_db
        wish_db = max(quietest_db, min(_ACX_AIM_DB - report.rms_db, noise_db))
        ceiling_db = ACX_PEAK_DB - _CODEC_MARGIN_DB
    return MasterPlan(_made_up(min(wish_db, _MAX_GAIN_DB), ceiling_db, report), ceiling_db)


def _made_up(gain_db: float, ceiling_db: float, report: LoudnessReport) -> float:
    """The gain that is `gain_db` louder after the limiter has taken its share."""
    low, high = gain_db, gain_db + _MAX_MAKE_UP_DB
    for _ in range(20):
        middle = (low + high) / 2
        if middle - _limiter_loss_db(middle, ceiling_db, report) < gain_db:
            low = middle
        else:
            high = middle
    return low


def _limiter_loss_db(gain_db: float, ceiling_db: float, report: LoudnessReport) -> float:
    """By how much the limiter will lower the loudness, foreseen from what is loud at the peaks."""
    if not report.power_by_peak:
        return 0.0
    left = sum(
        share * 10 ** (-2 * _LIMITER_LOSS * max(0.0, gain_db - below - 0.5 - ceiling_db) / 20)
        for below, share in enumerate(report.power_by_peak)
    )
    return -10 * math.log10(left)


def apply(blocks: Iterable[Samples], plan: MasterPlan, sample_rate: int) -> Iterator[Samples]:
    """Carry a plan out on a stream: as many samples out as in, never many at once.

    The same stream in blocks of any size gives the same samples. Closing the iterator closes `blocks` if it can be.

    Yields:
        Samples: float32 [n].

    Raises:
        AudioFormatError: not samples.
    """
    try:
        if plan.ceiling_db is None:
            # No ceiling comes only with no gain.
            yield from blocks
        else:
            gain, ceiling = 10 ** (plan.gain_db / 20), 10 ** (plan.ceiling_db / 20)
            yield from limit(blocks, sample_rate, gain=gain, ceiling=ceiling)
    finally:
        close_blocks(blocks)


def meets(report: LoudnessReport, target: LoudnessTarget) -> list[str]:
    """What the measured stream misses of a target, a sentence each; empty when it passes."""
    misses: list[str] = []
    if target == "acx":
        low, high = ACX_RMS_DB
        if not low <= report.rms_db <= high:
            misses.append(f"The loudness is {report.rms_db:.1f} dB RMS; ACX asks for {low:g} to {high:g} dB.")
        if report.peak_db > ACX_PEAK_DB:
            misses.append(f"The peak is {report.peak_db:.1f} dB; ACX asks for at most {ACX_PEAK_DB:g} dB.")
        if report.noise_floor_db > ACX_NOISE_FLOOR_DB:
            floor = f"{report.noise_floor_db:.1f} dB; ACX asks for at most {ACX_NOISE_FLOOR_DB:g} dB."
            misses.append(f"The noise floor is {floor}")
    if target == "podcast":
        if abs(report.integrated_lufs - PODCAST_LUFS) > PODCAST_TOLERANCE_LU:
            wish = f"podcasts are expected at {PODCAST_LUFS:g} LUFS, give or take {PODCAST_TOLERANCE_LU:g}."
            misses.append(f"The loudness is {report.integrated_lufs:.1f} LUFS; {wish}")
        if report.true_peak_db > PODCAST_TRUE_PEAK_DB:
            wish = f"podcasts are expected to stay below {PODCAST_TRUE_PEAK_DB:g} dB."
            misses.append(f"The true peak is {report.true_peak_db:.1f} dB; {wish}")
    return misses
