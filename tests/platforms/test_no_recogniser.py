"""Where there is no package of PocketSphinx the studio does without: nothing offers it, and who names it is told."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine import registry
from engine.errors import ModelNotFound, WeightsError
from engine.registry import catalogue
from engine.stt.pocketsphinx import load
from studio.cli import doctor
from studio.settings import Settings

PROJECT = Path(__file__).parents[2]
# A Python on which the package cannot be found, whatever is installed.
WITHOUT = (
    "import runpy, sys; sys.modules['pocketsphinx'] = None; sys.argv[0] = 'studio'; "
    "runpy.run_module('studio', run_name='__main__')"
)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    catalogue._exists.cache_clear()
    yield
    monkeypatch.undo()
    catalogue._exists.cache_clear()


def studio(*words: str, outputs: Path) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("STUDIO_")}
    environment |= {"STUDIO_OUTPUTS": str(outputs), "PYTHONPATH": str(PROJECT), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=outputs,
    )


def test_it_is_offered_by_nobody(absent: None) -> None:
    assert "pocketsphinx" not in {card.id for card in registry.cards()}
    assert registry.cards("transcribe"), "others are still there to be fetched"


@pytest.mark.parametrize("named", ["pocketsphinx", " PocketSphinx "])
def test_whoever_names_it_is_told_why_it_is_not_there(absent: None, named: str) -> None:
    with pytest.raises(ModelNotFound, match=r"^PocketSphinx is not part of this installation: .* Python 3\.\d+ "):
        registry.find(named, "transcribe")


def test_it_is_found_where_it_is() -> None:
    pytest.importorskip("pocketsphinx", reason="there is no pocketsphinx for this Python on this machine")
    assert registry.find("pocketsphinx").built_in


def test_loading_it_all_the_same_is_a_sentence(absent: None) -> None:
    with pytest.raises(WeightsError, match="make install"):
        load()


def test_the_doctor_says_so_and_finds_the_studio_well(absent: None, tmp_path: Path) -> None:
    findings = {one.what: one for one in doctor.examine(Settings(outputs=tmp_path, redis_url=""))}
    ear = findings["pocketsphinx (ear)"]
    assert (ear.ok, ear.required) == (False, False)
    assert "no package of it for Python" in ear.found
    assert "PocketSphinx" not in findings["models on disk"].found


def test_in_the_terminal_too(tmp_path: Path) -> None:
    said = studio("say", "Still here.", "--out", "a.wav", outputs=tmp_path)
    assert said.returncode == 0, said.stderr
    listed = studio("models", "list", "--json", outputs=tmp_path)
    assert "pocketsphinx" not in {one["id"] for one in json.loads(listed.stdout)}
    heard = studio("transcribe", "a.wav", "--model", "pocketsphinx", outputs=tmp_path)
    assert heard.returncode == 2
    assert heard.stderr.strip().count("\n") == 0
    assert heard.stderr.startswith("PocketSphinx is not part of this installation")
    well = studio("doctor", "--json", outputs=tmp_path)
    assert well.returncode == 0, well.stdout


@pytest.mark.parametrize(
    ("version", "ok", "said"),
    [((3, 10, 9), False, ""), ((3, 11, 0), True, ""), ((3, 14, 1), True, ""), ((3, 15, 0), True, "tried to 3.14 only")],
)
def test_the_doctor_knows_which_pythons_were_tried(
    version: tuple[int, int, int], ok: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "sys", SimpleNamespace(version_info=version))
    found = doctor._python(Settings())
    assert found.ok is ok
    assert said in found.found
    assert ("tried" in found.found) is bool(said)
