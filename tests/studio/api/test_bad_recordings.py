"""What is no good recording: a clear answer each time, through the request, the job and the microphone."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from websockets.sync.client import connect

from engine.audio.files.ffmpeg import ffmpeg_path
from engine.types import Samples

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=120)
RATE = 16000


def wav(samples: np.ndarray, rate: int = RATE, **options: Any) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format="WAV", subtype="PCM_16", **options)
    return out.getvalue()


def chords(seconds: float = 6.0) -> Samples:
    """Four organ chords with overtones and a beat: music without a voice."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for n, root in enumerate((220.0, 174.6, 261.6, 196.0)):
        playing = ((time // 1.5) % 4 == n) * np.exp(-1.2 * (time % 1.5))
        for third in (1.0, 1.26, 1.5, 2.0):
            for overtone in (1, 2, 3, 4):
                sound += playing * np.sin(2 * np.pi * root * third * overtone * time) / overtone**1.3
    beat = np.random.default_rng(1).standard_normal(len(time)) * np.exp(-40 * (time % 0.75))
    return (0.5 * sound / np.abs(sound).max() + 0.1 * beat).astype(np.float32)


WORDLESS = {
    "silence": np.zeros(5 * RATE, dtype=np.float32),
    "noise": np.random.default_rng(0).uniform(-0.5, 0.5, 5 * RATE).astype(np.float32),
    "music": chords(),
    "a 10 ms clip": 0.5 * np.sin(np.arange(160) / 3).astype(np.float32),
}


@pytest.mark.parametrize("what", WORDLESS)
def test_where_nobody_speaks_no_words_are_invented(studio: Studio, what: str) -> None:
    """In a request and on the microphone."""
    samples = WORDLESS[what]
    answer = HTTP.post(f"{studio.url}/v1/audio/transcriptions", files={"file": ("x.wav", wav(samples))})
    assert answer.status_code == 200, answer.text
    assert answer.json()["text"] == ""
    with connect(studio.url.replace("http", "ws", 1) + "/v1/audio/transcriptions/realtime", proxy=None) as ear:
        ear.send(json.dumps({"sample_rate": RATE}))
        pcm = (samples * 32767).astype("<i2").tobytes()
        for at in range(0, len(pcm), 64_000):
            ear.send(pcm[at : at + 64_000])
        ear.send('{"action": "stop"}')
        for text in ear:
            message = json.loads(text)
    assert message["type"] == "complete"
    assert message["text"] == ""


def eight_channels(_: Path) -> bytes:
    time = np.arange(192_000) / 192_000
    one = 0.2 * np.sin(2 * np.pi * 300 * time)
    return wav(np.stack([one] * 8, axis=1), 192_000)


def mute_video(folder: Path) -> bytes:
    path = folder / "mute.mp4"
    line = [ffmpeg_path(), "-v", "error", "-f", "lavfi", "-i", "color=c=red:s=64x64:d=1", "-an", "-y", str(path)]
    subprocess.run(line, check=True)
    return path.read_bytes()


def torn_mp3(folder: Path) -> bytes:
    path = folder / "whole.mp3"
    soundfile.write(path, chords(4.0), RATE, format="MP3")
    return path.read_bytes()[:-3001]


BROKEN: dict[str, tuple[Callable[[Path], bytes], int]] = {
    "8 channels at 192 kHz": (eight_channels, 200),
    "a video without sound": (mute_video, 400),
    "a truncated mp3": (torn_mp3, 200),
    "nothing at all": (lambda _: b"", 400),
    "a text": (lambda _: b"this is not sound " * 200, 400),
    "a truncated wav": (lambda _: wav(chords(4.0))[:-40_001], 200),
    "a header alone": (lambda _: wav(chords(1.0))[:44], 400),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_recording_is_answered(studio: Studio, tmp_path: Path, what: str) -> None:
    make, status = BROKEN[what]
    answer = HTTP.post(f"{studio.url}/v1/audio/transcriptions", files={"file": ("x.bin", make(tmp_path))})
    assert answer.status_code in {status, 400}, answer.text
    if answer.status_code == 400:
        sentence = answer.json()["error"]["message"]
        assert sentence.endswith(".")
        assert str(studio.context.settings.outputs) not in sentence
        assert "Traceback" not in sentence
    else:
        assert answer.json()["text"] == ""
    assert studio.becomes_idle()


@pytest.mark.parametrize("declared", [8000, 48_000, 192_000])
def test_a_wrong_sample_rate_gives_an_answer_all_the_same(studio: Studio, declared: int) -> None:
    """It sounds like a record at the wrong speed; nothing hangs and time is counted as it was declared."""
    with connect(studio.url.replace("http", "ws", 1) + "/v1/audio/transcriptions/realtime", proxy=None) as ear:
        ear.send(json.dumps({"sample_rate": declared}))
        ear.send((chords(3.0) * 32767).astype("<i2").tobytes())
        ear.send('{"action": "stop"}')
        for text in ear:
            message = json.loads(text)
    assert message["type"] == "complete"
    assert message["audio"] == pytest.approx(3.0 * RATE / declared, abs=0.05)


@pytest.mark.parametrize("text", ["hello", '{"audio": "AAAA"}', "[" * 5000, '{"action": ["stop"]}'])
def test_text_where_sound_is_due_is_answered_with_a_sentence(studio: Studio, text: str) -> None:
    with connect(studio.url.replace("http", "ws", 1) + "/v1/audio/transcriptions/realtime", proxy=None) as ear:
        ear.send("{}")
        ear.recv()
        ear.send(text)
        message = json.loads(ear.recv())
    assert message["type"] == "error"
    assert message["error"]["message"]
    assert studio.becomes_idle()
