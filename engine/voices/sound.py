"""A recording as everything here takes it: one channel of finite numbers, and of a long one parts that stand for it."""

import numpy as np
import numpy.typing as npt

from engine.audio.resample import check_rate, resample
from engine.errors import AudioFormatError
from engine.types import Samples

RATE = 16_000
"""Hz at which voices are looked at."""

LEAST_S = 0.25
"""Less than this is no recording of a voice."""

MOST_S = 600.0
"""Of a longer recording, parts of a minute spread over all of it are looked at."""

_PART_S = 60.0

Recorded = npt.NDArray[np.floating]
"""float [n] or [n, channels], -1 to 1"""


def checked(samples: Recorded, sample_rate: int) -> None:
    """Refuse what is no recording.

    Raises:
        AudioFormatError: of another shape, a rate nobody records at, or shorter than a syllable.
    """
    check_rate(sample_rate)
    if samples.ndim not in (1, 2) or not np.issubdtype(samples.dtype, np.floating) or 0 in samples.shape[1:]:
        raise AudioFormatError("A recording is expected as numbers from -1 to 1, in one or two channels.")
    if len(samples) < LEAST_S * sample_rate:
        raise AudioFormatError(
            f"The recording is {len(samples) / sample_rate:.1f} s long, too short to hear a voice in. Record at least "
            "5 seconds."
        )


def parts(length: int, sample_rate: int, most_s: float = MOST_S, part_s: float = _PART_S) -> list[tuple[int, int]]:
    """What of so many samples is looked at: all of them, or parts spread over them, as [begin, end)."""
    part, count = round(part_s * sample_rate), round(most_s / part_s)
    if length <= count * part:
        return [(0, length)]
    return [(begin, begin + part) for begin in np.linspace(0, length - part, count).astype(int).tolist()]


def one_channel(samples: Recorded) -> Samples:
    """-> float32 [n], the channels that sound averaged; what is no number is silence."""
    sound = samples.astype(np.float32, copy=False)
    if not np.isfinite(sound).all():
        sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
    if sound.ndim == 1:
        return sound
    # A dead channel would only halve the other one.
    sounds = [channel for channel in sound.T if np.any(channel)]
    if not sounds:
        return np.zeros(len(sound), dtype=np.float32)
    return np.stack(sounds).mean(axis=0, dtype=np.float32)


def at_16k(sound: Samples, sample_rate: int) -> Samples:
    """float32 [n] -> float32 at RATE."""
    return resample(sound, sample_rate, RATE)
