"""A Whisper in a folder, asked by OpenAI's client: transcribe, translate, with a prompt."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
import soundfile
from websockets.sync.client import connect

from engine.audio.resample import resample
from engine.tts import espeak
from engine.tts.speak import speak
from engine.types import SpeechRequest

Studio = Any  # conftest.Studio
MAKER = Path(__file__).parents[3] / "examples" / "make_tiny_whisper.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    spec = importlib.util.spec_from_file_location("make_tiny_whisper", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    folder = tmp_path_factory.mktemp("models") / "whisper"
    maker.make(folder, "mlx", n_audio_ctx=100, n_audio_state=32, n_text_state=32, n_text_ctx=24)
    return str(folder)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    voice = espeak.load(None)
    text = "Good morning to all of you. And good evening."
    sound = np.concatenate([chunk.samples for chunk in speak(voice, SpeechRequest(text))])
    voice.close()
    path = tmp_path_factory.mktemp("recordings") / "morning.wav"
    soundfile.write(path, sound, voice.sample_rate)
    return path


def client(studio: Studio) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{studio.url}/v1", api_key="anything", max_retries=0)


def test_openai_client_transcribes_with_and_without_a_prompt(studio: Studio, folder: str, recording: Path) -> None:
    ears = client(studio).audio.transcriptions
    plain = ears.create(model=folder, file=recording, language="de", response_format="verbose_json")
    told = ears.create(
        model=folder,
        file=recording,
        language="de",
        response_format="verbose_json",
        prompt="Good evening",
        temperature=0,
    )
    assert plain.text
    assert told.text
    assert [s.text for s in plain.segments or []] != [s.text for s in told.segments or []]
    assert plain.language == "de"


@pytest.mark.filterwarnings("ignore:deprecated")
def test_openai_client_translates(studio: Studio, folder: str, recording: Path) -> None:
    told = client(studio).audio.translations.create(model=folder, file=recording, response_format="verbose_json")
    assert told.text
    assert told.language == "en"


def test_a_recogniser_that_cannot_translate_says_so_and_a_prompt_does_not_hurt_it(
    studio: Studio, recording: Path
) -> None:
    files = {"file": ("a.wav", recording.read_bytes())}
    refused = httpx.post(f"{studio.url}/v1/audio/translations", files=files, timeout=60)
    assert refused.status_code == 400
    assert "cannot translate" in refused.json()["error"]["message"]
    heard = httpx.post(f"{studio.url}/v1/audio/transcriptions", files=files, data={"prompt": "morning"}, timeout=60)
    assert heard.status_code == 200


def live(studio: Studio, pcm: bytes, **start: Any) -> dict[str, Any]:
    """The last message of a live session, or the refusal."""
    address = studio.url.replace("http", "ws", 1) + "/v1/audio/transcriptions/realtime"
    with connect(address, proxy=None, legacy=True) as ear:
        ear.send(json.dumps({"sample_rate": 16000, **start}))
        message = json.loads(ear.recv(60))
        if "error" in message:
            return message
        ear.send(pcm)
        ear.send('{"action": "stop"}')
        while message.get("type") not in ("complete", "error"):
            message = json.loads(ear.recv(60))
        return message


def test_a_microphone_is_heard_as_the_first_message_tells(studio: Studio, folder: str, recording: Path) -> None:
    samples, rate = soundfile.read(recording, dtype="float32")
    pcm = (resample(samples, rate, 16000)[:32000] * 32767).astype("<i2").tobytes()
    plain = live(studio, pcm, model=folder, language="de")
    told = live(studio, pcm, model=folder, language="de", translate=True, prompt="Good evening", hotwords="Kokoro, X")
    assert plain["text"]
    assert told["type"] == "complete"
    assert told["text"] != plain["text"]
    for start, sentence in (
        ({"translate": True}, "cannot translate"),
        ({"prompt": "Dr. Smith"}, "takes no prompt"),
        ({"hotwords": "Kokoro"}, "takes no prompt"),
        ({"model": folder, "prompt": "x" * 4001}, "prompt"),
        ({"model": folder, "translate": "perhaps"}, "translate"),
    ):
        assert sentence in live(studio, pcm, **start)["error"]["message"]
    assert studio.becomes_idle()
