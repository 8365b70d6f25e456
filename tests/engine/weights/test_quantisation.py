"""A quantised folder loads as the old one did, is smaller, says what it is, and is there whole or not at all."""

import json
import shutil
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
from mlx.utils import tree_flatten

from engine.errors import OptionError, WeightsError
from engine.weights import load_arrays, quantisation, quantise


class Small(nn.Module):
    """Two matrices worth quantising, and what must be left alone."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 128)
        self.layers = [nn.Linear(128, 64), nn.Linear(64, 96, bias=False)]
        self.narrow = nn.Linear(96, 2)
        self.norm = nn.LayerNorm(2)
        self.convolution = nn.Conv1d(2, 4, 3)

    def __call__(self, ids: mx.array) -> mx.array:
        hidden = self.embedding(ids)
        for layer in self.layers:
            hidden = layer(hidden)
        return self.convolution(self.norm(self.narrow(hidden))[None])


@pytest.fixture
def model() -> Small:
    mx.random.seed(4)
    return Small()


@pytest.fixture
def folder(tmp_path: Path, model: Small) -> Path:
    folder = tmp_path / "whole"
    (folder / "voices").mkdir(parents=True)
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(model.parameters())))
    (folder / "config.json").write_text(json.dumps({"model_type": "small", "size": 128}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "voices" / "ada.safetensors").write_bytes(b"left as it is")
    return folder


@pytest.mark.parametrize(("bits", "tolerance"), [(4, 0.5), (6, 0.12), (8, 0.03)])
@pytest.mark.parametrize("group_size", [32, 64])
def test_a_quantised_folder_loads_into_the_same_model(
    folder: Path, tmp_path: Path, model: Small, bits: int, tolerance: float, group_size: int
) -> None:
    count = quantise(folder, tmp_path / "small", bits, group_size)
    assert count == 3
    arrays = load_arrays(tmp_path / "small")
    config = json.loads((tmp_path / "small" / "config.json").read_text())
    assert config == {"model_type": "small", "size": 128, "quantization": {"bits": bits, "group_size": group_size}}

    fresh = Small()
    nn.quantize(fresh, **config["quantization"], class_predicate=lambda path, module: f"{path}.scales" in arrays)
    fresh.load_weights(list(arrays.items()), strict=True)
    ids = mx.array([3, 1, 4, 1, 5, 9, 2, 6])
    hidden = model.layers[0](model.embedding(ids))
    again = fresh.layers[0](fresh.embedding(ids))
    assert np.abs(np.array(hidden) - np.array(again)).max() < tolerance * np.abs(np.array(hidden)).max()
    whole, small = (sum(p.stat().st_size for p in f.glob("*.safetensors")) for f in (folder, tmp_path / "small"))
    assert small < whole


def test_all_that_is_not_weights_comes_along(folder: Path, tmp_path: Path) -> None:
    (folder / ".cache").mkdir()
    (folder / ".cache" / "junk").write_text("junk")
    (folder / "other.pth").write_bytes(b"the same weights for torch")
    quantise(folder, tmp_path / "small")
    names = sorted(str(p.relative_to(tmp_path / "small")) for p in (tmp_path / "small").rglob("*") if p.is_file())
    assert names == ["config.json", "model.safetensors", "tokenizer.json", "voices/ada.safetensors"]
    assert (tmp_path / "small" / "voices" / "ada.safetensors").read_bytes() == b"left as it is"


def test_what_is_left_alone_is_the_same_to_the_bit(folder: Path, tmp_path: Path) -> None:
    quantise(folder, tmp_path / "small")
    before, after = load_arrays(folder), load_arrays(tmp_path / "small")
    for name in ("narrow.weight", "narrow.bias", "norm.weight", "convolution.weight", "layers.0.bias"):
        assert np.array_equal(np.array(before[name]), np.array(after[name])), name


def test_a_family_may_keep_matrices_as_they_are(folder: Path, tmp_path: Path) -> None:
    asked: list[tuple[str, tuple[int, ...]]] = []

    def choose(name: str, shape: tuple[int, ...]) -> bool:
        asked.append((name, shape))
        return name != "embedding"

    assert quantise(folder, tmp_path / "small", choose=choose) == 2
    assert ("embedding", (50, 128)) in asked
    assert "embedding.scales" not in load_arrays(tmp_path / "small")


def test_a_large_model_is_written_in_shards_that_load_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantisation, "SHARD_BYTES", 3000)
    quantise(folder, tmp_path / "small")
    shards = sorted(path.name for path in (tmp_path / "small").glob("*.safetensors"))
    assert len(shards) > 1
    assert shards[0] == f"model-00001-of-{len(shards):05}.safetensors"
    index = json.loads((tmp_path / "small" / "model.safetensors.index.json").read_text())
    arrays = load_arrays(tmp_path / "small")
    assert set(index["weight_map"]) == set(arrays)
    assert index["metadata"]["total_size"] == sum(array.nbytes for array in arrays.values())


def test_torch_weights_are_quantised_too(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    shutil.copy(Path(__file__).parent / "data" / "nested.pth", tmp_path / "torch" / "m.pth")
    with pytest.raises(WeightsError, match="no matrix"):  # its tensors are all too small to be worth it
        quantise(tmp_path / "torch", tmp_path / "small")


def test_what_cannot_be_done_is_said_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    def refused(error: type[Exception], match: str, *arguments: Any) -> None:
        with pytest.raises(error, match=match):
            quantise(folder, tmp_path / "small", *arguments)
        assert [path.name for path in tmp_path.iterdir()] == ["whole"]

    refused(OptionError, "4, 6, 8 bits, not 5", 5)
    refused(OptionError, "32, 64, 128, not 48", 4, 48)
    (folder / "config.json").write_text('{"quantization": {"bits": 4}}')
    refused(WeightsError, "quantised already")
    (folder / "config.json").write_text("[1, 2")
    refused(WeightsError, "config.json is damaged")
    (folder / "config.json").unlink()
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[:-1])
    refused(WeightsError, "end is missing")
    (folder / "model.safetensors").write_bytes(content)
    (tmp_path / "small").mkdir()
    with pytest.raises(OptionError, match="exists already"):
        quantise(folder, tmp_path / "small")
