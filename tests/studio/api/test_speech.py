"""POST /v1/audio/speech with the clients people have."""

import asyncio
import base64
import io
import itertools
import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.files.io import probe, read
from studio.access.careful_json import parsed
from studio.api import json_route

Studio = Any  # conftest.Studio; test modules do not import conftest
HTTP = httpx.Client(timeout=60)  # one, because each httpx.get() would build a TLS context
SENTENCE = "The quick brown fox jumps over the lazy dog."
LONG = " ".join(f"This is sentence number {number}, spoken slowly." for number in range(1500))


def client(studio: Studio, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{studio.url}/v1", api_key="anything", max_retries=0, **options)


def ask(studio: Studio, **body: Any) -> httpx.Response:
    return HTTP.post(f"{studio.url}/v1/audio/speech", json=body, timeout=60)


@pytest.mark.parametrize("format", ["mp3", "opus", "aac", "flac", "wav"])
def test_openai_client_gets_one_playable_file_in_every_format(studio: Studio, tmp_path: Path, format: str) -> None:
    path = tmp_path / f"speech.{format}"
    with client(studio).audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=SENTENCE, response_format=format
    ) as answer:
        assert answer.headers["content-type"].startswith("audio/")
        answer.stream_to_file(path)
    assert probe(path).channels == 1
    samples = read(path, 16000)
    assert 1.0 < len(samples) / 16000 < 8.0
    assert np.abs(samples).max() > 0.05


def test_pcm_says_its_rate_and_is_the_same_sound_as_wav(studio: Studio) -> None:
    pcm = ask(studio, model="tts-1", voice="alloy", input=SENTENCE, response_format="pcm")
    wav = ask(studio, model="tts-1", voice="alloy", input=SENTENCE, response_format="wav")
    rate = int(pcm.headers["x-sample-rate"])
    assert rate == int.from_bytes(wav.content[24:28], "little")
    assert wav.content[wav.content.index(b"data") + 8 :] == pcm.content


def test_async_openai_client_streams(studio: Studio) -> None:
    async def run() -> tuple[int, int]:
        blocks = size = 0
        speaker = openai.AsyncOpenAI(base_url=f"{studio.url}/v1", api_key="x")
        async with speaker.audio.speech.with_streaming_response.create(
            model="gpt-4o-mini-tts", voice="nova", input=SENTENCE * 5, response_format="pcm"
        ) as answer:
            async for block in answer.iter_bytes():
                blocks += 1
                size += len(block)
        await speaker.close()
        return blocks, size

    blocks, size = asyncio.run(run())
    assert blocks > 3
    assert size > 100_000


def test_the_first_sound_comes_long_before_the_last(studio: Studio) -> None:
    body = {"input": LONG[:8_000], "response_format": "pcm"}
    with httpx.stream("POST", f"{studio.url}/v1/audio/speech", json=body) as answer:
        blocks = answer.iter_raw()
        first = next(blocks)
        assert studio.streams() == 1  # more than anybody's buffers hold is not spoken yet
        rest = sum(map(len, blocks))
    assert first
    assert rest > 4_000_000


