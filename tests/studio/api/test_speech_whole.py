"""Speech made whole before it is answered, and the measures that come with every piece of a stream."""

import base64
import io
import json
from typing import Any

import httpx
import pytest
import soundfile

from engine.audio.files.provenance import DIGITAL_SOURCE_TYPE, read

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=120)
TEXT = "One, two, three. The quick brown fox jumps over the lazy dog."


def speak(studio: Studio, **body: Any) -> httpx.Response:
    return HTTP.post(f"{studio.url}/v1/audio/speech", json={"input": TEXT, "voice": "en-us", **body})


@pytest.mark.parametrize("format", ["wav", "mp3", "flac", "pcm", "opus", "aac"])
def test_a_whole_has_its_length_and_the_sound_of_the_stream(studio: Studio, format: str) -> None:
    whole = speak(studio, response_format=format, stream=False)
    streamed = speak(studio, response_format=format, stream=True)
    assert int(whole.headers["content-length"]) == len(whole.content) > 1000
    assert "content-length" not in streamed.headers
    assert whole.headers["content-type"] == streamed.headers["content-type"]
    assert whole.headers["x-studio-voice"] == "en-us"
    if format == "pcm":
        assert whole.content == streamed.content
    if format == "wav":
        a, rate = soundfile.read(io.BytesIO(whole.content), dtype="int16")
        b, same = soundfile.read(io.BytesIO(streamed.content), dtype="int16")
        assert rate == same
        assert (a == b).all()
    assert list(studio.context.library.storage.uploads("local").glob("whole-*")) == []


def test_no_stream_of_events_is_a_contradiction(studio: Studio) -> None:
    answer = speak(studio, stream=False, stream_format="sse")
    assert answer.status_code == 400
    assert "no events to send" in answer.json()["error"]["message"]


def test_a_voice_that_is_unknown_is_refused_before_anything_is_made(studio: Studio) -> None:
    assert speak(studio, voice="nobody", stream=False).status_code in (400, 404)
    assert studio.becomes_idle()


@pytest.mark.parametrize("format", ["pcm", "mp3"])
def test_every_piece_tells_its_place_and_its_measures(studio: Studio, format: str) -> None:
    answer = speak(studio, response_format=format, stream_format="sse")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    *deltas, done = events
    assert [one["index"] for one in deltas] == list(range(len(deltas)))
    assert [one["is_final"] for one in deltas] == [False] * (len(deltas) - 1) + [True]
    assert {one["tokens"] for one in deltas} == {0}
    assert len({one["time_to_first_audio"] for one in deltas}) == 1
    assert deltas[0]["time_to_first_audio"] > 0
    assert done["audio_seconds"] == done["duration"] > 1
    assert done["wall_seconds"] >= deltas[0]["time_to_first_audio"]
    if format == "pcm":
        size = sum(len(base64.b64decode(one["audio"])) for one in deltas)
        assert size / 2 / deltas[0]["sample_rate"] == pytest.approx(done["audio_seconds"], abs=0.01)


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_says_that_it_is_synthetic_and_whose_voice_it_is(studio: Studio, stream: bool) -> None:
    with soundfile.SoundFile(io.BytesIO(speak(studio, response_format="wav", stream=stream).content)) as file:
        told = read(file.comment)
    assert told is not None
    assert (told.kind, told.licence) == ("stock", "")
    assert told.model and told.voice
    mp3 = speak(studio, response_format="mp3", stream=stream).content
    assert mp3.startswith(b"ID3") and b"COMM" in mp3[:4096]
    assert DIGITAL_SOURCE_TYPE.encode("utf-16-le") in mp3[:4096]
