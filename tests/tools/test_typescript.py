"""The checker of the page's scripts: fetched once, in one version, and never asked for where it cannot be had."""

from pathlib import Path

import pytest

from tools import typescript


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of its own, and a folder for the checker."""
    found = tmp_path / "bin"
    found.mkdir()
    monkeypatch.setenv("PATH", f"{found}:/bin:/usr/bin")
    monkeypatch.setattr(typescript.shutil, "which", lambda name: str(one) if (one := found / name).exists() else None)
    monkeypatch.setattr(typescript, "FOLDER", tmp_path / ".tools" / "typescript")
    return found


def program(path: Path, name: str, script: str) -> None:
    (path / name).write_text(f"#!/bin/sh\necho {name} >> {path}/asked\n{script}\n")
    (path / name).chmod(0o755)


# Leaves a checker where `--prefix` says, as npm does.
INSTALLS = """while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/node_modules/typescript/bin" && touch "$2/node_modules/typescript/bin/tsc" """


def test_without_node_one_sentence_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typescript.main() == 0
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "not checked: Node.js" in said


def test_without_a_network_one_sentence_says_so_and_nothing_half_is_left(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(path, "node", "exit 9")
    program(path, "npm", f"{INSTALLS}; exit 1")
    assert typescript.main() == 0
    assert "could not be fetched" in capsys.readouterr().out
    assert not list(typescript.FOLDER.parent.iterdir())


def test_it_is_fetched_once_and_its_word_is_the_last(path: Path) -> None:
    program(path, "node", "exit 2")
    program(path, "npm", INSTALLS)
    assert [typescript.main(), typescript.main()] == [2, 2]
    assert (path / "asked").read_text().split() == ["npm", "node", "node"]
