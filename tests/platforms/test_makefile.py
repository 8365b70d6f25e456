"""`make` on a machine whose own Python is too old, that has no Homebrew, no apt, or a browser of another name."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
Put = Callable[[str, str], None]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

OLD = '[ "$1" = --version ] && echo "Python 3.9.6" && exit 0\nexit 1'
NEW = 'case "$1" in -c) exit 0;; *) echo "made by $0 $*"; exit 1;; esac'


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Puts a program on an otherwise empty PATH."""
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "rm").symlink_to(shutil.which("rm") or "/bin/rm")

    def make(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)

    return make


def make(tmp_path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    line = [shutil.which("make") or "make", "--no-print-directory", *words]
    # Of a `make` that runs these tests nothing is handed on.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "PYTHON"))}
    environment["PATH"] = str(tmp_path / "path")
    return subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("names", [("python3",), ("python3.14",), ("python3.12", "python3.11")])
def test_the_first_python_that_is_new_enough_is_taken(names: tuple[str, ...], put: Put, tmp_path: Path) -> None:
    put("python3", OLD)
    for name in names:
        put(name, NEW)
    assert f"/{names[0]} -m venv .venv" in make(tmp_path, ".venv/bin/python").stdout


def test_an_old_python_alone_is_told_with_its_version(put: Put, tmp_path: Path) -> None:
    put("python3", OLD)
    run = make(tmp_path, ".venv/bin/python")
    assert run.returncode != 0
    assert run.stdout.startswith(
        "Speech Studio needs Python 3.11 or newer, and python3 is Python 3.9.6. Name one: make "
    )


@pytest.mark.parametrize(("words", "name"), [((), "python3"), (("PYTHON=python3.99",), "python3.99")])
def test_no_python_at_all_is_told_too(words: tuple[str, ...], name: str, put: Put, tmp_path: Path) -> None:
    run = make(tmp_path, *words, ".venv/bin/python")
    assert run.returncode != 0
    assert run.stdout.startswith(f"Speech Studio needs Python 3.11 or newer, and {name} is missing.")


def test_another_folder_for_the_installation_is_taken(put: Put, tmp_path: Path) -> None:
    put("python3", NEW)
    assert "-m venv .venv-other" in make(tmp_path, "VENV=.venv-other", ".venv-other/bin/python").stdout


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_a_browser_on_the_path_is_enough(name: str, put: Put, tmp_path: Path) -> None:
    put(name, "exit 0")
    run = make(tmp_path, "chromium", f"APPLICATIONS={tmp_path}")
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize("name", ["Google Chrome.app", "Chromium.app"])
def test_a_macs_browser_is_found_among_its_applications(name: str, put: Put, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    run = make(tmp_path, "chromium", f"APPLICATIONS={tmp_path}")
    assert (run.returncode, run.stdout) == (0, "")


def test_without_any_browser_the_tests_that_need_one_are_skipped_with_a_sentence(put: Put, tmp_path: Path) -> None:
    put("id", "echo 501")
    run = make(tmp_path, "chromium", f"APPLICATIONS={tmp_path}")
    assert (run.returncode, run.stdout) == (0, "Chromium is not installed; the browser tests will be skipped.\n")


@pytest.mark.parametrize(("script", "told"), [("exit 0", ""), ("exit 1", "Chromium could not be installed; ")])
def test_where_we_may_apt_is_asked(script: str, told: str, put: Put, tmp_path: Path) -> None:
    put("id", "echo 0")
    put("apt-get", f'echo "$@" >> {tmp_path}/asked; {script}')
    run = make(tmp_path, "chromium", f"APPLICATIONS={tmp_path}")
    assert run.returncode == 0
    assert run.stdout.startswith(told)
    assert (tmp_path / "asked").read_text().startswith("update")
