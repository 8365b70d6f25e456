"""Resemblyzer's weights, a file of torch's old format -> safetensors in half precision, without the optimiser's.

Half precision turns a voice's direction by less than a thousandth; the file is a sixth of what was downloaded.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.errors import WeightsError
from engine.nn.stored.torch_old import read_old_torch
from engine.weights.natural.safetensors_file import SafetensorsFile

_BEGIN = "model_state."
_KEPT = ("lstm.", "linear.")


def convert(sources: Path, made: Path, told: Callable[[int], None]) -> None:
    """Write `config.json` and `model.safetensors` (float16).

    Args:
        sources: holds `pretrained.pt`.
        made: the folder to write to.
        told: how many bytes are written, after each tensor.

    Raises:
        WeightsError: torn, or no such network.
    """
    tensors = {
        name.removeprefix(_BEGIN): tensor
        for name, tensor in read_old_torch(sources / "pretrained.pt").items()
        if name.startswith(tuple(f"{_BEGIN}{kept}" for kept in _KEPT))
    }
    if "linear.weight" not in tensors or "lstm.weight_hh_l0" not in tensors:
        raise WeightsError("This is no voice encoder: it has no recurrent layers with a matrix behind them.")
    size = len(tensors["linear.weight"])
    config = {
        "model_type": "voice-encoder",
        "embedding_size": size,
        "num_mel_bins": tensors["lstm.weight_ih_l0"].shape[1],
    }
    (made / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    with SafetensorsFile(made / "model.safetensors") as file:
        for name, array in tensors.items():
            file.add(name, array.astype(np.float16))
            told(file.written_bytes)
