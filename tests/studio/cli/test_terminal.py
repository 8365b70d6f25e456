"""The terminal as a person types it: real processes, real files, exit statuses and sentences."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

PROJECT = Path(__file__).parents[3]


def studio(
    *words: str, outputs: Path, stdin: str = "", timeout: float = 120.0, settings: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("STUDIO_") or key == "STUDIO_MODELS_DIR"
    }
    return subprocess.run(
        [sys.executable, "-m", "studio", *words],
        env=environment
        | {"STUDIO_OUTPUTS": str(outputs), "COLUMNS": "200", "PYTHONPATH": str(PROJECT)}
        | (settings or {}),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=outputs,
    )


def test_say_writes_what_it_was_told(tmp_path: Path) -> None:
    run = studio("say", "Good morning.", "--out", "morning.wav", outputs=tmp_path)
    assert run.returncode == 0, run.stderr
    samples, rate = soundfile.read(tmp_path / "morning.wav")
    assert rate == 22050
    assert 0.4 < len(samples) / rate < 4
    assert np.abs(samples).max() > 0.05


@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.opus", "a.m4a"])
def test_say_writes_every_kind_of_file(tmp_path: Path, name: str) -> None:
    from engine.audio.files.io import read

    run = studio("say", "-", "--out", name, "--stream", "--speed", "1.5", outputs=tmp_path, stdin="From a pipe.")
    assert run.returncode == 0, run.stderr
    assert 0.2 < len(read(tmp_path / name, 16000)) / 16000 < 4


def test_say_down_a_pipe_is_one_wav(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "studio", "say", "One. Two. Three.", "--out", "-"]
    run = subprocess.run(line, capture_output=True, timeout=120, check=True, cwd=PROJECT)
    assert run.stdout[:4] == b"RIFF"
    assert run.stdout.count(b"RIFF") == 1, "one header for the whole stream"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("say", ""), "nothing to say"),
        (("say", "Hello.", "--voice", "nobody"), "nobody"),
        (("say", "Hello.", "--model", "nobody/nothing"), "nobody/nothing"),
        (("say", "Hello.", "--speed", "0"), "speed"),
        (("say", "Hello.", "--speed", "nan"), "speed"),
        (("say", "Hello.", "--out", "a.exe"), "exe"),
        (("say", "Hello.", "--out", "nowhere/a.wav"), "folder"),
        (("book", "missing.epub"), "missing.epub"),
        (("transcribe", "missing.wav"), "missing.wav"),
        (("jobs", "show", "0" * 32), "job"),
        (("models", "get", "nobody/nothing"), "nobody/nothing"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_bad_use_is_one_sentence_and_exit_status_two(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    run = studio(*words, outputs=tmp_path)
    assert run.returncode == 2, (run.stdout, run.stderr)
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.glob("a.*")), "nothing half-made is left behind"


def test_nothing_is_downloaded_unasked_at_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("Hello there.")
    run = studio("book", str(tmp_path / "book.txt"), "--model", "hexgrad/Kokoro-82M", outputs=tmp_path)
    assert run.returncode != 0
    assert "--download" in run.stderr
    assert " MB" in run.stderr
    assert studio("jobs", "list", "--json", outputs=tmp_path).stdout.count('"id"') == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("STUDIO_USERS", "ada:a-long-secret"), ("STUDIO_USERS", '["a-long-secret"]'), ("STUDIO_PORT", "a-long-secret")],
)
def test_a_setting_that_cannot_be_used_is_one_sentence_without_its_value(
    tmp_path: Path, setting: str, value: str
) -> None:
    run = studio("jobs", outputs=tmp_path, settings={setting: value})
    assert run.returncode == 2, run.stderr
    assert run.stderr.startswith(setting)
    assert run.stderr.count("\n") == 1
    assert "a-long-secret" not in run.stderr + run.stdout


def test_voices_for_programs(tmp_path: Path) -> None:
    run = studio("voices", "--language", "fr", "--json", outputs=tmp_path)
    voices = json.loads(run.stdout)
    assert {voice["language"].split("-")[0] for voice in voices} == {"fr"}


def test_models_for_programs(tmp_path: Path) -> None:
    run = studio("models", "list", "--json", outputs=tmp_path)
    models = {model["id"]: model for model in json.loads(run.stdout)}
    assert models["espeak-ng"]["here"] is True
    assert models["pocketsphinx"]["task"] == "transcribe"


def test_the_doctor_finds_everything_here(tmp_path: Path) -> None:
    run = studio("doctor", "--json", outputs=tmp_path)
    assert run.returncode == 0, run.stdout
    found = {finding["what"]: finding for finding in json.loads(run.stdout)}
    assert {"Python", "MLX", "ffmpeg", "Redis", "free disk", "free memory"} <= found.keys()
    assert all(finding["ok"] for finding in found.values() if finding["required"])


def test_the_doctor_names_the_line_that_mends(tmp_path: Path) -> None:
    environment = os.environ | {"STUDIO_REDIS_URL": "redis://127.0.0.1:1", "STUDIO_OUTPUTS": str(tmp_path)}
    line = [sys.executable, "-m", "studio", "doctor", "--json"]
    run = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60, check=False, cwd=PROJECT)
    assert run.returncode == 1
    redis = next(finding for finding in json.loads(run.stdout) if finding["what"] == "Redis")
    assert redis["ok"] is False
    assert redis["mend"]


def test_a_book_from_file_to_m4b(tmp_path: Path) -> None:
    (tmp_path / "tale.md").write_text("# One\n\nA fox saw a crow.\n\n# Two\n\nThe crow sang.\n", encoding="utf-8")
    run = studio("book", "tale.md", "--out", "made", "--json", outputs=tmp_path, timeout=240)
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert answer["status"] == "done"
    kinds = {Path(place).suffix for place in answer["files"]}
    assert {".m4b", ".srt", ".vtt", ".json"} <= kinds
    listed = json.loads(studio("jobs", "list", "--json", outputs=tmp_path).stdout)
    assert [job["status"] for job in listed] == ["done"]
    assert studio("jobs", "pause", answer["id"], outputs=tmp_path).returncode != 0, "a finished job cannot be paused"
    assert studio("jobs", "delete", answer["id"], outputs=tmp_path).returncode == 0
    assert json.loads(studio("jobs", "list", "--json", outputs=tmp_path).stdout) == []


def test_transcribe_hears_what_say_said(tmp_path: Path) -> None:
    said = "one two three four five six seven eight nine ten"
    assert studio("say", said, "--out", "count.wav", outputs=tmp_path).returncode == 0
    run = studio("transcribe", "count.wav", "--format", "json", outputs=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "PocketSphinx writes this: a simple recogniser" in run.stderr
    heard = json.dumps(json.loads(run.stdout)).lower()
    assert sum(word in heard for word in said.split()) >= 5, heard
