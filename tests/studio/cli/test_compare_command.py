"""`studio compare` as a process."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from PIL import Image

from engine.types import Pronunciation
from studio.library.db import migrate, open_database
from studio.library.words import pronunciations
from studio.settings import OWNER, Settings

PROJECT = Path(__file__).parents[3]


def compare(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "studio", "compare", *words],
        env={
            "PYTHONPATH": str(PROJECT),
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "COLUMNS": "80",
            "STUDIO_OUTPUTS": str(folder / "outputs"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )


def test_it_writes_the_sounds_the_table_and_the_picture(tmp_path: Path) -> None:
    run = compare(tmp_path, "One, two. Well <gasp> three.", "--voice", "en-gb", "--out", "here")
    assert run.returncode == 0, run.stderr
    folder = tmp_path / "here"
    assert {path.name for path in folder.iterdir()} == {
        "consistent_normal_000.wav", "consistent_clean_streaming.wav", "consistent_callback_streaming.wav",
        "compare.csv", "compare.png",
    }  # fmt: skip
    rows = list(csv.DictReader((folder / "compare.csv").open()))
    assert [row["way"] for row in rows] == ["whole", "clean", "callback"]
    assert {row["max_difference"] for row in rows} == {"0.0"}
    samples, rate = soundfile.read(folder / "consistent_clean_streaming.wav")
    assert (len(samples), rate) == (int(rows[1]["samples"]), 22050)
    assert Image.open(folder / "compare.png").width == 1040
    assert "Clean stream" in run.stdout
    assert "…" not in run.stdout, "80 characters have room for the table"
    assert "smooth is left out" in run.stderr
    assert "<gasp>" in run.stderr


@pytest.mark.slow
def test_what_is_kept_holds_here_too(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, outputs=tmp_path / "outputs")  # type: ignore[call-arg]
    settings.outputs.mkdir()
    migrate(settings.resolved_database_url)
    db = open_database(settings.resolved_database_url)
    pronunciations.add(db, OWNER, Pronunciation("Hello", respelling="Goodbye"))
    db.dispose()
    for text, name in (("Hello there.", "kept"), ("Goodbye there.", "meant")):
        run = compare(tmp_path, text, "--out", name)
        assert run.returncode == 0, run.stderr
    kept, meant = (tmp_path / name / "consistent_normal_000.wav" for name in ("kept", "meant"))
    assert kept.read_bytes() == meant.read_bytes()


@pytest.mark.slow
def test_what_cannot_be_compared_is_one_sentence(tmp_path: Path) -> None:
    run = compare(tmp_path, "Hello.", "--model", "pocketsphinx")
    assert run.returncode == 2
    assert "listens" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
