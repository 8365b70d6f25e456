"""Recordings and microphones in, words out."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import numpy as np
import openai
import pytest
import soundfile
import websockets
from websockets.sync.client import connect

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)  # one, because each httpx.get() would build a TLS context
SPOKEN = "one two three four five six seven"


@pytest.fixture(scope="module")
def recording(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in voice counts."""
    path = tmp_path_factory.mktemp("recordings") / "counting.wav"
    body = {"input": SPOKEN, "response_format": "wav", "speed": 0.8}
    path.write_bytes(HTTP.post(f"{studio.url}/v1/audio/speech", json=body).content)
    return path


def client(studio: Studio) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{studio.url}/v1", api_key="anything", max_retries=0)


def send(studio: Studio, content: bytes, name: str = "a.wav", **fields: Any) -> httpx.Response:
    return HTTP.post(f"{studio.url}/v1/audio/transcriptions", files={"file": (name, content)}, data=fields, timeout=120)


def some_are_right(text: str) -> bool:
    return len(set(text.lower().split()) & set(SPOKEN.split())) >= 3


def test_openai_client_reads_every_format(studio: Studio, recording: Path) -> None:
    ears = client(studio).audio.transcriptions
    with recording.open("rb") as file:
        heard = ears.create(model="whisper-1", file=file)
        assert some_are_right(heard.text)
        for format, mark in (("text", ""), ("srt", "-->"), ("vtt", "WEBVTT")):
            file.seek(0)
            text = ears.create(model="whisper-1", file=file, response_format=format)
            assert mark in str(text)
        file.seek(0)
        verbose = ears.create(
            model="whisper-1",
            file=file,
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
    assert verbose.words
    assert verbose.segments
    assert verbose.duration == pytest.approx(soundfile.info(recording).duration, abs=0.2)
    assert all(0 <= word.start <= word.end <= verbose.duration + 0.2 for word in verbose.words)
    assert verbose.text == heard.text


def test_openai_client_reads_the_words_as_they_come(studio: Studio, recording: Path) -> None:
    with recording.open("rb") as file:
        events = list(client(studio).audio.transcriptions.create(model="gpt-4o-transcribe", file=file, stream=True))
    assert events[-1].type == "transcript.text.done"
    assert "".join(event.delta for event in events[:-1]) == events[-1].text


def test_nothing_that_is_sent_is_ignored_in_silence(studio: Studio, silence_wav: Path) -> None:
    sound = silence_wav.read_bytes()
    wrong = send(studio, sound, langauge="en").json()["error"]
    assert wrong["message"] == "There is no field `langauge` here; did you mean `language`?"
    assert wrong["param"] == "langauge"
    answer = send(studio, sound, temperature="0", prompt="Sybil", response_format="verbose_json")
    assert answer.status_code == 200, answer.text
    told = answer.json()["notices"]
    assert "No recogniser here has a use for temperature, so it was left out." in told
    assert any("takes no hints, so prompt changed nothing" in notice for notice in told)
    assert unquote(answer.headers["x-studio-notices"]) == " ".join(told)


def test_silence_has_no_words(studio: Studio, silence_wav: Path) -> None:
    answer = send(studio, silence_wav.read_bytes())
    assert answer.status_code == 200
    assert answer.json() == {"text": ""}


@pytest.mark.parametrize(
    ("content", "fields", "status"),
    [
        (b"", {}, 400),
        (b"this is no sound", {}, 400),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", {}, 400),
        (b"#EXTM3U\nfile:///etc/passwd\n", {}, 400),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", {}, 400),
        (None, {"model": "no-such-model"}, 404),
        (None, {"model": "tts-1"}, 404),
        (None, {"response_format": "docx"}, 400),
        (None, {"timestamp_granularities[]": "letter", "response_format": "verbose_json"}, 400),
        (None, {"language": "xx-unknown"}, 400),
        (None, {"langauge": "en"}, 400),
    ],
)
def test_bad_recordings_are_refused_and_not_kept(
    studio: Studio, silence_wav: Path, content: bytes | None, fields: dict[str, str], status: int
) -> None:
    answer = send(studio, silence_wav.read_bytes() if content is None else content, **fields)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert str(studio.context.settings.outputs) not in answer.text
    assert list(studio.context.library.storage.uploads("local").glob("upload-*")) == []
    assert studio.becomes_idle()


def test_a_request_without_a_form_or_a_file_is_refused(studio: Studio) -> None:
    address = f"{studio.url}/v1/audio/transcriptions"
    assert HTTP.post(address, json={"model": "whisper-1"}).status_code == 400
    missing = HTTP.post(address, files={"model": (None, "whisper-1")})
    assert missing.status_code == 400
    assert missing.json()["error"]["param"] == "file"


def test_a_file_too_large_is_refused_while_it_comes(start: Callable[..., Studio]) -> None:
    small = start(max_upload_mb=1)
    answer = send(small, b"\0" * 1_500_000)
    assert answer.status_code == 413
    assert send(small, b"\0" * 5_000_000).status_code == 413
    assert list(small.context.library.storage.uploads("local").iterdir()) == []


def test_leaving_stops_the_recogniser(studio: Studio, recording: Path) -> None:
    samples, rate = soundfile.read(recording, dtype="int16")
    sound = io.BytesIO()
    soundfile.write(sound, np.tile(samples, 60), rate, format="WAV", subtype="PCM_16")

    async def leave() -> None:
        async with httpx.AsyncClient(base_url=studio.url, timeout=60) as http:
            files = {"file": ("long.wav", sound.getvalue())}
            sending = asyncio.ensure_future(http.post("/v1/audio/transcriptions", files=files))
            while not studio.streams():
                await asyncio.sleep(0.01)
                assert not sending.done()
            sending.cancel()

    asyncio.run(asyncio.wait_for(leave(), 30))
    assert studio.becomes_idle()
    deadline = time.monotonic() + 120
    folder = studio.context.library.storage.uploads("local")
    while list(folder.glob("upload-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(folder.glob("upload-*")) == []


def microphone(studio: Studio) -> str:
    return studio.url.replace("http", "ws", 1) + "/v1/audio/transcriptions/realtime"


def pcm_of(recording: Path) -> tuple[bytes, int]:
    samples, rate = soundfile.read(recording, dtype="int16")
    tail = np.zeros(rate, dtype=np.int16)
    return np.concatenate([samples, tail]).tobytes(), rate


@pytest.mark.parametrize("packet", [640, 4801, 100_000])
def test_a_microphone_is_heard_in_packets_of_any_size(studio: Studio, recording: Path, packet: int) -> None:
    pcm, rate = pcm_of(recording)
    stable: list[str] = []
    deltas = ""
    with connect(microphone(studio), proxy=None) as ear:
        ear.send(json.dumps({"model": "pocketsphinx", "language": "en", "sample_rate": rate}))
        assert json.loads(ear.recv())["status"] == "ready"
        for at in range(0, len(pcm), packet):
            ear.send(pcm[at : at + packet])
        ear.send(json.dumps({"action": "stop"}))
        for text in ear:
            message = json.loads(text)
            if message["type"] == "partial":
                stable += [word["text"] for word in message["stable"]]
                assert isinstance(message["draft"], list)
            elif message["type"] == "delta":
                deltas += message["delta"]
    assert message["type"] == "complete"
    assert message["text"] == deltas == " ".join(stable)
    assert [word["text"] for word in message["words"]] == stable
    assert some_are_right(message["text"])
    assert message["audio"] == pytest.approx(len(pcm) / 2 / rate, abs=0.05)
    times = [word["start"] for word in message["words"]]
    assert times == sorted(times)
    assert studio.becomes_idle()


@pytest.mark.parametrize(
    "first",
    ["", "{", "[]", "null", '{"sample_rate": 0}', '{"sample_rate": "x"}', '{"sample_rate": 1e99}', b"\0\0",
     '{"model": "no-such"}', '{"model": "espeak-ng"}', '{"language": "xx-unknown"}'],
)  # fmt: skip
def test_a_bad_beginning_is_answered_with_a_sentence(studio: Studio, first: str | bytes) -> None:
    with connect(microphone(studio), proxy=None) as ear:
        ear.send(first)
        message = json.loads(ear.recv())
        while message.get("status") == "ready":
            message = json.loads(ear.recv())
        assert message["type"] == "error"
        assert message["error"]["message"]
        with pytest.raises(websockets.ConnectionClosed) as closed:
            ear.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code in {1008, 1011}
    assert studio.becomes_idle()


def test_nonsense_in_the_middle_is_answered_with_a_sentence(studio: Studio) -> None:
    with connect(microphone(studio), proxy=None) as ear:
        ear.send("{}")
        ear.recv()
        ear.send('{"action": "dance"}')
        assert json.loads(ear.recv())["type"] == "error"


def test_a_microphone_that_vanishes_frees_the_recogniser(studio: Studio) -> None:
    for _ in range(3):
        with contextlib.suppress(websockets.ConnectionClosed), connect(microphone(studio), proxy=None) as ear:
            ear.send("{}")
            ear.recv()
            ear.send(b"\0" * 32_000)
            ear.socket.close()
    assert studio.becomes_idle()


def test_live_streams_count_among_a_persons_streams(studio: Studio) -> None:
    with contextlib.ExitStack() as stack:
        ears = [stack.enter_context(connect(microphone(studio), proxy=None)) for _ in range(4)]
        for ear in ears:
            ear.send("{}")
            assert json.loads(ear.recv())["status"] == "ready"
        fifth = stack.enter_context(connect(microphone(studio), proxy=None))
        fifth.send("{}")
        assert json.loads(fifth.recv())["error"]["code"] == "rate_limit_exceeded"
    assert studio.becomes_idle()
