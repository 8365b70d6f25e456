"""Models at work divide the cores, in one process and in several."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import allowance
from engine.allowance import at_work, portion, share, threads

PROJECT = Path(__file__).parents[2]
WORK = """
import sys, time
from pathlib import Path
from engine import allowance
allowance.usable_cores = lambda: 12
allowance.share(Path(sys.argv[1]))
with allowance.at_work():
    print("begun", flush=True)
    sys.stdin.readline()
    time.sleep(2 * allowance._FRESH_S)
    print(allowance.threads(), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's, on a machine of twelve cores; what was counted is never kept."""
    monkeypatch.setattr(allowance, "_ledger", allowance._Ledger())
    monkeypatch.setattr(allowance, "_FRESH_S", 0.0)
    monkeypatch.setattr(allowance, "usable_cores", lambda: 12)


@given(st.integers(1, 256), st.integers(0, 64))
def test_together_they_never_ask_for_more_than_the_cores(cores: int, others: int) -> None:
    each = portion(cores, others)
    assert each >= 1
    assert each * (others + 1) <= max(cores, others + 1)
    assert (each + 1) * (others + 1) > cores


def test_alone_a_model_has_every_core_and_who_is_not_at_work_counts_for_nobody(tmp_path: Path) -> None:
    share(tmp_path / "cores")
    assert threads() == 12
    with at_work(), at_work():
        assert threads() == 12
    assert threads() == 12


def test_two_models_of_one_process_divide_them(tmp_path: Path) -> None:
    share(tmp_path / "cores")
    begun, ended = threading.Event(), threading.Event()

    def other() -> None:
        with at_work():
            begun.set()
            ended.wait()

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait()
    with at_work():
        assert threads() == 6
    ended.set()
    thread.join()
    with at_work():
        assert threads() == 12


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    """Three processes at work."""
    line = [sys.executable, "-c", WORK, str(tmp_path / "cores")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    running = [subprocess.Popen(line, text=True, cwd=PROJECT, **pipes) for _ in range(3)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
    yield running
    for process in running:
        process.kill()
        process.communicate()


def test_processes_divide_them_and_a_killed_one_leaves_its_part(
    tmp_path: Path, workers: list["subprocess.Popen[str]"]
) -> None:
    share(tmp_path / "cores")
    with at_work():
        assert threads() == 3
        told = [_ask(process) for process in workers]
        assert told == [3, 3, 3]
        workers[0].kill()
        workers[0].wait()
        assert threads() == 4
    assert threads() == 4  # who asks without being at work is about to be


def _ask(process: "subprocess.Popen[str]") -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_a_file_that_cannot_be_had_counts_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for place in (tmp_path / "file" / "cores", tmp_path / "link"):
        share(place)
        with at_work():
            assert threads() == 12
    assert not (tmp_path / "elsewhere").exists()
