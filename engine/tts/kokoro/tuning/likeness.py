"""How like a person a sound is by the speaker embedding, so that it can be learned through.

Off unless it is asked for: what is gained by the measure that is learned from may be the measure fooled, and the others
(spectrum, cepstra, DNSMOS) hardly moved where it was tried.
Source: the network of `engine.voices.ge2e`, in MLX.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import mlx.core as mx
import numpy as np

from engine.audio.mel import mel_filters
from engine.nn.learning.frozen_lstm import FrozenBiLSTM
from engine.nn.stored.checkpoint import load_file
from engine.tts.kokoro.tuning.sound import HEARD, Array

STRETCH_S = 1.625
"""What the network hears at once, in whole frames of Kokoro's."""
STEPS = 14
WEIGHT = 2.0

_WINDOW, _HOP, _FFT, _BANDS = 160, 160, 400, 40
_REACH, _TAPS = 24, 49  # samples around each


class Likeness:
    """What a sound costs that is unlike somebody.

    Args:
        arrays: the network's, by torch's names.
        wanted: whose direction, [256].
    """

    def __init__(self, arrays: Mapping[str, mx.array], wanted: Array) -> None:
        depth = sum(name.startswith("lstm.weight_ih_l") for name in arrays)
        self._layers = [_layer(arrays, at) for at in range(depth)]
        self._out, self._bias = arrays["linear.weight"].T, arrays["linear.bias"]
        self._wanted = mx.array(wanted)

    def __call__(self, sound: mx.array) -> mx.array:
        """[n] at 24 kHz, 1.6 s -> the cost, 0 where it is the very same."""
        return WEIGHT * (1 - mx.sum(self.direction(heard(sound)) * self._wanted))

    def direction(self, sound: mx.array) -> mx.array:
        """[n] at HEARD -> the direction of its first 1.6 s, [256]."""
        x = _bands(sound)[None, :_WINDOW]
        for layer in self._layers:
            x = layer(x)
        out = mx.maximum(x[0, -1] @ self._out + self._bias, 0.0)
        return out / mx.sqrt(mx.sum(mx.square(out)) + 1e-9)


def likeness_to(wanted: Array, models_dir: Path | None) -> Likeness:
    """Of the voice encoder that is here. Raises ModelNotDownloaded."""
    # By name: models are found above the families.
    registry, weights = import_module("engine.registry"), import_module("engine.weights")
    folder: Path = weights.folder_of(registry.find("voice-encoder"), models_dir, offline=True)
    arrays = load_file(folder / "model.safetensors")
    return Likeness({name: array.astype(mx.float32) for name, array in arrays.items()}, wanted)


def heard(sound: mx.array) -> mx.array:
    """24 kHz -> HEARD, two samples for three, as products that can be learned through: [n] -> [2 n / 3]"""
    pairs = sound.shape[0] // 3
    padded = mx.pad(sound, (_REACH, _REACH + 1))
    first, second = (mx.array(taps) for taps in _halves())
    at = 3 * mx.arange(pairs)[:, None] + mx.arange(_TAPS)[None]
    return mx.stack([padded[at] @ first, padded[at + 1] @ second], axis=1).reshape(-1)


@lru_cache(maxsize=1)
def _halves() -> tuple[Array, Array]:
    """The low pass as it falls on the even samples, and on the odd ones, which lie between two: [49] each."""
    low = np.sinc(np.arange(-48, 49) / 3.0) * np.kaiser(97, 8.0) * (2 / 3)
    around = np.arange(-_REACH, _REACH + 1)
    taps = [np.array([low[48 + part - 2 * k] if abs(part - 2 * k) <= 48 else 0.0 for k in around]) for part in (0, 1)]
    return taps[0].astype(np.float32), taps[1].astype(np.float32)


def _bands(sound: mx.array) -> mx.array:
    """Mel power as the network hears it: [n] at HEARD -> [frames, 40]"""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)
    padded = mx.pad(sound, (_FFT // 2, _FFT // 2))
    frames = (padded.shape[0] - _FFT) // _HOP + 1
    pieces = padded[mx.arange(frames)[:, None] * _HOP + mx.arange(_FFT)[None]] * mx.array(window.astype(np.float32))
    spectrum = mx.fft.rfft(pieces, axis=-1)
    power = mx.square(mx.real(spectrum)) + mx.square(mx.imag(spectrum))
    return power @ mx.array(mel_filters(HEARD, _FFT, _BANDS).T)


class _Layer:
    """One way of a layer: both ways of a two-way one are the same, and the forward half is taken."""

    def __init__(self, ih: mx.array, hh: mx.array, bias: mx.array) -> None:
        self.hidden = hh.shape[1]
        self._both = FrozenBiLSTM((ih, ih), (hh, hh), (bias, bias))

    def __call__(self, x: mx.array) -> mx.array:
        """[batch, time, in] -> [batch, time, hidden]"""
        return self._both(x)[:, :, : self.hidden]


def _layer(arrays: Mapping[str, mx.array], at: int) -> _Layer:
    bias = arrays[f"lstm.bias_ih_l{at}"] + arrays[f"lstm.bias_hh_l{at}"]
    return _Layer(arrays[f"lstm.weight_ih_l{at}"], arrays[f"lstm.weight_hh_l{at}"], bias)
