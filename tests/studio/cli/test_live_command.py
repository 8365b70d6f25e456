"""`studio live`: captions in the terminal, by the trained tiny Parakeet, from files and from a pipe."""

import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.types import Samples
from tests.sixty_words import MODEL, SAMPLE_RATE, Line, in_one_go, unheard, wrong

PROJECT = Path(__file__).parents[3]


def live(outputs: Path, *words: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("STUDIO_") or key == "STUDIO_MODELS_DIR"
    }
    return subprocess.run(
        [sys.executable, "-m", "studio", "live", *words, "--model", str(MODEL)],
        env=environment | {"STUDIO_OUTPUTS": str(outputs), "COLUMNS": "200", "PYTHONPATH": str(PROJECT)},
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
        cwd=outputs,
    )


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return unheard(3, seed=5, voices="held_out_speeds")


@pytest.fixture(scope="module")
def said(lines: list[Line]) -> list[str]:
    return list(chain.from_iterable(line.words for line in lines))


def int16(sound: Samples) -> bytes:
    return (sound * 32767).astype("<i2").tobytes()


def test_a_file_is_captioned(tmp_path: Path, lines: list[Line], said: list[str]) -> None:
    soundfile.write(tmp_path / "talk.flac", in_one_go(lines), SAMPLE_RATE)
    run = live(tmp_path, "talk.flac", "--fast")
    assert run.returncode == 0, run.stderr
    assert wrong(said, run.stdout.decode().split()) <= 0.15


def test_a_file_that_is_cut_short_is_captioned_to_its_end(tmp_path: Path, lines: list[Line]) -> None:
    soundfile.write(tmp_path / "whole.wav", in_one_go(lines), SAMPLE_RATE)
    whole = (tmp_path / "whole.wav").read_bytes()
    kept = round((0.9 + len(lines[0].sound) / SAMPLE_RATE + 0.7) * SAMPLE_RATE) * 2
    (tmp_path / "torn.wav").write_bytes(whole[: 44 + kept])
    run = live(tmp_path, "torn.wav", "--fast")
    assert run.returncode == 0, run.stderr
    assert wrong(lines[0].words, run.stdout.decode().split()) <= 0.34


def test_a_pipe_is_captioned_at_its_own_rate(tmp_path: Path, lines: list[Line], said: list[str]) -> None:
    slow = in_one_go(lines)
    doubled = np.interp(np.arange(2 * len(slow)) / 2, np.arange(len(slow)), slow).astype(np.float32)
    # A pipe may end within a sample.
    run = live(tmp_path, "-", "--rate", "32000", stdin=int16(doubled) + b"\x01")
    assert run.returncode == 0, run.stderr
    assert wrong(said, run.stdout.decode().split()) <= 0.15


@pytest.mark.parametrize("stdin", [b"", bytes(64_000)], ids=["nothing", "silence"])
def test_where_nobody_speaks_there_are_no_words(tmp_path: Path, stdin: bytes) -> None:
    run = live(tmp_path, stdin=stdin)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nowhere.wav",), "no file called"),
        (("empty.wav",), "empty"),
        (("-", "--translate"), "translate"),
        (("-", "--language", "xx"), "English"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    (tmp_path / "empty.wav").touch()
    run = live(tmp_path, *words)
    assert run.returncode != 0
    assert sentence in run.stderr.decode()
    assert "Traceback" not in run.stderr.decode()
