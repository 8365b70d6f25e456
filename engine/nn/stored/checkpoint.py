"""Weights on the disk -> MLX arrays by name, from safetensors (sharded too) or from torch files.

MLX arrays belong to the thread that loads them, so this is called on the model's own thread.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import WeightsError
from engine.nn.stored.safetensors import safetensors_header, shards_of
from engine.nn.stored.torch_file import TorchTensor, read_torch

if TYPE_CHECKING:
    import mlx.core as mx

TORCH_SUFFIXES = (".pth", ".pt", ".bin")


def load_arrays(folder: Path) -> "dict[str, mx.array]":
    """All weights of a model's folder.

    A sharded index decides; else `model.safetensors`; else every safetensors file at the top; else every torch file
    at the top. Nested names of a torch file are joined by ".".

    Raises:
        WeightsError: nothing to load, damaged, or two files that name the same tensor.
    """
    arrays: dict[str, mx.array] = {}
    for path in weight_files(folder):
        for name, array in load_file(path).items():
            if name in arrays:
                raise WeightsError(f"{path.name} has “{name[:80]}” a second time; the folder mixes two models.")
            arrays[name] = array
    return arrays


def weight_files(folder: Path) -> Iterator[Path]:
    """The files that together hold a model's weights, each checked before it is given.

    Raises:
        WeightsError: there is none.
    """
    index = next(iter(sorted(folder.glob("*.safetensors.index.json"))), None)
    if index is not None:
        yield from (folder / shard for shard in sorted(shards_of(index)))
        return
    single = folder / "model.safetensors"
    found = [single] if single.is_file() else sorted(folder.glob("*.safetensors"))
    if not found:
        found = sorted(path for path in folder.glob("*") if path.suffix in TORCH_SUFFIXES and path.is_file())
    if not found:
        raise WeightsError(f"{folder.name} holds no weights: no .safetensors, .pth or .pt file.")
    yield from found


def load_file(path: Path) -> "dict[str, mx.array]":
    """The arrays of one safetensors or torch file; a bare tensor has the name "".

    Raises:
        WeightsError: damaged, or of a kind that is not read.
    """
    import mlx.core as mx

    if path.suffix in TORCH_SUFFIXES:
        return {name: _from_torch(tensor) for name, tensor in read_torch(path).items()}
    if path.suffix != ".safetensors":
        raise WeightsError(f"{path.name} is no weights file: .safetensors, .pth and .pt can be read.")
    safetensors_header(path)
    try:
        loaded = mx.load(str(path))
    except (RuntimeError, ValueError) as exc:
        raise WeightsError(f"{path.name} cannot be read: it has numbers of a kind MLX does not know.") from exc
    return dict(loaded) if isinstance(loaded, dict) else {}


def _from_torch(tensor: TorchTensor) -> "mx.array":
    import mlx.core as mx

    # A copy: the view's memory belongs to the file.
    array = mx.array(np.ascontiguousarray(tensor.data).reshape(tensor.data.shape))
    return array.view(mx.bfloat16) if tensor.is_bfloat16 else array
