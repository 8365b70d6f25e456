"""Cutting the silence off both ends of a spoken row, so that pauses are the studio's and joins are not heard."""

import numpy as np

from engine.types import Samples

QUIET = 1e-3  # -60 dB of full scale
MARGIN_S = 0.015
FADE_S = 0.010


def trimmed(samples: Samples, first: int, last: int, sample_rate: int) -> tuple[Samples, int]:
    """The sound without the silence before its first and behind its last phoneme, its ends faded to zero.

    Args:
        samples: a row's sound.
        first: the sample where its first phoneme begins: nothing from there on is cut.
        last: the sample where its last phoneme ends: nothing before it is cut.
        sample_rate: Hz.

    Returns:
        The sound, and how many samples were cut off its front.
    """
    margin = round(MARGIN_S * sample_rate)
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    if len(loud) == 0:
        return samples[:0], 0
    start = max(0, min(first, int(loud[0]) - margin))
    end = min(len(samples), max(last, int(loud[-1]) + 1 + margin))
    sound = samples[start:end].copy()
    fade = min(round(FADE_S * sample_rate), len(sound) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(fade) / max(1, fade))).astype(np.float32)
    sound[:fade] *= ramp
    sound[len(sound) - fade :] *= ramp[::-1]
    return sound, start
