"""`studio transcribe` shows what is heard while it is heard, in words or lines of JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner, Result

from engine.errors import EngineError
from engine.types import Segment, Word
from studio.cli import transcribe as command
from studio.cli.listening import running
from studio.cli.main import app

SEGMENTS = [
    Segment("Good morning.", 0.5, 1.25, (Word("Good", 0.5, 0.8), Word("morning.", 0.8, 1.25))),
    Segment("How are you?", 1.5, 2.0, (Word("How are you?", 1.5, 2.0),)),
]


class Ear:
    """A pool that hears the same in everything, and notes what was shown before each segment."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.shown_before: list[str] = []
        self.asked: tuple[str, str] = ("", "")

    def transcribe(self, model: str, blocks: Any, language: str, guidance: Any) -> Iterator[Segment]:
        self.asked = (model, language)
        for segment in SEGMENTS:
            self.shown_before.append("".join(self.shown))
            yield segment

    def close(self) -> None: ...


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ear:
    monkeypatch.chdir(tmp_path)
    soundfile.write("speech.wav", np.zeros(16_000, np.float32), 16_000)
    ear = Ear()
    monkeypatch.setattr(command, "ModelPool", lambda *_, **__: ear)
    written = running.written

    def noted(text: str) -> None:
        ear.shown.append(text)
        written(text)

    monkeypatch.setattr(running, "written", noted)
    return ear


def transcribe(*words: str) -> Result:
    return CliRunner().invoke(app, ["transcribe", *words, "--model", "pocketsphinx"])


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_words_are_shown_as_they_come(ear: Ear) -> None:
    done = transcribe("--audio", "speech.wav", "--stream")
    assert done.stdout == "Good morning. How are you?\n"
    assert ear.shown_before == ["", "Good morning."]


@pytest.mark.parametrize("words", [("--format", "json", "--stream"), ("-f", "ndjson"), ("-f", "NDJSON", "--stream")])
def test_lines_of_json_are_shown_as_they_come(ear: Ear, words: tuple[str, ...]) -> None:
    done = transcribe("speech.wav", *words)
    assert lines(done.stdout) == [
        {"text": "Good morning.", "start": 0.5, "end": 1.25},
        {"text": "How are you?", "start": 1.5, "end": 2.0},
    ]
    assert len(ear.shown_before[1].splitlines()) == 1


def test_the_file_is_written_as_ever(ear: Ear) -> None:
    done = transcribe("speech.wav", "--stream", "--format", "json", "--output_path", "output")
    assert len(lines(done.stdout)) == 2
    assert json.loads(Path("output.json").read_text())["segments"]
    done = transcribe("speech.wav", "--stream", "--out", "a.srt")
    assert done.stdout == "Good morning. How are you?\n"
    assert "-->" in Path("a.srt").read_text()
    done = transcribe("speech.wav", "--out", "a.ndjson", "--word-level")
    assert done.stdout == ""
    assert [word["text"] for word in lines(Path("a.ndjson").read_text())[0]["words"]] == ["Good", "morning."]


def test_of_several_each_line_says_whose_it_is(ear: Ear) -> None:
    soundfile.write("other.wav", np.zeros(16_000, np.float32), 16_000)
    done = transcribe("speech.wav", "other.wav", "-f", "ndjson", "--stream", "-o", "folder")
    assert [line["file"] for line in lines(done.stdout)] == ["speech.wav"] * 2 + ["other.wav"] * 2
    assert sorted(path.name for path in Path("folder").iterdir()) == ["other.ndjson", "speech.ndjson"]


def test_verbose_tells_each_segment_and_how_fast_it_went(ear: Ear) -> None:
    told = transcribe("speech.wav", "--verbose", "--lang_code", "e").stderr.splitlines()
    assert told[0].startswith("segment 0: 0.50 to 1.25 s, 2 words, after ")
    assert told[2].startswith("1.00 s of sound in ")
    assert "real-time factor" in told[2] and "2 segments, by pocketsphinx" in told[2]
    assert ear.asked == ("pocketsphinx", "es")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), "--audio FILE"),
        (("speech.wav", "--audio", "other.wav"), "FILES and --audio"),
        (("speech.wav", "--out", "a.txt", "--output-path", "b.txt"), "--out and --output-path"),
        (("speech.wav", "--stream", "--format", "srt"), "written whole"),
        (("speech.wav", "--format", "exe"), "ndjson"),
        (("speech.wav", "--out", "nowhere/a.txt"), "does not exist"),
        (("--audio", "nowhere.wav", "--stream"), "no file called"),
    ],
)
def test_what_cannot_be_is_one_sentence(ear: Ear, words: tuple[str, ...], part: str) -> None:
    done = transcribe(*words)
    assert isinstance(done.exception, EngineError)
    assert part in str(done.exception)
    assert ear.asked == ("", "")
