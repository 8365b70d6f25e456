"""`quantize_model`: arrays and a config that are a model again."""

import json
import shutil
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

import engine
from engine.calls.speaking import LoadedVoice
from engine.errors import OptionError, WeightsError
from engine.weights import quantise
from engine.weights.quantisation import load_file


@pytest.mark.parametrize("name", ["kokoro", "orpheus"])
def test_saved_by_hand_it_is_a_model_again(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    model: LoadedVoice = request.getfixturevalue(name)
    before = dict(model.config)
    weights, config = engine.quantize_model(model, model.config, 64, 8)
    assert config["quantization"] == {"group_size": 64, "bits": 8}
    assert model.config == before
    # What else is in the folder: voices, a tokenizer, a codec.
    shutil.copytree(model.id, tmp_path / "8bit", ignore=lambda at, names: set() if at != model.id else {
        one for one in names if one.endswith((".safetensors", ".pth", "config.json"))
    })  # fmt: skip
    (tmp_path / "8bit" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    mx.save_safetensors(str(tmp_path / "8bit" / "any_name.safetensors"), weights, metadata={"format": "mlx"})
    with engine.load(tmp_path / "8bit", pool=model.pool) as smaller:
        assert isinstance(smaller, LoadedVoice)
        [result] = smaller.generate("Sound begins early.")
        assert len(result.samples) > 1000
        with pytest.raises(WeightsError, match="is quantised already"):
            engine.quantize_model(smaller)


def test_it_is_what_the_terminal_writes(orpheus: LoadedVoice, tmp_path: Path) -> None:
    weights, _ = engine.quantize_model(orpheus, bits=4, group_size=32)
    quantise(Path(orpheus.id), tmp_path / "out", 4, 32)
    written = load_file(tmp_path / "out" / "model.safetensors")
    assert weights.keys() == written.keys()
    assert all(mx.array_equal(weights[name], written[name]) for name in weights)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"bits": 3}, "4, 6, 8 bits, not 3"),
        ({"bits": float("nan")}, "bits"),
        ({"bits": "8"}, "bits"),
        ({"group_size": 63}, "group size"),
        ({"config": 3}, "config must be the model's config, not int"),
        ({"model": "kokoro"}, "takes a model of engine.load, not str"),
    ],
)
def test_what_cannot_be_is_one_sentence(orpheus: LoadedVoice, given: dict[str, Any], part: str) -> None:
    with pytest.raises(OptionError, match=part):
        engine.quantize_model(**{"model": orpheus} | given)


def test_the_built_in_voice_has_no_weights(orpheus: LoadedVoice) -> None:
    with engine.load("espeak-ng", pool=orpheus.pool) as built_in, pytest.raises(OptionError, match="built in"):
        engine.quantize_model(built_in)
