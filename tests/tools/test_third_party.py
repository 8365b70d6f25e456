"""THIRD_PARTY.md names what the studio stands on, and nothing under a GPL goes in unexplained."""

import re
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import third_party

PAPER = third_party.PAPER.read_text(encoding="utf-8")


def test_everything_the_project_asks_for_is_in_the_paper_and_the_paper_is_the_tools() -> None:
    direct = {canonicalize_name(Requirement(line).name) for line in third_party.project_roots()}
    assert third_party.missing(dict.fromkeys(direct, ""), PAPER) == []
    named = dict(re.findall(r"^\| `([\w.-]+)` \| ([^|]*) \|$", PAPER, re.MULTILINE))
    assert third_party.written(named) == PAPER


def test_what_is_installed_is_followed_to_what_it_needs() -> None:
    found = third_party.installed(["typer>=0.16", "nowhere-to-be-found", "rich; python_version < '3'"])
    assert {"typer", "rich", "pygments"} <= found.keys()  # rich by way of typer
    assert "nowhere-to-be-found" not in found
    assert "rich" not in third_party.installed(["rich; python_version < '3'"])
    assert "jieba" not in third_party.installed(["mlx-speech-studio"])  # an extra nobody asked for


@pytest.mark.parametrize("said", ["GPL-3.0-only", "LGPL-2.1", "AGPL-3.0", "GNU General Public License v3 (GPLv3)"])
def test_a_package_under_a_gpl_must_be_explained(
    said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(third_party, "PAPER", tmp_path / "THIRD_PARTY.md")
    monkeypatch.setattr(third_party, "installed", lambda _: {"soxr": said, "stranger": said})
    assert third_party.main([]) == 1
    assert "how these are used: stranger." in capsys.readouterr().out
    assert not (tmp_path / "THIRD_PARTY.md").exists()


def test_check_says_what_is_missing_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(third_party, "installed", lambda _: {"rich": "MIT", "stranger": "MIT"})
    assert third_party.main(["--check"]) == 1
    assert "lacks stranger." in capsys.readouterr().out
    assert third_party.PAPER.read_text(encoding="utf-8") == PAPER


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"License-Expression": "MIT", "License": "other"}, "MIT"),
        ({"License": "BSD 3-Clause"}, "BSD 3-Clause"),
        ({"Classifier": "License :: OSI Approved :: MIT License", "License": "x" * 400}, "MIT License"),
        ({"License": "Apache License\nVersion 2.0\n..."}, "Apache License"),
        ({}, "unsaid"),
    ],
)
def test_a_licence_is_what_the_package_says_in_a_few_words(lines: dict[str, str], said: str) -> None:
    metadata = Message()
    for name, value in lines.items():
        metadata[name] = value
    assert third_party.licence("stranger", metadata) == said  # type: ignore[arg-type]
