"""Torch's old format is read as numbers, and nothing in it is run."""

import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.nn.stored.torch_old import MAGIC, read_old_torch

DATA = Path(__file__).parents[1] / "voices" / "data"


def test_tensors_are_read_by_name_and_the_rest_is_left() -> None:
    found = read_old_torch(DATA / "old.pt")
    with np.load(DATA / "tiny.npz") as file:
        weights = [name for name in file.files if name not in ("frames", "out")]
        for name in weights:
            np.testing.assert_array_equal(found[f"model_state.{name}"], file[name])
    assert set(found) == {*(f"model_state.{name}" for name in weights), "optimizer_state.state.0.exp_avg"}


@pytest.mark.parametrize("share", [0, 0.01, 0.2, 0.5, 0.9, 0.999])
def test_a_torn_file_is_refused(tmp_path: Path, share: float) -> None:
    raw = (DATA / "old.pt").read_bytes()
    (tmp_path / "a.pt").write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(WeightsError, match=r"a\.pt is damaged"):
        read_old_torch(tmp_path / "a.pt")


class Attack:
    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (f"{os.environ['ATTACKED']}/broken",)


def test_a_pickle_that_would_do_something_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTACKED", str(tmp_path))
    for at in range(5):
        file = io.BytesIO()
        for number, content in enumerate((MAGIC, 1001, {}, {}, [])):
            pickle.dump(Attack() if number == at else content, file, protocol=2)
        (tmp_path / "a.pt").write_bytes(file.getvalue())
        with pytest.raises(WeightsError, match="no file of tensors"):
            read_old_torch(tmp_path / "a.pt")
    assert not (tmp_path / "broken").exists()


def test_changed_bytes_are_read_or_refused(tmp_path: Path) -> None:
    raw = (DATA / "old.pt").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        changed = bytearray(raw)
        for at in rng.integers(0, 2500, size=3):
            changed[at] = int(rng.integers(0, 256))
        (tmp_path / "a.pt").write_bytes(changed)
        try:
            found = read_old_torch(tmp_path / "a.pt")
        except WeightsError:
            continue
        assert all(isinstance(array, np.ndarray) for array in found.values())


@pytest.mark.parametrize("said", [b"K\x07\x85", b"K\xff\x85"], ids=["one more", "many more"])
def test_a_tensor_that_reaches_past_its_data_is_refused(tmp_path: Path, said: bytes) -> None:
    raw = (DATA / "old.pt").read_bytes()
    shape = b"K\x06\x85"  # of the last bias: (6,)
    assert raw.count(shape) == 1
    (tmp_path / "a.pt").write_bytes(raw.replace(shape, said))
    with pytest.raises(WeightsError, match=r"a\.pt is damaged"):
        read_old_torch(tmp_path / "a.pt")
