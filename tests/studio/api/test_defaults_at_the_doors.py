"""Whoever is not named is chosen by the rule at every door for programs, and what was chosen is kept.

The models of `natural` are here by name only: what would load one is refused, and so tells whom the door chose.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from websockets.sync.client import connect

from engine.tts.kokoro import house
from tests.present import put

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)  # one, because each httpx.get() would build a TLS context
RUSSIAN, FRENCH = "Глава 1\n\nБыл холодный ясный день.", "Chapitre 1\n\nC'était une journée froide."


@pytest.fixture(scope="module")
def natural(start: Any, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A studio whose machine has the natural set."""
    return start(redis_url, models_dir=put(tmp_path_factory.mktemp("models"), "kokoro", "whisper-base"))


@pytest.fixture
def clear(natural: Studio) -> Iterator[None]:
    yield
    for job in HTTP.get(f"{natural.url}/v1/jobs").json()["data"]:
        HTTP.delete(f"{natural.url}/v1/jobs/{job['id']}")


def test_openais_models_stand_for_whoever_speaks_and_listens(natural: Studio, studio: Studio) -> None:
    def named(where: Studio) -> list[str]:
        return [HTTP.get(f"{where.url}/v1/models/{name}").json()["id"] for name in ("tts-1", "whisper-1")]

    assert named(natural) == ["kokoro", "whisper-base"]
    assert named(studio) == ["espeak-ng", "pocketsphinx"]


def test_the_voices_are_of_whoever_speaks_the_language(natural: Studio) -> None:
    def asked(**params: str) -> tuple[str, int]:
        body = HTTP.get(f"{natural.url}/v1/audio/voices", params=params).json()
        return body["model"], len(body["data"])

    assert asked() == ("kokoro", 54 + len(house.names()))
    assert asked(language="fr") == ("kokoro", 1)
    assert asked(language="de")[0] == "espeak-ng"
    assert asked(language="de", model="kokoro") == ("kokoro", 0)
    assert HTTP.get(f"{natural.url}/listen/voices").json()["voice"] == "af_heart"


@pytest.mark.parametrize(
    ("body", "model", "voice", "said"),
    [
        ({"input": "Привет, мир."}, "espeak-ng", "ru", "The text is in Russian"),
        ({"input": "Привет, мир.", "model": "tts-1"}, "espeak-ng", "ru", "The text is in Russian"),
        ({"input": "Guten Tag.", "language": "German"}, "espeak-ng", "de", ""),
        ({"input": "Guten Tag.", "language": "de-DE", "voice": "nova"}, "espeak-ng", "de+f3", ""),
        ({"input": "Good day.", "voice": "en-us+m1"}, "espeak-ng", "en-us+m1", ""),
        ({"input": "Привет, мир.", "model": "espeak-ng"}, "espeak-ng", "", ""),
    ],
)
def test_what_kokoro_does_not_speak_is_spoken_by_espeak_and_said(
    natural: Studio, body: dict[str, str], model: str, voice: str, said: str
) -> None:
    answer = HTTP.post(f"{natural.url}/v1/audio/speech", json=body | {"response_format": "pcm"})
    assert answer.status_code == 200, answer.text
    assert len(answer.content) > 5000
    assert (answer.headers["x-studio-model"], answer.headers["x-studio-voice"]) == (model, voice)
    assert unquote(answer.headers.get("x-studio-notices", "")).startswith(said)


@pytest.mark.parametrize("body", [{}, {"model": "tts-1", "voice": "alloy"}, {"voice": "bf_emma"}, {"language": "it"}])
def test_what_kokoro_speaks_goes_to_kokoro(natural: Studio, body: dict[str, str]) -> None:
    answer = HTTP.post(f"{natural.url}/v1/audio/speech", json={"input": "Hello."} | body)
    assert answer.status_code >= 400, "its files are a byte each"
    assert "safetensors is damaged" in answer.json()["error"]["message"]


