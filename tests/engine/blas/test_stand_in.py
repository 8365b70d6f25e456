"""OpenBLAS stands in for what MLX brings, where there is one, and nothing else changes."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import blas
from engine.blas import Choice, openblas

PROJECT = Path(__file__).parents[3]
LOOK = """
import os
import sys
import engine
assert "mlx.core" not in sys.modules, "importing the engine must not bring MLX"
assert "OPENBLAS_NUM_THREADS" not in os.environ
threads = len(os.listdir("/proc/self/task"))
import mlx.core as mx
import numpy as np
a = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
assert np.abs(np.array(mx.array(a) @ mx.array(a)) - a @ a).max() < 1e-4
print(threads, sys.argv[1] in open("/proc/self/maps").read())
"""


@pytest.mark.skipif(openblas() is None, reason="no OpenBLAS on this machine, or none is needed")
def test_mlx_multiplies_with_openblas_on_one_thread() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    line = [sys.executable, "-c", LOOK, str(openblas())]
    found = subprocess.run(line, capture_output=True, text=True, check=True, cwd=PROJECT, env=environment)
    assert found.stdout.split() == ["1", "True"]


def test_nothing_is_loaded_once_mlx_is_there() -> None:
    look = "import mlx.core; from engine.blas import stand_in; print(stand_in())"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert found.stdout.split() == ["False"]


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process where nothing was decided and MLX is not there."""
    monkeypatch.setattr(sys, "modules", {name: m for name, m in sys.modules.items() if name != "mlx.core"})
    blas.chosen.cache_clear()
    blas.stand_in.cache_clear()
    yield
    blas.chosen.cache_clear()
    blas.stand_in.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is chosen elsewhere")
def test_a_library_that_cannot_be_loaded_is_forgotten_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    broken = tmp_path / "libblas.so.3"
    broken.write_bytes(b"not a library")
    forgotten: list[Choice] = []
    monkeypatch.setattr(blas, "choose", lambda: Choice("studio", broken))
    monkeypatch.setattr(blas, "forget", forgotten.append)
    assert not blas.stand_in()
    assert forgotten == [Choice("studio", broken)]


def test_no_copy_is_looked_for_on_other_systems(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(blas, "choose", lambda: pytest.fail("chosen"))
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: pytest.fail("loaded"))
    assert blas.chosen().whose == "system"
    assert not blas.stand_in()
