"""The logs are bounded, shared between processes, and never in the way of the work."""

import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.logs import files as log_files
from studio.logs import kept, worker_slot
from studio.logs import slots as log_slots

log = logging.getLogger("studio.test")


@pytest.fixture
def terminal() -> Iterator[list[str]]:
    """What the terminal is told."""
    heard: list[str] = []

    class Terminal(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    handler = Terminal()
    logging.getLogger().addHandler(handler)
    yield heard
    logging.getLogger().removeHandler(handler)


def lines(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_the_file_has_more_than_the_terminal_and_the_terminal_as_much_as_before(
    tmp_path: Path, terminal: list[str]
) -> None:
    before = [logging.getLogger(name).level for name in ("", "studio", "workers", "engine")]
    with kept(tmp_path / "logs", "studio", "info") as file:
        log.debug("too small")
        log.info("small")
        log.warning("large")
        logging.getLogger("httpx").info("somebody else's address")
    assert [one["message"] for one in lines(file)] == ["small", "large"]
    assert terminal == ["large"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    log.info("afterwards")
    assert len(lines(file)) == 2
    assert [logging.getLogger(name).level for name in ("", "studio", "workers", "engine")] == before


@pytest.mark.parametrize(("level", "said"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_a_level_is_for_the_file_alone(tmp_path: Path, terminal: list[str], level: str, said: int) -> None:
    with kept(tmp_path, "studio", level) as file:  # type: ignore[arg-type]
        for least in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            log.log(least, "a line")
    assert len(lines(file)) == said
    assert len(terminal) == 2


def test_a_log_is_bounded_over_restarts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "MAX_BYTES", 2000)
    for _ in range(10):
        with kept(tmp_path, "studio", "info"):
            for number in range(20):
                log.info("line %d", number)
    found = {path.name: path.stat().st_size for path in tmp_path.glob("*.log*") if not path.name.startswith(".")}
    assert set(found) == {"studio.log", "studio.log.1", "studio.log.2", "studio.log.3"}
    assert max(found.values()) <= 2000


def test_two_processes_turn_one_log_over_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "import logging, sys, pathlib\n"
        "from studio.logs import kept, files\n"
        "files.MAX_BYTES = 4000\n"
        "with kept(pathlib.Path(sys.argv[1]), 'worker-1', 'info'):\n"
        "    for _ in range(150): logging.getLogger('studio.x').info('a line of a process')\n"
    )
    line = [sys.executable, "-c", script, str(tmp_path)]
    writers = [subprocess.Popen(line, env=os.environ | {"PYTHONPATH": os.getcwd()}) for _ in range(3)]
    assert [one.wait(120) for one in writers] == [0, 0, 0]
    found = [path for path in tmp_path.glob("worker-1.log*")]
    assert len(found) == 4
    for path in found:
        assert lines(path), "whole lines only"
        assert path.stat().st_size < 8000


def test_a_worker_has_the_first_free_name_and_leaves_it_however_it_ends(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys\nfrom studio.logs import worker_slot\n"
        "with worker_slot(pathlib.Path(sys.argv[1])) as name:\n    print(name, flush=True)\n    sys.stdin.read()"
    )
    line = [sys.executable, "-c", script, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    with worker_slot(tmp_path) as first:
        other = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        assert other.stdout is not None
        assert (first, other.stdout.readline()) == ("worker-1", b"worker-2\n")
        with worker_slot(tmp_path) as third:
            assert third == "worker-3"
        other.kill()
        other.communicate()
        with worker_slot(tmp_path) as again:
            assert again == "worker-2"


def test_there_are_never_more_names_than_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_slots, "MOST_SLOTS", 2)
    with worker_slot(tmp_path), worker_slot(tmp_path), worker_slot(tmp_path) as third:
        assert third == "worker-2"


def test_a_folder_that_cannot_be_made_costs_one_warning(tmp_path: Path, terminal: list[str]) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with worker_slot(tmp_path / "logs") as name, kept(tmp_path / "logs", name, "info"):
        for _ in range(3):
            log.info("the studio goes on")
        log.warning("and is heard")
    assert len(terminal) == 2
    assert "cannot be written" in terminal[0] and terminal[1] == "and is heard"


def test_a_full_disk_costs_one_warning_and_the_log_comes_back(
    tmp_path: Path, terminal: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept(tmp_path, "studio", "info") as file:
        log.info("before")
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("there is no disk here that is always full")
        with monkeypatch.context() as patch:
            handler = next(one for one in logging.getLogger().handlers if isinstance(one, log_files.LogFile))
            patch.setattr(handler, "_file", full)
            patch.setattr(handler, "baseFilename", str(full))
            for _ in range(3):
                log.info("on a full disk")
        log.info("after")
    assert [one["message"] for one in lines(file)] == ["before", "after"]
    assert len(terminal) == 1 and "No space left" in terminal[0]


def test_a_log_that_somebody_removed_begins_anew(tmp_path: Path) -> None:
    with kept(tmp_path, "studio", "info") as file:
        log.info("before")
        file.unlink()
        log.info("after")
        assert [one["message"] for one in lines(file)] == ["after"]
