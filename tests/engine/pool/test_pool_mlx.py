"""MLX behind the pool: arrays stay on the thread that loaded them, results cross as NumPy, memory comes back."""

import subprocess
import sys
import types
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from engine import weights
from engine.errors import ModelNotDownloaded, WeightsError
from engine.pool import ModelPool
from engine.registry import ModelCard, Task

CARD = ModelCard("some/matrix", "Matrix", "speak", "matrix", "", ("en",), 8000, files=("model.safetensors",))


class Matrix:
    """Multiplies by what it loaded."""

    def __init__(self, folder: Path) -> None:
        self.weight = weights.load_arrays(folder)["weight"]

    def powers(self, count: int) -> Iterator[np.ndarray]:
        state = mx.eye(self.weight.shape[0])
        for _ in range(count):
            state = state @ self.weight
            yield np.array(state)

    def close(self) -> None:
        del self.weight


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model on the disk, and its family where the pool looks for families."""
    family = types.ModuleType("engine.tts.matrix")
    family.load = Matrix  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "engine.tts.matrix", family)
    folder = tmp_path / "matrix"
    folder.mkdir()
    mx.save_safetensors(str(folder / "model.safetensors"), {"weight": mx.array([[0.5, 1.0], [0.0, 0.5]])})
    return folder


@pytest.fixture
def pool(folder: Path) -> Iterator[ModelPool]:
    def find(model_id: str, task: Task | None = None) -> ModelCard:
        path = folder.with_name(model_id)
        card = replace(CARD, id=model_id, memory_bytes=1000)
        return replace(card, folder=path) if path.exists() else card

    with ModelPool(10_000, find=find, models_dir=folder.parent / "models") as pool:
        yield pool


def powers(count: int) -> list[np.ndarray]:
    matrix = np.array([[0.5, 1.0], [0.0, 0.5]], np.float32)
    return [np.linalg.matrix_power(matrix, n + 1) for n in range(count)]


def test_a_lazy_array_of_another_thread_cannot_be_used_which_is_why_there_is_a_pool(pool: ModelPool) -> None:
    lazy = pool.call("matrix", lambda model: model.weight @ model.weight)
    with pytest.raises(RuntimeError, match="Stream"):
        np.array(lazy)
    assert np.allclose(pool.call("matrix", lambda model: np.array(model.weight @ model.weight)), powers(2)[1])


def test_streams_from_many_threads_all_compute_on_the_models_own(pool: ModelPool) -> None:
    def one(count: int) -> list[np.ndarray]:
        return list(pool.stream("matrix", lambda model: model.powers(count)))

    with ThreadPoolExecutor(6) as many:
        for count, got in enumerate(many.map(one, range(12))):
            assert np.allclose(np.array(got), np.array(powers(count)))


def test_a_model_loads_again_on_a_new_thread(pool: ModelPool) -> None:
    for _ in range(5):
        assert len(list(pool.stream("matrix", lambda model: model.powers(3)))) == 3
        pool.unload("matrix")


def test_memory_is_given_back_on_unload(pool: ModelPool, folder: Path) -> None:
    big = folder.with_name("big")
    big.mkdir()
    mx.save_safetensors(str(big / "model.safetensors"), {"weight": mx.random.normal((1500, 1500))})
    mx.clear_cache()
    before = mx.get_active_memory() + mx.get_cache_memory()
    pool.call("big", lambda model: float(model.weight.sum()))
    assert mx.get_active_memory() + mx.get_cache_memory() > before + 8_000_000
    pool.unload("big")
    assert mx.get_active_memory() + mx.get_cache_memory() < before + 1_000_000


def test_torn_weights_are_refused_before_the_family_sees_them_and_mended_ones_load(
    pool: ModelPool, folder: Path
) -> None:
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[:-3])
    with pytest.raises(WeightsError, match="the end is missing"):
        pool.preload("matrix")
    (folder / "model.safetensors").write_bytes(content)
    pool.preload("matrix")


def test_files_that_are_not_what_the_family_expects_are_a_sentence(pool: ModelPool, folder: Path) -> None:
    mx.save_safetensors(str(folder / "model.safetensors"), {"other": mx.ones(3)})
    with pytest.raises(WeightsError, match="are not what this studio expects") as caught:
        pool.preload("matrix")
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_model_that_is_not_here_is_not_downloaded_and_puts_nobody_out(pool: ModelPool) -> None:
    pool.preload("matrix")
    stream: Any = pool.stream("some-matrix", lambda model: model.powers(1))
    with pytest.raises(ModelNotDownloaded, match="studio models get some-matrix"):
        next(stream)
    assert [model.id for model in pool.loaded()] == ["matrix"]


SPEAKS_AND_ENDS = """
from pathlib import Path
import mlx.core as mx
from engine.pool import ModelPool
from engine.registry import ModelCard

class Model:
    def powers(self):
        state = mx.random.normal((300, 300))
        for _ in range(3):
            state = state @ state
            yield float(state.sum())
    def close(self):
        pass

card = ModelCard("m", "M", "speak", "m", "", ("en",), 8000, folder=Path.cwd(), memory_bytes=10)
pool = ModelPool(100, find=lambda *_: card, load=lambda *_: Model())
print(len(list(pool.stream("m", lambda model: model.powers()))))
"""


def test_a_process_that_has_spoken_ends_in_peace() -> None:
    # Two of three were aborted while they ended.
    for _ in range(4):
        run = subprocess.run([sys.executable, "-c", SPEAKS_AND_ENDS], capture_output=True, timeout=300, check=False)
        assert (run.stdout, run.returncode) == (b"3\n", 0), run.stderr