def test_openai_client_reads_the_events(studio: Studio) -> None:
    events = []
    with client(studio).audio.speech.with_streaming_response.create(
        model="tts-1", voice="alloy", input=SENTENCE, response_format="pcm", stream_format="sse"
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
    assert {event["lead"] for event in events[:-1]} == {0}
    done = events[-1]
    assert done["type"] == "speech.audio.done"
    assert set(done["usage"]) == {"input_tokens", "output_tokens", "total_tokens"}
    rate = events[0]["sample_rate"]
    pcm = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert len(pcm) / 2 / rate == pytest.approx(done["duration"], abs=0.01)
    assert pcm == ask(studio, model="tts-1", voice="alloy", input=SENTENCE, response_format="pcm").content
    words = [word for event in events[:-1] for word in event.get("words", [])]
    assert [SENTENCE[slice(*word["span"])].strip(".") for word in words] == SENTENCE.strip(".").split()
    assert all(a["start"] <= b["start"] for a, b in itertools.pairwise(words))


@pytest.mark.parametrize("stream_format", ["audio", "sse"])
def test_leaving_frees_the_voice_at_once(studio: Studio, stream_format: str) -> None:
    for _ in range(3):
        body = {"input": LONG, "response_format": "pcm", "stream_format": stream_format}
        with httpx.stream("POST", f"{studio.url}/v1/audio/speech", json=body) as answer:
            next(answer.iter_raw())
            assert studio.streams() == 1
        assert studio.becomes_idle()
    assert ask(studio, input=SENTENCE).status_code == 200


def test_a_client_that_never_reads_holds_little_and_leaves_cleanly(studio: Studio) -> None:
    body = {"input": LONG, "response_format": "pcm"}
    with httpx.stream("POST", f"{studio.url}/v1/audio/speech", json=body) as answer:
        assert answer.status_code == 200
        time.sleep(0.5)
        assert studio.streams() == 1  # it waits for the reader instead of running ahead
    assert studio.becomes_idle()


def test_streams_are_limited_per_person_and_freed(studio: Studio) -> None:
    body = {"input": LONG, "response_format": "pcm"}
    with httpx.Client() as http:
        open_ones = []
        for _ in range(4):
            request = http.build_request("POST", f"{studio.url}/v1/audio/speech", json=body)
            answer = http.send(request, stream=True)
            assert answer.status_code == 200
            open_ones.append(answer)
        refused = ask(studio, input=SENTENCE)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert "4 streams" in refused.json()["error"]["message"]
        for answer in open_ones:
            answer.close()
    assert studio.becomes_idle()
    deadline = time.monotonic() + 120
    while ask(studio, input="again").status_code == 429 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ask(studio, input="again").status_code == 200


def test_many_people_at_once_all_hear_their_own_words(start: Any) -> None:
    studio = start(max_streams=16)
    alone = {text: ask(studio, input=text, response_format="pcm").content for text in ("One.", "Two two.", "Three.")}
    heard: list[bool] = []

    def speak(text: str) -> None:
        heard.append(ask(studio, input=text, response_format="pcm").content == alone[text])

    threads = [threading.Thread(target=speak, args=(text,)) for text in list(alone) * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [True] * 15


BAD: list[tuple[dict[str, Any], int, str | None]] = [
    ({"input": ""}, 400, None),
    ({"input": "   \n\t "}, 400, None),
    ({"input": "\x00\x01\x02"}, 400, None),
    ({}, 400, "input"),
    ({"input": None}, 400, "input"),
    ({"input": 5}, 400, "input"),
    ({"input": SENTENCE, "voice": "no-such-voice"}, 400, None),
    ({"input": SENTENCE, "voice": {"id": "no-such-voice"}}, 400, None),
    ({"input": SENTENCE, "voice": {"name": "x"}}, 400, "voice"),
    ({"input": SENTENCE, "voice": 7}, 400, "voice"),
    ({"input": SENTENCE, "model": "no-such-model"}, 404, None),
    ({"input": SENTENCE, "model": "whisper-1"}, 404, None),
    ({"input": SENTENCE, "model": "/etc"}, 404, None),
    ({"input": SENTENCE, "model": "../../etc"}, 404, None),
    ({"input": SENTENCE, "speed": 0}, 400, "speed"),
    ({"input": SENTENCE, "speed": -1}, 400, "speed"),
    ({"input": SENTENCE, "speed": 1e308}, 400, "speed"),
    ({"input": SENTENCE, "speed": "fast"}, 400, "speed"),
    ({"input": SENTENCE, "pitch": 99}, 400, "pitch"),
    ({"input": SENTENCE, "response_format": "midi"}, 400, "response_format"),
    ({"input": SENTENCE, "stream_format": "smoke"}, 400, "stream_format"),
    ({"input": SENTENCE, "seed": -1}, 400, "seed"),
    ({"input": "x" * 100_001}, 413, None),
]


@pytest.mark.parametrize(("body", "status", "param"), BAD)
def test_bad_input_is_one_sentence_with_the_right_status(
    studio: Studio, body: dict[str, Any], status: int, param: str | None
) -> None:
    answer = ask(studio, **body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["param"] == param
    assert error["message"][-1] in ".?"
    assert "/" not in error["message"] or "etc" not in error["message"] or "/etc" in json.dumps(body)
    assert "Traceback" not in answer.text
    assert studio.becomes_idle()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"input": NaN}',
        b'{"input": "a", "speed": NaN}',
        b'{"input": "a", "speed": Infinity}',
        b'{"input": "a", "speed": 1e999}',
        b'{"input": "\\ud800"}',
        b'{"input": "a", "voice": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"input": "a", "seed": ' + b"9" * 5000 + b"}",
    ],
)
def test_broken_json_is_refused(studio: Studio, content: bytes) -> None:
    answer = HTTP.post(f"{studio.url}/v1/audio/speech", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_ten_megabytes_of_text_are_refused_early(studio: Studio) -> None:
    answer = ask(studio, input="word " * 2_000_000)
    assert answer.status_code == 413


def test_errors_are_those_that_openai_clients_know(studio: Studio) -> None:
    speaker = client(studio).audio.speech
    with pytest.raises(openai.BadRequestError) as refused:
        speaker.create(model="tts-1", voice="nobody", input="x")
    assert refused.value.request_id
    with pytest.raises(openai.NotFoundError):
        speaker.create(model="gpt-9-tts", voice="alloy", input="x")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["input", "model", "voice", "speed", "pitch", "seed", "response_format", "stream_format", "language",
     "instructions", "sentence_pause_s", "paragraph_pause_s"]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(json_values | st.dictionaries(fields, json_values | st.just("en-us"), max_size=6))
def test_any_json_gives_speech_or_an_error_in_openais_shape(studio: Studio, body: Any) -> None:
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = HTTP.post(
        f"{studio.url}/v1/audio/speech", content=content, headers={"content-type": "application/json"}, timeout=30
    )
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_a_kept_speech_becomes_a_clip_in_every_format(studio: Studio, tmp_path: Path) -> None:
    body = {"input": SENTENCE, "response_format": "pcm", "stream_format": "sse"}
    answer = HTTP.post(f"{studio.url}/v1/audio/speech", json=body, headers={"x-studio-keep": "1"}, timeout=30)
    clip_id = json.loads(answer.text.strip().split("\n\n")[-1][6:])["clip_id"]
    (clip,) = [entry for entry in HTTP.get(f"{studio.url}/v1/clips").json()["data"] if entry["id"] == clip_id]
    assert clip["text"] == SENTENCE
    assert clip["duration"] > 1
    assert "path" not in clip
    address = f"{studio.url}/v1/clips/{clip_id}"
    for format in ("wav", "mp3", "flac", "opus", "aac", "m4a"):
        sound = HTTP.get(f"{address}/audio", params={"format": format}, timeout=30)
        assert sound.status_code == 200
        assert f".{format}" in sound.headers["content-disposition"]
        path = tmp_path / f"clip.{format}"
        path.write_bytes(sound.content)
        assert len(read(path, 16000)) / 16000 == pytest.approx(clip["duration"], abs=0.15)
    part = HTTP.get(f"{address}/audio", headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert HTTP.get(f"{address}/audio", params={"format": "midi"}).status_code == 400
    assert HTTP.delete(address).json()["deleted"] is True
    assert HTTP.get(address).status_code == 404
    assert HTTP.delete(address).status_code == 404


def test_a_stopped_speech_is_kept_as_far_as_it_was_spoken(studio: Studio) -> None:
    body = {"input": LONG, "response_format": "pcm"}
    keep = {"x-studio-keep": "1"}
    with httpx.stream("POST", f"{studio.url}/v1/audio/speech", json=body, headers=keep) as answer:
        next(answer.iter_raw())
    assert studio.becomes_idle()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        clips = HTTP.get(f"{studio.url}/v1/clips").json()["data"]
        if clips and clips[0]["text"] == LONG:
            break
        time.sleep(0.05)
    assert clips[0]["text"] == LONG
    assert 0 < clips[0]["duration"] < 300
    sound = HTTP.get(f"{studio.url}/v1/clips/{clips[0]['id']}/audio", timeout=30)
    import soundfile

    info = soundfile.info(io.BytesIO(sound.content))
    assert info.frames / info.samplerate == pytest.approx(clips[0]["duration"], abs=0.01)


def test_models_and_voices_are_listed(studio: Studio) -> None:
    ids = [model.id for model in client(studio).models.list()]
    assert {"espeak-ng", "pocketsphinx"} <= set(ids)
    assert client(studio).models.retrieve("espeak-ng").object == "model"
    assert client(studio).models.retrieve("tts-1").id == "espeak-ng"
    with pytest.raises(openai.NotFoundError):
        client(studio).models.retrieve("no/such/model")
    voices = HTTP.get(f"{studio.url}/v1/audio/voices").json()["data"]
    assert len(voices) > 100
    german = HTTP.get(f"{studio.url}/v1/audio/voices", params={"language": "de"}).json()["data"]
    assert german
    assert all(voice["language"].split("-")[0] == "de" for voice in german)
    found = HTTP.get(f"{studio.url}/v1/audio/voices", params={"q": "america english"}).json()["data"]
    assert 0 < len(found) < len(voices)
    assert HTTP.get(f"{studio.url}/v1/audio/voices", params={"model": "pocketsphinx"}).status_code == 404


def test_every_openai_voice_speaks(studio: Studio) -> None:
    from studio.library.voices.likeness import VOICES

    sounds = {
        name: ask(studio, model="tts-1", voice=name, input="Hello.", response_format="pcm").content for name in VOICES
    }
    assert all(len(sound) > 5000 for sound in sounds.values())
    assert len(set(sounds.values())) > len(sounds) // 2


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/v1/audio/compare", "/v1/audio/voices", "/v1/pronunciations"])
@pytest.mark.parametrize("content", [b"[" * 10_000, b'{"input":' * 9_000, b'{"input": [' + b"[]," * 20_000 + b"1]}"])
def test_brackets_without_end_are_refused_in_our_words(studio: Studio, path: str, content: bytes) -> None:
    answer = HTTP.post(f"{studio.url}{path}", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 413}
    error = answer.json()["error"]
    assert error["code"] in {"invalid_value", "too_large"}
    assert "parsing the body" not in error["message"]


def test_a_long_request_is_parsed_on_a_thread(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    on: dict[int, str] = {}

    def noting(body: bytes, most: int) -> object:
        on[len(body)] = threading.current_thread().name
        return parsed(body, most)

    monkeypatch.setattr(json_route, "parsed", noting)
    for length in (100, 70_000):
        HTTP.post(f"{studio.url}/v1/audio/speech", json={"input": "", "voice": "x" * length})
    short, long = (on[length] for length in sorted(on))
    assert short != long
