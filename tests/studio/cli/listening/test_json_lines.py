"""`studio live --json` writes the messages of the live socket."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.types import TranscriptEvent, Word
from studio.api.events import LiveComplete, LiveDelta, LivePartial
from studio.cli import live as command
from studio.cli.listening.json_lines import JsonLines
from studio.cli.main import app

EVENTS = [
    TranscriptEvent((), (Word("god", 0.1, 0.2),), 0.5, speech=True),
    TranscriptEvent((), (Word("god", 0.1, 0.2),), 0.6, speech=True),
    TranscriptEvent((Word("Good", 0.1, 0.31234),), (Word("mourn", 0.4, 0.5, 0.5),), 1.0, speech=True),
    TranscriptEvent((Word("morning.", 0.4, 0.9, 0.75),), (), 1.5, is_final=True),
]


def test_they_are_the_sockets(capsys: pytest.CaptureFixture[str]) -> None:
    shown = JsonLines()
    for event in EVENTS:
        shown.show([event])
    shown.end()
    told: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [message["type"] for message in told] == ["partial", "delta", "partial", "delta", "partial", "complete"]
    models = {"delta": LiveDelta, "partial": LivePartial, "complete": LiveComplete}
    for message in told:
        assert models[message["type"]].model_validate(message).model_dump() == message
    assert "".join(message["delta"] for message in told if message["type"] == "delta") == "Good morning."
    assert told[2]["draft"][0] == {"text": "mourn", "start": 0.4, "end": 0.5, "confidence": 0.5, "space_before": True}
    assert told[-1]["text"] == "Good morning."
    assert [word["end"] for word in told[-1]["words"]] == [0.312, 0.9]
    assert told[-1]["audio"] == 1.5


def test_the_end_is_as_it_was_heard_once_more(capsys: pytest.CaptureFixture[str]) -> None:
    shown = JsonLines()
    better = (Word("Good", 0.1, 0.3), Word("evening.", 0.4, 0.9))
    for event in [*EVENTS[:-1], replace(EVENTS[-1], corrected=better, corrects=2)]:
        shown.show([event])
    shown.end()
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["text"], last["corrected"]) == ("Good evening.", True)


class Ear:
    """A session that hears EVENTS, a packet each."""

    def __init__(self) -> None:
        self._events = iter(EVENTS)
        self.asked: dict[str, Any] = {}

    def live(self, model: str, language: str, rate: int, **asked: Any) -> "Ear":
        self.asked = {"language": language, "rate": rate, **asked}
        return self

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *_: object) -> None: ...

    def add_audio(self, packet: Any) -> list[TranscriptEvent]:
        return [event for event in [next(self._events, None)] if event is not None]

    def finish(self) -> list[TranscriptEvent]:
        return list(self._events)

    def close(self) -> None: ...


@pytest.mark.parametrize(("words", "interval_s"), [((), None), (("--partial_interval_ms", "300"), 0.3)])
def test_the_command(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], interval_s: float | None) -> None:
    ear = Ear()
    monkeypatch.setattr(command, "ModelPool", lambda *_, **__: ear)
    done = CliRunner().invoke(
        app, ["live", "--model", "pocketsphinx", "--json", "--lang-code", "b", *words], input=bytes(9600)
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["text"] == "Good morning."
    assert (ear.asked["language"], ear.asked["partial_interval_s"]) == ("en-gb", interval_s)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--partial-interval-ms", "nan"), "partial interval"),
        (("--partial-interval-ms", "5"), "partial interval"),
        (("a.wav", "--audio", "b.wav"), "SOURCE and --audio"),
        (("--audio", "nowhere.wav"), "no file called"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path: Path, words: tuple[str, ...], part: str) -> None:
    done = CliRunner().invoke(app, ["live", *words, "--json"])
    assert part in str(done.exception)
