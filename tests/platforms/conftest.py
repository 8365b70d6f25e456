"""A stub in every Python that a test starts: what stands in `in_every_python` runs in it before anything else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
InEveryPython = Callable[[str], None]


@pytest.fixture
def in_every_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InEveryPython:
    def put(code: str) -> None:
        folder = tmp_path / "stub"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(folder), str(PROJECT))))

    return put
