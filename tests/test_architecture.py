"""The rooms hold: who may import whom is a test, not a wish."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


def test_imports_flow_one_way() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).parent / "deptry"), ".", "--no-ansi"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_importing_the_engine_is_quiet_and_light() -> None:
    """No network, no model and no heavy package on import: a worker starts once a job."""
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('import touched the network')\n"
        "socket.socket.connect = refuse\n"
        "import engine.pool, engine.registry, engine.weights, engine.tts.speak, engine.stt.live\n"
        "heavy = {'mlx', 'torch', 'transformers', 'gradio', 'fastapi', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_one_file_knows_rq() -> None:
    imports = re.compile(r"^\s*(?:from|import) rq\b", re.MULTILINE)
    knows = [
        str(file.relative_to(PROJECT))
        for room in ("studio", "workers", "engine")
        for file in (PROJECT / room).rglob("*.py")
        if imports.search(file.read_text("utf-8"))
    ]
    assert knows == ["studio/library/jobs/rq_inside.py"]


@pytest.mark.parametrize("room", ["engine", "studio", "workers", "migrations", "tools"])
def test_a_folder_is_seen_at_a_glance(room: str) -> None:
    """More files than twenty in one folder are several ideas that have not been told apart."""
    counts = Counter(str(path.parent.relative_to(PROJECT)) for path in (PROJECT / room).rglob("*.py"))
    assert {folder: count for folder, count in counts.items() if count > 20} == {}
