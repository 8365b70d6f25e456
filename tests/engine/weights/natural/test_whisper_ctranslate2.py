"""A Whisper as CTranslate2 stores it comes back under Hugging Face's names, number for number."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import WeightsError
from engine.weights.natural import whisper
from engine.weights.natural.ctranslate2 import read_variables
from tests.engine.weights.natural.formats import ctranslate2

WIDTH, HEADS, MELS, WORDS, FFN, LAYERS = 8, 2, 5, 11, 16, 2
TABLES = {"suppress_ids": [1, 2], "suppress_ids_begin": [3], "alignment_heads": [[1, 0]], "lang_ids": [4]}


def tensors() -> dict[str, Any]:
    """A small Whisper under Hugging Face's names."""
    draw = np.random.default_rng(5)

    def one(*shape: int) -> Any:
        return draw.normal(size=shape).astype(np.float16)

    found: dict[str, Any] = {
        "model.encoder.conv1.weight": one(WIDTH, MELS, 3),
        "model.encoder.conv1.bias": one(WIDTH),
        "model.encoder.conv2.weight": one(WIDTH, WIDTH, 3),
        "model.encoder.conv2.bias": one(WIDTH),
        "model.encoder.embed_positions.weight": one(15, WIDTH),
        "model.decoder.embed_tokens.weight": one(WORDS, WIDTH),
        "model.decoder.embed_positions.weight": one(7, WIDTH),
    }
    for side in ("encoder", "decoder"):
        found |= {f"model.{side}.layer_norm.{end}": one(WIDTH) for end in ("weight", "bias")}
        for layer in range(LAYERS):
            where = f"model.{side}.layers.{layer}"
            blocks = ("self_attn", "encoder_attn") if side == "decoder" else ("self_attn",)
            for block in blocks:
                for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
                    found[f"{where}.{block}.{name}.weight"] = one(WIDTH, WIDTH)
                    if name != "k_proj":
                        found[f"{where}.{block}.{name}.bias"] = one(WIDTH)
                found |= {f"{where}.{block}_layer_norm.{end}": one(WIDTH) for end in ("weight", "bias")}
            found |= {f"{where}.final_layer_norm.{end}": one(WIDTH) for end in ("weight", "bias")}
            found |= {f"{where}.fc1.weight": one(FFN, WIDTH), f"{where}.fc1.bias": one(FFN)}
            found |= {f"{where}.fc2.weight": one(WIDTH, FFN), f"{where}.fc2.bias": one(WIDTH)}
    return found


def variables(found: dict[str, Any]) -> dict[str, Any]:
    """The same as CTranslate2's converter stores it: fused, renamed."""

    def fused(where: str, names: tuple[str, ...]) -> dict[str, Any]:
        nothing = np.zeros(WIDTH, dtype=np.float16)
        return {
            "weight": np.concatenate([found[f"{where}.{name}.weight"] for name in names]),
            "bias": np.concatenate([found.get(f"{where}.{name}.bias", nothing) for name in names]),
        }

    stored: dict[str, Any] = {
        "encoder/num_heads": np.array(HEADS, dtype=np.int16),
        "decoder/num_heads": np.array(HEADS, dtype=np.int16),
        "decoder/alignment_heads": np.array([[1, 0]], dtype=np.int16),
    }
    tops = {
        "encoder/conv1": "conv1",
        "encoder/conv2": "conv2",
        "encoder/position_encodings": "embed_positions",
        "decoder/embeddings": "embed_tokens",
        "decoder/position_encodings": "embed_positions",
        "encoder/layer_norm": "layer_norm",
        "decoder/layer_norm": "layer_norm",
    }
    norm = {"gamma": "weight", "beta": "bias"}
    for place, name in tops.items():
        side = place.partition("/")[0]
        ends = norm if name == "layer_norm" else {"weight": "weight", "bias": "bias"}
        ends = {"encodings": "weight"} if name == "embed_positions" else ends
        stored |= {
            f"{place}/{end}": found[f"model.{side}.{name}.{theirs}"]
            for end, theirs in ends.items()
            if f"model.{side}.{name}.{theirs}" in found
        }
    for side in ("encoder", "decoder"):
        for layer in range(LAYERS):
            hf, place = f"model.{side}.layers.{layer}", f"{side}/layer_{layer}"
            linears = {
                "self_attention/linear_0": fused(f"{hf}.self_attn", ("q_proj", "k_proj", "v_proj")),
                "self_attention/linear_1": fused(f"{hf}.self_attn", ("out_proj",)),
                "ffn/linear_0": {end: found[f"{hf}.fc1.{end}"] for end in ("weight", "bias")},
                "ffn/linear_1": {end: found[f"{hf}.fc2.{end}"] for end in ("weight", "bias")},
            }
            norms = {"self_attention": "self_attn_layer_norm", "ffn": "final_layer_norm"}
            if side == "decoder":
                linears["attention/linear_0"] = fused(f"{hf}.encoder_attn", ("q_proj",))
                linears["attention/linear_1"] = fused(f"{hf}.encoder_attn", ("k_proj", "v_proj"))
                linears["attention/linear_2"] = fused(f"{hf}.encoder_attn", ("out_proj",))
                norms["attention"] = "encoder_attn_layer_norm"
            stored |= {f"{place}/{name}/{end}": array for name, pair in linears.items() for end, array in pair.items()}
            stored |= {
                f"{place}/{name}/layer_norm/{end}": found[f"{hf}.{theirs}.{plain}"]
                for name, theirs in norms.items()
                for end, plain in norm.items()
            }
    return stored


