"""What Whisper hears: log-mel frames of 30 s windows, silence behind the sound.

Source: A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022), section 2.2;
transformers, WhisperFeatureExtractor (Apache-2.0).
"""

from collections.abc import Sequence
from functools import lru_cache

import mlx.core as mx
import numpy as np

from engine.audio.mel import mel_filters
from engine.types import Samples

SAMPLE_RATE = 16000
N_FFT, HOP = 400, 160
_FLOOR, _RANGE = 1e-10, 8.0  # nothing is heard 80 dB below the loudest


def log_mel(windows: Sequence[Samples], n_mels: int, n_frames: int) -> mx.array:
    """Log-mel frames of a batch of windows.

    Args:
        windows: float32 [n] each, at 16 kHz; what is longer than n_frames is cut off, what is shorter ends in silence.
        n_mels: 80 or 128.
        n_frames: 3000 are 30 s.

    Returns:
        float32 [windows, n_frames, n_mels]
    """
    length, half = n_frames * HOP, N_FFT // 2
    sound = np.zeros((len(windows), length + N_FFT), dtype=np.float32)
    for row, samples in zip(sound, windows, strict=True):
        heard = samples[:length]
        row[half : half + len(heard)] = heard
        # The reference mirrors the window at its ends.
        row[:half] = row[half + 1 : N_FFT + 1][::-1]
        row[half + length :] = row[length - 1 : half + length - 1][::-1]
    starts = (n_frames, N_FFT)
    frames = mx.as_strided(mx.array(sound), (len(windows), *starts), (sound.shape[1], HOP, 1))
    spectrum = mx.fft.rfft(frames * _hann())
    power = mx.square(mx.real(spectrum)) + mx.square(mx.imag(spectrum))
    mel = power @ mx.array(mel_filters(SAMPLE_RATE, N_FFT, n_mels)).T
    log = mx.log10(mx.maximum(mel, _FLOOR))
    log = mx.maximum(log, log.max(axis=(1, 2), keepdims=True) - _RANGE)
    return (log + 4.0) / 4.0


@lru_cache(maxsize=1)
def _window() -> Samples:
    return np.hanning(N_FFT + 1)[:-1].astype(np.float32)


def _hann() -> mx.array:
    # Made anew: an array of MLX belongs to one thread.
    return mx.array(_window())
