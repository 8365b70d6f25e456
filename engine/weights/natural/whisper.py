"""A Whisper as CTranslate2 stores it -> Hugging Face's layout: the very numbers, under other names.

What that conversion did, and how it is undone:
- Query, key and value of self-attention are one matrix of three; key and value of cross-attention one of two. A
  Whisper's key has no bias; the fused bias has zeros there.
- Names are paths ("decoder/layer_0/attention/linear_1/weight"); layer norms are gamma and beta.
- The output projection is an alias of the embedding: tied, so it is left out.
- config.json holds decoding tables alone: the sizes are read from the tensors.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import WeightsError
from engine.weights.natural.ctranslate2 import Array, read_variables
from engine.weights.natural.safetensors_file import SafetensorsFile

_TOP = {
    "conv1/weight": "conv1.weight",
    "conv1/bias": "conv1.bias",
    "conv2/weight": "conv2.weight",
    "conv2/bias": "conv2.bias",
    "embeddings/weight": "embed_tokens.weight",
    "position_encodings/encodings": "embed_positions.weight",
    "layer_norm/gamma": "layer_norm.weight",
    "layer_norm/beta": "layer_norm.bias",
}
_NORMS = {"self_attention": "self_attn_layer_norm", "attention": "encoder_attn_layer_norm", "ffn": "final_layer_norm"}
_ENDS = {"gamma": "weight", "beta": "bias", "weight": "weight", "bias": "bias"}
# A block's linear layer -> what stands in it, one below the other.
_LINEAR = {
    "self_attention/linear_0": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attention/linear_1": ("self_attn.out_proj",),
    "attention/linear_0": ("encoder_attn.q_proj",),
    "attention/linear_1": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
    "attention/linear_2": ("encoder_attn.out_proj",),
    "ffn/linear_0": ("fc1",),
    "ffn/linear_1": ("fc2",),
}


def convert(sources: Path, made: Path, told: Callable[[int], None]) -> None:
    """Write `config.json`, `generation_config.json`, `tokenizer.json` and `model.safetensors`.

    Args:
        sources: holds CTranslate2's `model.bin` and `config.json`, and `tokenizer.json`.
        made: the folder to write to.
        told: how many bytes are written, after each tensor.

    Raises:
        WeightsError: torn, or no Whisper.
    """
    variables = read_variables(sources / "model.bin", "WhisperSpec")
    try:
        tables: dict[str, Any] = dict(json.loads((sources / "config.json").read_text(encoding="utf-8")))
        config = _config(variables, tables)
    except (KeyError, ValueError, TypeError) as exc:
        raise WeightsError("These files are not of a Whisper as CTranslate2 stores it.") from exc
    _write_json(made / "config.json", config)
    _write_json(made / "generation_config.json", _generation_config(tables))
    shutil.copyfile(sources / "tokenizer.json", made / "tokenizer.json")
    with SafetensorsFile(made / "model.safetensors") as file:
        for name, array in tensors(variables):
            file.add(name, array)
            told(file.written_bytes)


def tensors(variables: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """Every tensor under Hugging Face's name, one at a time, its numbers as they are.

    Raises:
        WeightsError: a variable of an unknown name, or quantised.
    """
    for name, array in variables.items():
        side, _, rest = name.partition("/")
        if array.ndim == 0 or rest == "alignment_heads":
            continue
        if not np.issubdtype(array.dtype, np.floating):
            raise WeightsError(f"{name[:80]} is quantised; take a Whisper of float16 or float32.")
        if rest in _TOP:
            yield f"model.{side}.{_TOP[rest]}", array
        elif rest.startswith("layer_"):
            layer, _, rest = rest.partition("/")
            where = f"model.{side}.layers.{layer.removeprefix('layer_')}"
            for new, part in _of_layer(rest, array):
                yield f"{where}.{new}", part
        else:
            raise WeightsError(f"No Whisper has a variable {name[:80]}.")


def _of_layer(rest: str, array: Array) -> Iterator[tuple[str, Array]]:
    part, _, end = rest.rpartition("/")
    block, _, kind = part.partition("/")
    if end not in _ENDS or (part not in _LINEAR and (kind != "layer_norm" or block not in _NORMS)):
        raise WeightsError(f"No Whisper has a layer {rest[:80]}.")
    if kind == "layer_norm":
        yield f"{_NORMS[block]}.{_ENDS[end]}", array
        return
    names = _LINEAR[part]
    if len(array) % len(names):
        raise WeightsError(f"{rest[:80]} cannot be parted into {len(names)}.")
    for name, piece in zip(names, np.split(array, len(names)), strict=True):
        if name.endswith("k_proj") and end == "bias":
            if np.any(piece):
                raise WeightsError("A key has a bias: this is no Whisper.")
            continue
        yield f"{name}.{_ENDS[end]}", piece


def _config(variables: Mapping[str, Array], tables: Mapping[str, Any]) -> dict[str, Any]:
    """config.json in Hugging Face's words, the sizes taken from the tensors."""
    width, mels, _ = variables["encoder/conv1/weight"].shape
    vocabulary, _ = variables["decoder/embeddings/weight"].shape
    return {
        "model_type": "whisper",
        "architectures": ["WhisperForConditionalGeneration"],
        "num_mel_bins": mels,
        "d_model": width,
        "max_source_positions": len(variables["encoder/position_encodings/encodings"]),
        "max_target_positions": len(variables["decoder/position_encodings/encodings"]),
        "encoder_layers": _layers(variables, "encoder"),
        "decoder_layers": _layers(variables, "decoder"),
        "encoder_attention_heads": int(variables["encoder/num_heads"]),
        "decoder_attention_heads": int(variables["decoder/num_heads"]),
        "encoder_ffn_dim": len(variables["encoder/layer_0/ffn/linear_0/weight"]),
        "decoder_ffn_dim": len(variables["decoder/layer_0/ffn/linear_0/weight"]),
        "vocab_size": vocabulary,
        "suppress_tokens": tables.get("suppress_ids", []),
        "begin_suppress_tokens": tables.get("suppress_ids_begin", []),
        "torch_dtype": str(variables["encoder/conv1/weight"].dtype),
    }


def _generation_config(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Where words' times are found, and which tokens are never said."""
    return {
        "alignment_heads": tables.get("alignment_heads", []),
        "suppress_tokens": tables.get("suppress_ids", []),
        "begin_suppress_tokens": tables.get("suppress_ids_begin", []),
    }


def _layers(variables: Mapping[str, Array], side: str) -> int:
    return len({name.split("/")[1] for name in variables if name.startswith(f"{side}/layer_") and name.count("/") > 2})


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
