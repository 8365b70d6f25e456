"""A transcription as lines of JSON, what true and false may be called, and measures that are real or absent."""

import io
import json
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from engine.types import Measures, Segment, Word
from studio.api import transcriptions
from studio.api.form_values import yes_or_no
from studio.api.uploads import FormError

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=120)
SPOKEN = "one two three four five six seven"
LINES = "application/x-ndjson"


@pytest.fixture(scope="module")
def recording(studio: Studio) -> bytes:
    """The built-in voice counts."""
    body = {"input": SPOKEN, "response_format": "wav", "speed": 0.8}
    return HTTP.post(f"{studio.url}/v1/audio/speech", json=body).content


def send(studio: Studio, content: bytes, accept: str = "*/*", **fields: Any) -> httpx.Response:
    address = f"{studio.url}/v1/audio/transcriptions"
    data = {"model": "pocketsphinx", **fields}
    return HTTP.post(address, files={"file": ("a.wav", content)}, data=data, headers={"accept": accept})


@pytest.mark.parametrize(("accept", "fields"), [(LINES, {}), ("*/*", {"response_format": "ndjson"})])
def test_lines_of_json(studio: Studio, recording: bytes, accept: str, fields: dict[str, str]) -> None:
    answer = send(studio, recording, accept, stream="true", **fields)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(LINES)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert all("text" in line for line in lines), "a client joins them without a look"
    whole = send(studio, recording).json()["text"]
    assert " ".join(line["text"] for line in lines[:-1]) == whole
    assert all(line["start"] < line["end"] for line in lines[:-1])
    assert lines[-1]["is_final"] is True
    assert lines[-1]["duration"] > 1


def test_a_recording_of_nothing_is_one_line(studio: Studio, silence_wav: Path) -> None:
    answer = send(studio, silence_wav.read_bytes(), LINES, stream="yes")
    assert [json.loads(line)["text"] for line in answer.text.splitlines()] == [""]


@pytest.mark.parametrize("yes", ["true", "1", "yes", "On", "TRUE "])
def test_every_word_for_yes_streams_events(studio: Studio, recording: bytes, yes: str) -> None:
    answer = send(studio, recording, stream=yes)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "transcript.text.done" in answer.text


@pytest.mark.parametrize("no", ["false", "0", "no", "off", ""])
def test_every_word_for_no_answers_at_once(studio: Studio, silence_wav: Path, no: str) -> None:
    assert send(studio, silence_wav.read_bytes(), stream=no).json() == {"text": ""}


@pytest.mark.parametrize("fields", [{"stream": "maybe"}, {"response_format": "ndjson"}, {"stream": "2"}])
def test_anything_else_is_refused_in_a_sentence(studio: Studio, silence_wav: Path, fields: dict[str, str]) -> None:
    answer = send(studio, silence_wav.read_bytes(), **fields)
    assert answer.status_code == 400
    assert "stream" in answer.json()["error"]["message"]


def test_one_function_knows_yes_and_no() -> None:
    assert yes_or_no("a", " YES") and not yes_or_no("a", "Off")
    with pytest.raises(FormError, match="`a` must be true or false"):
        yes_or_no("a", "ja")


def test_what_was_not_measured_is_not_told(studio: Studio, recording: bytes) -> None:
    client = openai.OpenAI(base_url=f"{studio.url}/v1", api_key="anything", max_retries=0)
    heard = client.audio.transcriptions.create(
        model="pocketsphinx", file=("a.wav", io.BytesIO(recording)), response_format="verbose_json"
    )
    assert heard.segments
    raw = send(studio, recording, response_format="verbose_json").json()["segments"][0]
    assert not raw.keys() & {"avg_logprob", "no_speech_prob", "temperature", "tokens"}
    assert raw["compression_ratio"] > 0
    assert heard.segments[0].text == raw["text"]


def test_what_was_measured_is_told() -> None:
    words = (Word("Yes.", 1.0, 1.5),)
    segment = Segment("Yes.", 1.0, 1.5, words, 0.9, measures=Measures(-0.25, 0.01, 0.2))
    told = transcriptions._segment(0, segment)  # pyright: ignore[reportPrivateUsage]
    assert (told["avg_logprob"], told["no_speech_prob"], told["temperature"]) == (-0.25, 0.01, 0.2)
    assert told["seek"] == 100
