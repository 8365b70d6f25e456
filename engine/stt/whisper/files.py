"""Whisper's weights on the disk -> a loaded network: mlx-community's layout, Hugging Face's, and the older .npz.

Names and layouts are told by the tensors themselves: a conversion may have Hugging Face's config.json and mlx names.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from engine.errors import WeightsError
from engine.nn.stored.checkpoint import load_arrays
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.network import WhisperNetwork

_POSITIONS = "encoder.positions"
_NPZ = "weights.npz"
_SEPARATE = "Get the model again, or choose another conversion of it."
# Hugging Face's name -> ours; the longer ones first.
_NAMES = (
    ("encoder.embed_positions.weight", _POSITIONS),
    ("decoder.embed_positions.weight", "decoder.positional_embedding"),
    ("decoder.embed_tokens.", "decoder.token_embedding."),
    ("encoder.layer_norm.", "encoder.ln_post."),
    ("decoder.layer_norm.", "decoder.ln."),
    (".layers.", ".blocks."),
    (".self_attn_layer_norm.", ".attn_ln."),
    (".encoder_attn_layer_norm.", ".cross_attn_ln."),
    (".final_layer_norm.", ".mlp_ln."),
    (".self_attn.", ".attn."),
    (".encoder_attn.", ".cross_attn."),
    (".q_proj.", ".query."),
    (".k_proj.", ".key."),
    (".v_proj.", ".value."),
    (".out_proj.", ".out."),
    (".fc1.", ".mlp1."),
    (".fc2.", ".mlp2."),
    # OpenAI's own names for the same two
    (".mlp.0.", ".mlp1."),
    (".mlp.2.", ".mlp2."),
)
# What some conversions hold and nobody needs: they are computed, or tied to another.
_NOT_NEEDED = ("encoder.positional_embedding", "encoder._positional_embedding", "proj_out.")


def load_network(folder: Path, config: WhisperConfig) -> tuple[WhisperNetwork, WhisperConfig]:
    """The network, and its config with the alignment heads the weights may name.

    Raises:
        WeightsError: missing, damaged, or of another shape than the config says.
    """
    weights = renamed(_read(folder))
    heads = weights.pop("alignment_heads", None)
    if heads is not None and not config.alignment_heads and heads.ndim == 2:
        config = replace(config, alignment_heads=config.heads(heads.tolist()))
    network = WhisperNetwork(config)
    positions = weights.pop(_POSITIONS, None)
    if positions is not None:
        network.encoder.place(positions)
    _quantize(network, config, weights)
    weights = {name: _at_home(name, array) for name, array in weights.items()}
    _check(network, weights)
    network.load_weights(list(weights.items()), strict=True)
    network.eval()
    mx.eval(network.parameters())
    return network, config


def renamed(weights: Mapping[str, mx.array]) -> dict[str, mx.array]:
    """Every tensor under our name and in MLX's layout."""
    found: dict[str, mx.array] = {}
    for name, array in weights.items():
        new = name.removeprefix("model.")
        if new.startswith(_NOT_NEEDED):
            continue
        for theirs, ours in _NAMES:
            new = new.replace(theirs, ours)
        if new in ("encoder.conv1.weight", "encoder.conv2.weight") and array.ndim == 3 and array.shape[1] != 3:
            array = array.transpose(0, 2, 1)  # torch has [out, in, 3], MLX [out, 3, in]
        found[new] = array
    return found


def _read(folder: Path) -> dict[str, mx.array]:
    npz = folder / _NPZ
    if not npz.is_file() or any(folder.glob("*.safetensors")):
        return load_arrays(folder)
    try:
        with np.load(npz, allow_pickle=False) as file:
            return {name: mx.array(file[name]) for name in file.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as exc:
        raise WeightsError(f"{_NPZ} is damaged or is no Whisper's. {_SEPARATE}") from exc


def _quantize(network: WhisperNetwork, config: WhisperConfig, weights: Mapping[str, mx.array]) -> None:
    """Make those layers quantised whose weights are."""
    if not any(name.endswith(".scales") for name in weights):
        return
    if config.quantization is None:
        raise WeightsError(f"The weights are quantised, and config.json does not say how. {_SEPARATE}")

    def is_quantised(path: str, layer: nn.Module) -> bool:
        return f"{path}.scales" in weights and isinstance(layer, nn.Linear | nn.Embedding)

    try:
        nn.quantize(network, config.quantization.group_size, config.quantization.bits, class_predicate=is_quantised)
    except (ValueError, RuntimeError) as exc:
        raise WeightsError(f"config.json names a quantisation nobody knows. {_SEPARATE}") from exc


def _at_home(name: str, array: mx.array) -> mx.array:
    """In the numbers the processor is quick with: half precision is slow without a GPU."""
    if not mx.issubdtype(array.dtype, mx.floating):
        return array
    if mx.default_device() == mx.Device(mx.cpu) or array.dtype == mx.float64:
        return array.astype(mx.float32)
    return array


def _check(network: WhisperNetwork, weights: Mapping[str, mx.array]) -> None:
    from mlx.utils import tree_flatten

    expected: dict[str, mx.array] = dict(tree_flatten(network.parameters()))
    missing = sorted(expected.keys() - weights.keys())
    strange = sorted(weights.keys() - expected.keys())
    if missing or strange:
        what = f"has no tensor {missing[0]}" if missing else f"has a tensor nobody knows, {strange[0][:80]}"
        raise WeightsError(f"The Whisper checkpoint {what}. {_SEPARATE}")
    for name, array in weights.items():
        if tuple(array.shape) != tuple(expected[name].shape):
            raise WeightsError(f"The Whisper checkpoint's {name} has another shape than config.json says. {_SEPARATE}")
