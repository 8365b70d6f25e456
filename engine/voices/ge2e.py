"""The network that gives a voice a direction: three LSTM layers of 256 over 40 bands, and one matrix behind the last.

NumPy computes it, on every machine: a step is four small products, too little for a GPU.
Source: Wan et al., "Generalized End-to-End Loss for Speaker Verification" (2018), as resemble-ai/Resemblyzer trained it
(Apache-2.0): gates in torch's order i, f, g, o; the hidden state behind the last frame, a matrix, a rectifier.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError
from engine.nn.processor.cores import single_products
from engine.nn.stored.checkpoint import load_file

Matrix = npt.NDArray[np.float32]
FILE = "model.safetensors"


class Ge2e:
    """The network, with its weights.

    Args:
        arrays: by torch's names: "lstm.weight_ih_l0" [4 * hidden, in], …, "linear.weight" [out, hidden], "linear.bias".

    Raises:
        WeightsError: these are not its weights.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.floating]]) -> None:
        try:
            floats = {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}
            depth = sum(name.startswith("lstm.weight_ih_l") for name in floats)
            self._layers = [_layer(floats, at) for at in range(depth)]
            self._out = np.ascontiguousarray(floats["linear.weight"].T)
            self._bias = floats["linear.bias"]
            fits = depth > 0 and self._layers[-1][1].shape[0] == self._out.shape[0]
        except (KeyError, ValueError, IndexError) as exc:
            raise WeightsError("The voice encoder's weights are of a kind not known here. Get it again.") from exc
        if not fits:
            raise WeightsError("The voice encoder's weights do not fit together. Get it again.")

    def __call__(self, frames: Matrix) -> Matrix:
        """Windows of bands, float32 [windows, frames, bands] -> directions of length 1, float32 [windows, out]."""
        x = frames
        with single_products():
            for inputs, hidden, bias in self._layers:
                x = _run(x, inputs, hidden, bias)
            out = np.maximum(x[:, -1] @ self._out + self._bias, 0.0)
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), np.float32(1e-9))


def load(folder: Path) -> Ge2e:
    """The network from its folder.

    Raises:
        WeightsError: the file is torn, or is another one.
    """
    return Ge2e({name: np.array(array, dtype=np.float32) for name, array in load_file(folder / FILE).items()})


def _layer(arrays: Mapping[str, Matrix], at: int) -> tuple[Matrix, Matrix, Matrix]:
    """([in, 4 * hidden], [hidden, 4 * hidden], [4 * hidden]), all gates but the third halved, see `_run`."""
    w, r = arrays[f"lstm.weight_ih_l{at}"], arrays[f"lstm.weight_hh_l{at}"]
    bias = arrays[f"lstm.bias_ih_l{at}"] + arrays[f"lstm.bias_hh_l{at}"]
    halves = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], dtype=np.float32), r.shape[1])
    return np.ascontiguousarray(w.T * halves), np.ascontiguousarray(r.T * halves), bias * halves


def _run(x: Matrix, inputs: Matrix, hidden: Matrix, bias: Matrix) -> Matrix:
    """One layer: [windows, frames, in] -> [windows, frames, hidden]"""
    windows, frames, _ = x.shape
    size = len(hidden)
    # Time first, so that a step lies in one piece.
    driven = np.ascontiguousarray(x.swapaxes(0, 1)) @ inputs + bias
    states = np.empty((frames, windows, size), dtype=np.float32)
    state, cell = np.zeros((windows, size), dtype=np.float32), np.zeros((windows, size), dtype=np.float32)
    for gates, out in zip(driven, states, strict=True):
        gates += state @ hidden
        # A logistic function is half a hyperbolic tangent of half its argument: all gates are one call.
        np.tanh(gates, out=gates)
        let_in, forget, let_out = (0.5 + 0.5 * gates[:, size * gate : size * (gate + 1)] for gate in (0, 1, 3))
        cell = forget * cell + let_in * gates[:, 2 * size : 3 * size]
        state = np.multiply(let_out, np.tanh(cell), out=out)
    return states.swapaxes(0, 1)