def test_a_voice_nobody_has_is_refused_at_the_door(natural: Studio) -> None:
    answer = HTTP.post(f"{natural.url}/v1/audio/speech", json={"input": "Hello.", "voice": "bob"})
    assert answer.status_code == 400
    assert "No model here has a voice called “bob”" in answer.json()["error"]["message"]


@pytest.mark.usefixtures("clear")
@pytest.mark.parametrize(
    ("text", "fields", "model", "voice", "language"),
    [
        ("One.", {}, "kokoro", "af_heart", "en-us"),
        (FRENCH, {"language": "fr"}, "kokoro", "ff_siwis", "fr-fr"),
        (RUSSIAN, {}, "espeak-ng", "ru", "ru"),
        ("One.", {"model": "espeak-ng"}, "espeak-ng", "", ""),
        ("One.", {"voice": "am_adam"}, "kokoro", "am_adam", ""),
        ("One.", {"model": "tts-1-hd", "voice": "onyx"}, "kokoro", "am_fenrir", "en-us"),
    ],
)
def test_a_book_keeps_the_model_that_was_chosen_for_it(
    natural: Studio, text: str, fields: dict[str, str], model: str, voice: str, language: str
) -> None:
    job = HTTP.post(f"{natural.url}/v1/jobs", files={"file": ("book.txt", text.encode())}, data=fields).json()
    options = job["options"]
    assert (options["model"], options["voice"], options["language"]) == (model, voice, language)


@pytest.mark.usefixtures("clear")
def test_a_recording_keeps_who_was_chosen_and_pocketsphinx_says_what_it_is(natural: Studio, silence_wav: Path) -> None:
    def job(**fields: str) -> dict[str, Any]:
        files = {"file": ("a.wav", silence_wav.read_bytes())}
        answer = HTTP.post(f"{natural.url}/v1/jobs", files=files, data={"kind": "transcription", **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    chosen, named = job(language="fr"), job(model="pocketsphinx")
    assert (chosen["options"]["model"], chosen["notices"]) == ("whisper-base", [])
    assert job(translate="true")["options"]["model"] == "whisper-base"
    assert "simple recogniser" in named["notices"][0]


def test_a_transcript_of_pocketsphinx_says_so_in_every_answer(studio: Studio, silence_wav: Path) -> None:
    def heard(**fields: str) -> httpx.Response:
        files = {"file": ("a.wav", silence_wav.read_bytes())}
        return HTTP.post(f"{studio.url}/v1/audio/transcriptions", files=files, data=fields)

    for format in ("json", "text", "srt", "vtt", "verbose_json"):
        answer = heard(response_format=format)
        assert answer.status_code == 200
        assert "simple recogniser" in unquote(answer.headers["x-studio-notices"])
    assert "studio models get natural" in heard(response_format="verbose_json").json()["notices"][0]
    last = [line for line in heard(stream="true").text.splitlines() if line.startswith("data: ")][-1]
    assert "simple recogniser" in json.loads(last.removeprefix("data: "))["notices"][0]


def test_a_language_nobody_here_hears_is_one_sentence(studio: Studio, silence_wav: Path) -> None:
    files = {"file": ("a.wav", silence_wav.read_bytes())}
    answer = HTTP.post(f"{studio.url}/v1/audio/transcriptions", files=files, data={"language": "fr"})
    assert answer.status_code == 400
    assert "studio models get natural" in answer.json()["error"]["message"]


def test_a_microphone_is_told_who_listens(studio: Studio) -> None:
    address = studio.url.replace("http", "ws") + "/v1/audio/transcriptions/realtime"
    with connect(address) as socket:
        socket.send(json.dumps({"sample_rate": 16000}))
        ready = json.loads(socket.recv(timeout=60))
    assert ready["model"] == "pocketsphinx"
    assert "simple recogniser" in ready["notices"][0]
