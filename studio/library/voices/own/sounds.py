"""Recordings of voices as sound: read from whatever came, bounded, and kept as WAV of one rate."""

from itertools import pairwise
from pathlib import Path
from typing import cast

import numpy as np
import soundfile

from engine.audio.files.io import probe, read
from engine.errors import AudioFormatError
from engine.types import Samples
from studio.library.errors import StorageError
from studio.library.storage import replacing

RATE = 24_000
"""Hz: what models that clone hear; nothing above 12 kHz helps them."""

SHORTEST_S, LONGEST_S = 1.0, 600.0
LOOKED_AT_S = 20.0
LOUD_ENOUGH = 10 ** (-60 / 20)
PEAKS = 600


def taken_in(path: Path, shortest_s: float = SHORTEST_S) -> Samples:
    """The sound of a file that somebody sent, float32 [n] mono at RATE.

    Raises:
        AudioFormatError: no sound, too short, far too long, or nothing to hear; in a sentence.
    """
    about = probe(path)
    if about.duration_s is not None and about.duration_s > LONGEST_S:
        raise AudioFormatError(_too_long(about.duration_s))
    samples = read(path, RATE, max_s=LONGEST_S + 1)
    if len(samples) > LONGEST_S * RATE:
        raise AudioFormatError(_too_long(len(samples) / RATE))
    if len(samples) < shortest_s * RATE:
        raise AudioFormatError(
            f"The recording lasts {len(samples) / RATE:.1f} seconds; a voice needs at least {shortest_s:g}, "
            "and 5 to 20 are best."
        )
    if float(np.abs(samples).max(initial=0.0)) < LOUD_ENOUGH:
        raise AudioFormatError("Nothing can be heard in this recording. Look at the microphone and record it again.")
    return samples


def channels_of(path: Path) -> tuple[Samples, int] | None:
    """The first seconds of a file with several channels: float32 [n, channels] and Hz; None of another, and of a
    container whose channels are not looked at.
    """
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels < 2 or file.channels > 8:
                return None
            read = file.read(round(LOOKED_AT_S * file.samplerate), dtype="float32", always_2d=True)
            return cast("Samples", read), int(file.samplerate)
    except (OSError, RuntimeError, ValueError):
        return None


def keep(path: Path, samples: Samples) -> None:
    """Write a recording. Raises StorageError: no room on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        soundfile.write(temporary, np.clip(samples, -1.0, 1.0), RATE, format="WAV", subtype="PCM_16")


def kept(path: Path, start_s: float = 0.0, end_s: float | None = None) -> Samples:
    """A recording that was kept, or a stretch of it; float32 [n] at RATE.

    Raises:
        StorageError: it is gone or torn.
    """
    try:
        stop = None if end_s is None else round(end_s * RATE)
        samples, _ = soundfile.read(path, start=round(start_s * RATE), stop=stop, dtype="float32", always_2d=True)
    except (OSError, RuntimeError, ValueError) as exc:
        raise StorageError("The recording of this voice is no longer on the disk. Record it again.") from exc
    return np.ascontiguousarray(samples[:, 0], dtype=np.float32)


def peaks(samples: Samples, count: int = PEAKS) -> list[float]:
    """How loud each stretch is, 0 to 1, for a picture; at most `count`."""
    edges = np.linspace(0, len(samples), min(count, len(samples)) + 1).astype(int)
    loud = np.abs(samples)
    return [round(float(loud[start:end].max(initial=0.0)), 3) for start, end in pairwise(edges)]


def _too_long(seconds: float) -> str:
    long = f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.0f} minutes"
    return f"The recording lasts {long}, and a voice needs 5 to 20 seconds: cut out up to {LONGEST_S / 60:.0f} minutes."
