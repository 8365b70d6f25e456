"""A recording -> the vector that says whose voice it is.

Source: Qwen3-TTS, QwenLM (Apache-2.0), modeling_qwen3_tts.py.
"""

from collections.abc import Mapping
from typing import Any

import mlx.core as mx
import numpy as np

from engine.audio.mel import Mel, mel_filters
from engine.nn.ecapa import Ecapa
from engine.nn.parts import Parts
from engine.tts.qwen3_tts.config import SAMPLE_RATE
from engine.types import Samples

_SIZE, _HOP, _BANDS, _TOP_HZ = 1024, 256, 128, 12000.0
_NAME = "speaker_encoder."


class SpeakerEncoder:
    """A loaded encoder, in float32.

    Args:
        weights: a checkpoint's tensors, upstream's or mlx-community's.
        settings: `speaker_encoder_config`.

    Raises:
        WeightsError: a tensor is missing.
    """

    def __init__(self, weights: Mapping[str, mx.array], settings: Mapping[str, Any]) -> None:
        own = {name: array.astype(mx.float32) for name, array in weights.items() if name.startswith(_NAME)}
        self._network = Ecapa(Parts(_torch_layout(own), "Qwen3-TTS"), _NAME, int(settings.get("enc_res2net_scale", 8)))

    def __call__(self, samples: Samples) -> mx.array:
        """Samples [n] at 24 kHz, at least 1,280 -> float32 [width]"""
        return self._network(mx.array(mel(samples)))


def mel(samples: Samples) -> Mel:
    """Logarithmic magnitudes, a frame of 1,024 every 256 samples: [n] -> [n // 256, 128]"""
    side = (_SIZE - _HOP) // 2
    padded = np.pad(samples, side, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[::_HOP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_SIZE) / _SIZE)
    spectrum = np.fft.rfft(windows * hann.astype(np.float32))
    magnitude = np.sqrt(np.square(spectrum.real) + np.square(spectrum.imag) + 1e-9)
    bands = magnitude @ mel_filters(SAMPLE_RATE, _SIZE, _BANDS, 0.0, _TOP_HZ).T
    return np.log(np.maximum(bands, 1e-5)).astype(np.float32)


def _torch_layout(weights: dict[str, mx.array]) -> dict[str, mx.array]:
    """mlx-community's convolutions are [out, kernel, in]; the first one, of 128 bands, tells which they are."""
    first = weights.get(f"{_NAME}blocks.0.conv.weight")
    if first is None or first.shape[1] == _BANDS:
        return weights
    return {name: array.transpose(0, 2, 1) if array.ndim == 3 else array for name, array in weights.items()}