def write(folder: Path, stored: dict[str, Any], **how: Any) -> None:
    folder.mkdir(exist_ok=True)
    aliases = {"decoder/projection/weight": "decoder/embeddings/weight"}
    (folder / "model.bin").write_bytes(ctranslate2(stored, aliases, **how))
    (folder / "config.json").write_text(json.dumps(TABLES))
    (folder / "tokenizer.json").write_text('{"a": 1}')


def convert(tmp_path: Path, stored: dict[str, Any], **how: Any) -> Path:
    write(tmp_path / "sources", stored, **how)
    made = tmp_path / "made"
    made.mkdir(exist_ok=True)
    whisper.convert(tmp_path / "sources", made, lambda written: None)
    return made


def test_every_number_comes_back(tmp_path: Path) -> None:
    from engine.nn.stored.checkpoint import load_file

    expected = tensors()
    made = convert(tmp_path, variables(expected))
    found = load_file(made / "model.safetensors")
    assert set(found) == set(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(np.array(found[name]), array)
        assert np.array(found[name]).dtype == np.float16
    assert json.loads((made / "tokenizer.json").read_text()) == {"a": 1}


def test_the_sizes_are_read_from_the_tensors(tmp_path: Path) -> None:
    made = convert(tmp_path, variables(tensors()))
    config = json.loads((made / "config.json").read_text())
    wanted = {
        "num_mel_bins": MELS,
        "d_model": WIDTH,
        "max_source_positions": 15,
        "max_target_positions": 7,
        "encoder_layers": LAYERS,
        "decoder_layers": LAYERS,
        "encoder_attention_heads": HEADS,
        "encoder_ffn_dim": FFN,
        "vocab_size": WORDS,
        "suppress_tokens": [1, 2],
        "begin_suppress_tokens": [3],
        "torch_dtype": "float16",
    }
    assert {name: config[name] for name in wanted} == wanted
    generation = json.loads((made / "generation_config.json").read_text())
    assert generation == {"alignment_heads": [[1, 0]], "suppress_tokens": [1, 2], "begin_suppress_tokens": [3]}


@pytest.mark.parametrize(
    ("name", "array", "sentence"),
    [
        ("encoder/conv1/weight", np.zeros((WIDTH, MELS, 3), dtype=np.int8), "encoder/conv1/weight is quantised"),
        ("encoder/something/weight", np.zeros(3, dtype=np.float16), "No Whisper has a variable encoder/something"),
        ("encoder/layer_0/ffn/linear_9/weight", np.zeros(3, dtype=np.float16), "No Whisper has a layer ffn/linear_9"),
        ("encoder/layer_0/self_attention/linear_0/bias", np.ones(24, dtype=np.float16), "A key has a bias"),
        ("encoder/layer_0/self_attention/linear_0/bias", np.ones(25, dtype=np.float16), "cannot be parted into 3"),
        ("encoder/conv1/bias", np.full(WIDTH, np.nan, dtype=np.float16), "Not all of model.encoder.conv1.bias are"),
    ],
)
def test_what_is_no_whisper_is_refused(tmp_path: Path, name: str, array: Any, sentence: str) -> None:
    with pytest.raises(WeightsError, match=sentence):
        convert(tmp_path, variables(tensors()) | {name: array})


def test_another_kind_of_model_or_tables_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no CTranslate2 model that can be read"):
        convert(tmp_path, variables(tensors()), spec="TransformerSpec")
    stored = variables(tensors())
    del stored["encoder/num_heads"]
    with pytest.raises(WeightsError, match="not of a Whisper as CTranslate2"):
        convert(tmp_path, stored)
    write(tmp_path / "sources", variables(tensors()))
    (tmp_path / "sources" / "config.json").write_text("[1]")
    with pytest.raises(WeightsError, match="not of a Whisper as CTranslate2"):
        whisper.convert(tmp_path / "sources", tmp_path / "made", lambda written: None)


def test_what_follows_the_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(ctranslate2({"a": np.zeros(2, dtype=np.float16)}, {}) + b"\0")
    with pytest.raises(WeightsError, match="damaged"):
        read_variables(tmp_path / "model.bin", "WhisperSpec")


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_a_damaged_model_is_read_or_refused_and_nothing_else(tmp_path: Path, data: st.DataObject) -> None:
    whole = ctranslate2(
        {"a/b": np.arange(6, dtype=np.float16).reshape(2, 3), "c": np.array(3, dtype=np.int16)}, {"d": "c"}
    )
    cut = data.draw(st.integers(0, len(whole)))
    harmed = bytearray(whole)
    for at, byte in data.draw(st.dictionaries(st.integers(0, len(whole) - 1), st.integers(0, 255), max_size=3)).items():
        harmed[at] = byte
    (tmp_path / "model.bin").write_bytes(bytes(harmed[:cut]))
    try:
        read_variables(tmp_path / "model.bin", "WhisperSpec")
        assert cut == len(whole), "a torn one is never read"
    except WeightsError as exc:
        assert "model.bin is no CTranslate2 model" in str(exc)
