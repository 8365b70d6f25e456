"""The voice encoder out of its package: the network's numbers in half precision, nothing else."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.nn.stored.checkpoint import load_file
from engine.weights.natural import voice_encoder

OLD = Path(__file__).parents[2] / "voices" / "data" / "old.pt"


def test_the_networks_numbers_are_kept_and_the_optimisers_are_not(tmp_path: Path) -> None:
    sources, made = tmp_path / "sources", tmp_path / "made"
    sources.mkdir()
    made.mkdir()
    shutil.copy(OLD, sources / "pretrained.pt")
    told: list[int] = []
    voice_encoder.convert(sources, made, told.append)
    arrays = load_file(made / "model.safetensors")
    with np.load(OLD.with_name("tiny.npz")) as file:
        assert set(arrays) == set(file.files) - {"frames", "out"}
        for name, array in arrays.items():
            np.testing.assert_allclose(np.array(array, np.float32), file[name], atol=1e-3)
    assert told == sorted(told) and len(told) == len(arrays)
    assert (made / "config.json").read_text().startswith('{\n "model_type": "voice-encoder"')


def test_another_file_is_no_voice_encoder(tmp_path: Path) -> None:
    raw = OLD.read_bytes()
    for harmed in (raw.replace(b"model_state", b"model_stata"), raw[:100], b""):
        (tmp_path / "pretrained.pt").write_bytes(harmed)
        with pytest.raises(WeightsError):
            voice_encoder.convert(tmp_path, tmp_path, lambda _: None)
