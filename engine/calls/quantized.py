"""A loaded model's weights in fewer bits, as arrays: `quantize_model`. `engine.weights.quantise` writes files."""

import copy
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.calls.loaded import LoadedModel
from engine.errors import OptionError, WeightsError
from engine.weights.quantisation import check_quantisation, in_fewer_bits

if TYPE_CHECKING:
    import mlx.core as mx


def quantize_model(
    model: LoadedModel, config: Mapping[str, Any] | None = None, group_size: int = 64, bits: int = 8
) -> "tuple[dict[str, mx.array], dict[str, Any]]":
    """A model's matrices to fewer bits. The model itself stays as it is.

    The two together are a model again: save the config as config.json and the weights as a .safetensors file in a
    folder, and `engine.load` that folder. What a model has beside its weights goes there too: Orpheus's tokenizer.json.

    Args:
        model: what `engine.load` gave.
        config: the model's config.json, perhaps changed; its own when None.
        group_size: 32, 64 or 128 numbers share a scale.
        bits: 4, 6 or 8.

    Returns:
        Weights by name, and the config with "quantization" in it.

    Raises:
        OptionError: no model with files, or bits or a group size out of range.
        WeightsError: quantised already, or nothing that can be.
    """
    from engine import weights

    if not isinstance(model, LoadedModel):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"quantize_model takes a model of engine.load, not {type(model).__name__}.")
    if config is not None and not isinstance(config, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"config must be the model's config, not {type(config).__name__}.")
    check_quantisation(bits, group_size)
    if model.folder is None:
        raise OptionError(f"{model.card.name} is built in and small: there is nothing to quantise.")
    made = copy.deepcopy(dict(model.config if config is None else config))
    if "quantization" in made or "quantization_config" in made:
        raise WeightsError(f"{model.card.name} is quantised already; start from the model as it was published.")
    choose = getattr(import_module(model.card.module), "quantisable", None)
    arrays: dict[str, mx.array] = {}
    count = 0
    for path in weights.weight_files(model.folder):
        for name, array in weights.load_file(path).items():
            parts = in_fewer_bits(name, array, bits, group_size, choose)
            count += len(parts) > 1
            arrays |= parts
    if count == 0:
        raise WeightsError(f"{model.card.name} has no matrix that can be quantised in groups of {group_size}.")
    made["quantization"] = {"group_size": group_size, "bits": bits}
    return arrays, made
