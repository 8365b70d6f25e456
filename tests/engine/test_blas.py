"""OpenBLAS stands in for what MLX brings, where there is one, and nothing else changes."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.blas import openblas

PROJECT = Path(__file__).parents[2]
LOOK = """
import sys
import engine
assert "mlx.core" not in sys.modules, "importing the engine must not bring MLX"
import mlx.core as mx
import numpy as np
a = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
assert np.abs(np.array(mx.array(a) @ mx.array(a)) - a @ a).max() < 1e-4
print([line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line and "numpy" not in line][:1])
"""


@pytest.mark.skipif(openblas() is None, reason="no OpenBLAS on this machine, or none is needed")
def test_mlx_multiplies_with_the_machines_openblas() -> None:
    found = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert "openblas" in found.stdout


def test_nothing_is_loaded_once_mlx_is_there() -> None:
    look = "import mlx.core; from engine.blas import stand_in; print(stand_in())"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert found.stdout.split() == ["False"]


def test_a_library_that_cannot_be_loaded_changes_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "libblas.so.3"
    broken.write_bytes(b"not a library")
    look = (
        "import sys, pathlib, importlib.util\n"
        "spec = importlib.util.spec_from_file_location('blas', sys.argv[1])\n"
        "blas = importlib.util.module_from_spec(spec); spec.loader.exec_module(blas)\n"
        "blas.openblas = lambda: pathlib.Path(sys.argv[2])\n"
        "print(blas.stand_in())"
    )
    command = [sys.executable, "-c", look, str(PROJECT / "engine" / "blas.py"), str(broken)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False"]
