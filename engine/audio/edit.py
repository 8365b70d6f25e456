"""Small cuts on samples in memory: silence, trimmed ends, joins without a click. Knows no files and no streams."""

import numpy as np

from engine.types import Samples

# Room sound of a quiet recording lies below this; the softest consonants lie above.
SILENT_DB = -50.0
_FRAME_S = 0.01


def silence(seconds: float, sample_rate: int) -> Samples:
    """float32 [round(seconds * sample_rate)] of nothing; none for a negative time."""
    return np.zeros(max(0, round(seconds * sample_rate)), dtype=np.float32)


def trim_silence(
    samples: Samples, sample_rate: int, *, threshold_db: float = SILENT_DB, keep_s: float = 0.05
) -> Samples:
    """Without the silence before and after; empty when there is nothing else.

    Args:
        samples: float32 [n].
        sample_rate: Hz.
        threshold_db: a hundredth of a second is silent when its peak lies below this (dBFS).
        keep_s: silence left on either side, so that no breath or consonant is cut.
    """
    frame = max(1, round(_FRAME_S * sample_rate))
    padded = np.pad(np.abs(samples), (0, -len(samples) % frame))
    (loud,) = np.nonzero(padded.reshape(-1, frame).max(axis=1) >= 10 ** (threshold_db / 20)) if len(padded) else ([],)
    if not len(loud):
        return samples[:0]
    keep = round(keep_s * sample_rate)
    return samples[max(0, int(loud[0]) * frame - keep) : (int(loud[-1]) + 1) * frame + keep]


def crossfade(first: Samples, second: Samples, overlap: int) -> Samples:
    """Join two pieces over `overlap` samples (fewer where one is shorter) with steady power, [n + m - overlap]."""
    overlap = max(0, min(overlap, len(first), len(second)))
    if overlap == 0:
        return np.concatenate([first, second])
    angle = (np.arange(overlap, dtype=np.float32) + 0.5) * np.float32(np.pi / 2 / overlap)
    joint = first[len(first) - overlap :] * np.cos(angle) + second[:overlap] * np.sin(angle)
    return np.concatenate([first[: len(first) - overlap], joint, second[overlap:]])
