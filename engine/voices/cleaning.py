"""Steady noise taken out of a recording: each band is turned down while no more than the noise is in it.

Source: Ephraim and Malah, "Speech Enhancement Using a Minimum Mean-Square Error Short-Time Spectral Amplitude
Estimator" (1984): the signal is guessed from what it was a moment ago and from what stands out now, which leaves no
ringing. The noise is the quiet of the pauses. Voices of others, music and echo stay as they are.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.types import Samples
from engine.voices.sound import Recorded, at_16k, checked, one_channel, parts
from engine.voices.talking import STEP_S, listen

WINDOW_S = 0.032
LEAST_GAIN = 0.1
"""So much of the noise stays: silence between words would sound like a fault."""

_BEFORE = 0.97  # how much the moment before counts
_OVER = 1.4  # noise is thought to be so much stronger than it was in the pauses
_BLOCK_S = 60.0

Powers = npt.NDArray[np.float64]


def cleaned(samples: Recorded, sample_rate: int) -> Samples:
    """The recording without its steady noise.

    Args:
        samples: float [n] or [n, channels], -1 to 1.
        sample_rate: Hz.

    Returns:
        float32 [n], one channel, in step with what came in.

    Raises:
        AudioFormatError: no recording, or shorter than a syllable.
    """
    checked(samples, sample_rate)
    size = max(64, round(WINDOW_S * sample_rate) // 4 * 4)
    noise = _noise(samples, sample_rate, size)
    if not noise.any():
        return one_channel(samples)
    block = round(_BLOCK_S * sample_rate) // size * size
    out = np.empty(len(samples), dtype=np.float32)
    # A second is heard before each block, so that where two join nothing is to be heard.
    before = sample_rate // size * size
    for begin in range(0, len(samples), block):
        first, end = max(0, begin - before), min(len(samples), begin + block)
        behind = min(len(samples), end + size)
        out[begin:end] = _gated(one_channel(samples[first:behind]), noise, size)[begin - first : end - first]
    return out


def _noise(samples: Recorded, sample_rate: int, size: int) -> Powers:
    """The mean power of each band where nobody talks; where that is nowhere, of the quietest moments."""
    powers: list[Powers] = []
    for begin, end in parts(len(samples), sample_rate, 120.0, 20.0):
        mono = one_channel(samples[begin:end])
        power = np.square(np.abs(_spectra(mono, size)))
        talking = listen(at_16k(mono, sample_rate))
        step = np.minimum(
            (np.arange(len(power)) * (size // 4) / sample_rate / STEP_S).astype(int), len(talking.probable) - 1
        )
        is_quiet = talking.probable[step] < 0.1
        # Digital silence says nothing of the room.
        sounds = power.sum(axis=1) > 1e-9
        powers.append(power[is_quiet & sounds] if (is_quiet & sounds).sum() >= 20 else _quietest(power[sounds]))
    found = np.concatenate(powers)
    if not len(found):
        return np.zeros(size // 2 + 1)
    # Breath and clicks are louder than the noise: the middle, and what it is of a mean.
    return np.median(found, axis=0) / np.log(2)


def _quietest(power: Powers) -> Powers:
    """The tenth of the moments with the least power."""
    order = np.argsort(power.sum(axis=1))
    return power[order[: max(1, len(order) // 10)]] if len(order) else power


def _gated(mono: Samples, noise: Powers, size: int) -> Samples:
    spectra = _spectra(mono, size)
    gains = _gains(np.square(np.abs(spectra)), noise * _OVER)
    return _joined(spectra * gains, size, len(mono))


def _gains(power: Powers, noise: Powers) -> Powers:
    """[frames, bands]"""
    over = power / np.maximum(noise, 1e-20)
    gains = np.empty_like(over)
    signal = np.maximum(over[0] - 1, 0) if len(over) else np.zeros(len(noise))
    for frame, gain in zip(over, gains, strict=True):
        guessed = _BEFORE * signal + (1 - _BEFORE) * np.maximum(frame - 1, 0)
        np.maximum(guessed / (1 + guessed), LEAST_GAIN, out=gain)
        signal = np.square(gain) * frame
    return gains


def _spectra(mono: Samples, size: int) -> npt.NDArray[Any]:
    """complex [frames, size // 2 + 1], four frames a window; frame 0 ends a quarter into the sound."""
    hop = size // 4
    padded = np.pad(mono, (size - hop, size - hop + -len(mono) % hop))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    return np.fft.rfft(frames * _window(size), axis=1)


def _joined(spectra: npt.NDArray[Any], size: int, length: int) -> Samples:
    hop = size // 4
    frames = np.fft.irfft(spectra, size, axis=1) * _window(size)
    out = np.zeros((len(frames) - 1) * hop + size)
    for quarter in range(4):
        # Every fourth frame stands beside the next, so that they are added at once.
        some = frames[quarter::4].reshape(-1)
        out[quarter * hop : quarter * hop + len(some)] += some
    return (out[size - hop : size - hop + length] / 1.5).astype(np.float32)


def _window(size: int) -> Powers:
    """Hann; the squares of four of them a quarter apart sum to 1.5."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
