"""Whose voice it is: a recording becomes a direction of 256 numbers, and two of one person point about the same way.

Source: resemble-ai/Resemblyzer (Apache-2.0), the recipe around its network: mel power of 40 bands, windows of 1.6 s,
1.3 of them a second, their directions averaged. Silence is not cut out first.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine import registry, weights
from engine.audio.mel import mel_filters
from engine.types import Samples
from engine.voices.ge2e import FILE, Ge2e, load
from engine.voices.sound import RATE, Recorded, at_16k, checked, one_channel, parts

MODEL = "voice-encoder"
"""The part of the natural set that this needs."""

SAME_PERSON = 0.70
"""At least so similar, and two recordings count as one person's.

Measured on ten readers of LibriSpeech, 12 s against 6 s: of others 4.4 % are let in and of the same nobody is refused;
through a telephone 1.9 and 0.3 %, with noise 1.2 and 6.0 %, in a room 0.2 and 8.7 % (benchmarks/RESULTS.md).
"""

Direction = npt.NDArray[np.float32]
"""float32 [256] of length 1"""

WINDOW = 160  # frames of 10 ms
_HOP, _FFT, _BANDS = 160, 400, 40
_STEP = round(RATE / 1.3 / _HOP)  # frames from window to window
_LEVEL_DB = -30.0  # what is quieter is made so loud
_COVERED = 0.75  # of the last window, else it is left out
_AT_ONCE = 64  # windows
MOST_S = 180.0
"""Of a longer recording, parts of a quarter of a minute spread over all of it."""
_PART_S = 15.0


def embed(samples: Recorded, sample_rate: int, models_dir: Path | None = None) -> Direction:
    """The direction of a recording's voice.

    Args:
        samples: float [n] or [n, channels], -1 to 1.
        sample_rate: Hz.
        models_dir: where models are kept; None is this machine's cache.

    Returns:
        float32 [256], length 1; of silence it means nothing.

    Raises:
        ModelNotDownloaded: the voice encoder is not on this machine.
        AudioFormatError: no recording, or shorter than a syllable.
    """
    return mean(windows(samples, sample_rate, models_dir))


def windows(samples: Recorded, sample_rate: int, models_dir: Path | None = None) -> Direction:
    """As `embed`, a direction for each window of 1.6 s, 1.3 of them a second: float32 [windows, 256].

    Of a recording of more than three minutes quarters of a minute are looked at, spread over all of it.
    """
    network = ready(models_dir)
    checked(samples, sample_rate)
    looked_at = parts(len(samples), sample_rate, MOST_S, _PART_S)
    sounds = (at_16k(one_channel(samples[begin:end]), sample_rate) for begin, end in looked_at)
    return np.concatenate([_directions(network, sound) for sound in sounds])


def similarity(one: Direction, other: Direction) -> float:
    """How alike two voices are: 1 is the same direction; see SAME_PERSON."""
    return float(one @ other)


def same_person(one: Direction, other: Direction) -> bool:
    """Whether two directions count as one person's."""
    return similarity(one, other) >= SAME_PERSON


def mean(directions: Direction) -> Direction:
    """[n, 256] -> their middle, [256] of length 1."""
    middle = directions.mean(axis=0)
    return middle / max(float(np.linalg.norm(middle)), 1e-9)


def ready(models_dir: Path | None = None) -> Ge2e:
    """The network, loaded once.

    Raises:
        ModelNotDownloaded: it is not on this machine.
        WeightsError: it is damaged.
    """
    folder = weights.folder_of(registry.find(MODEL), models_dir)
    assert folder is not None  # only built-in models have none
    return _loaded(folder, (folder / FILE).stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _loaded(folder: Path, _made_ns: int) -> Ge2e:
    return load(folder)


def _directions(network: Ge2e, sound: Samples) -> Direction:
    """At RATE."""
    sound = _levelled(sound)
    begins = window_begins(len(sound))
    found = [
        network(np.stack([_frames(sound, begin) for begin in begins[at : at + _AT_ONCE]]))
        for at in range(0, len(begins), _AT_ONCE)
    ]
    return np.concatenate(found)


def window_begins(length: int) -> list[int]:
    """The first frame of each window of a recording of so many samples."""
    frames = -(-(length + 1) // _HOP)
    begins = list(range(0, max(1, frames - WINDOW + _STEP + 1), _STEP))
    if len(begins) > 1 and (length - begins[-1] * _HOP) / (WINDOW * _HOP) < _COVERED:
        begins.pop()
    return begins


def _levelled(sound: Samples) -> Samples:
    """Quiet sound louder, loud sound as it is."""
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    gain_db = _LEVEL_DB - 10 * np.log10(power + 1e-24)
    return sound * np.float32(10 ** (gain_db / 20)) if gain_db > 0 and power > 0 else sound


def _frames(sound: Samples, begin: int) -> npt.NDArray[np.float32]:
    """A window's bands from a frame on: float32 [WINDOW, 40]; silence around the recording."""
    first = begin * _HOP - _FFT // 2
    end = first + (WINDOW - 1) * _HOP + _FFT
    heard = np.zeros(end - first, dtype=np.float32)
    heard[max(0, -first) : max(0, min(end, len(sound)) - first)] = sound[max(0, first) : max(0, min(end, len(sound)))]
    parts = np.lib.stride_tricks.sliding_window_view(heard, _FFT)[::_HOP]
    power = np.square(np.abs(np.fft.rfft(parts * _hann(), axis=1))).astype(np.float32)
    return power @ mel_filters(RATE, _FFT, _BANDS).T


@lru_cache(maxsize=1)
def _hann() -> npt.NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
