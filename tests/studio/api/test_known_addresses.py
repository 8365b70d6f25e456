"""/tts, /audio, /play, /stop and /open_output_folder: what a small server's clients send, and who may."""

import io
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
import soundfile

from engine.errors import DeviceError
from studio.api.known import folder_window, loudspeaker

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)
ADA, BOB = ({"authorization": f"Bearer key-of-{name}-1"} for name in ("ada", "bob"))


def spoken(studio: Studio, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = HTTP.post(f"{studio.url}/tts", data={"text": "One, two."}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"text": "Hello there.", "speed": "1.4"}},
        {"json": {"text": "Hello there.", "speed": 1.4}},
        {"files": {"text": (None, "Hello there."), "speed": (None, "1.4")}},
    ],
    ids=["form", "json", "multipart"],
)
def test_a_text_is_spoken_kept_and_had_back(studio: Studio, sent: dict[str, Any]) -> None:
    told = HTTP.post(f"{studio.url}/tts", **sent).json()
    sound = HTTP.get(f"{studio.url}/audio/{told['filename']}")
    samples, rate = soundfile.read(io.BytesIO(sound.content))
    assert len(samples) / rate == pytest.approx(told["duration"], abs=0.01)
    clip = HTTP.get(f"{studio.url}/v1/clips/{told['filename'].partition('.')[0]}").json()
    assert (clip["text"], clip["speed"]) == ("Hello there.", 1.4)
    other = HTTP.get(f"{studio.url}/audio/{told['filename'].replace('.flac', '.wav')}")
    assert other.content[:4] == b"RIFF"


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ({"data": {"text": " "}}, "no text"),
        ({"data": {}}, "lacks `text`"),
        ({"json": {"text": "a", "speed": 9}}, "speed"),
        ({"json": {"text": "a", "pace": 1}}, "pace"),
        ({"json": ["a"]}, "JSON object"),
        ({"content": b"{"}, "JSON"),
        ({"files": {"text": ("a.txt", b"Hello")}}, "form"),
        ({"data": {"text": "a", "voice": "nobody-at-all"}}, "nobody-at-all"),
    ],
)
def test_what_cannot_be_spoken_is_refused_in_a_sentence(studio: Studio, sent: dict[str, Any], word: str) -> None:
    answer = HTTP.post(f"{studio.url}/tts", **sent)
    assert answer.status_code in (400, 404), answer.text
    assert word in answer.json()["error"]["message"]


def test_a_clip_is_its_owners_alone(shared: Studio) -> None:
    name = spoken(shared, ADA)["filename"]
    assert HTTP.get(f"{shared.url}/audio/{name}", headers=ADA).status_code == 200
    assert HTTP.get(f"{shared.url}/audio/{name}", headers=BOB).status_code == 404
    assert HTTP.get(f"{shared.url}/audio/{name}").status_code == 401
    for wrong in ("x", "x.exe", "..%2Fstudio.db", "studio.db"):
        assert HTTP.get(f"{shared.url}/audio/{wrong}", headers=ADA).status_code == 404


class Player:
    """Takes samples and plays nothing, until it is stopped."""

    made: "list[Player]"

    def __init__(self, rate: int) -> None:
        self.rate, self.samples, self.output = rate, 0, "a test"
        self.has_stopped, self.is_fed = threading.Event(), threading.Event()
        Player.made.append(self)

    def start(self) -> None: ...

    def enqueue(self, samples: Any) -> None:
        self.samples += len(samples)

    def drain(self) -> None:
        self.is_fed.set()
        assert self.has_stopped.wait(60)

    def stop(self) -> None:
        self.has_stopped.set()


@pytest.fixture
def players(monkeypatch: pytest.MonkeyPatch) -> list[Player]:
    Player.made = []
    monkeypatch.setattr(loudspeaker, "AudioStreamPlayer", Player)
    return Player.made


def test_the_machine_plays_one_sound_at_a_time_and_falls_silent(studio: Studio, players: list[Player]) -> None:
    told = spoken(studio)
    first = HTTP.post(f"{studio.url}/play", data={"filename": told["filename"]})
    assert first.json() == {"status": "playing", "filename": told["filename"], "output": "a test"}
    assert players[0].is_fed.wait(60)
    assert players[0].samples / players[0].rate == pytest.approx(told["duration"], abs=0.01)
    latest = HTTP.post(f"{studio.url}/play")
    assert latest.json()["filename"] == told["filename"]
    assert players[0].has_stopped.is_set()
    assert not players[1].has_stopped.is_set()
    assert HTTP.post(f"{studio.url}/stop").json()["status"] == "stopped"
    assert players[1].has_stopped.is_set()
    assert HTTP.post(f"{studio.url}/stop").json()["status"] == "silent"
    assert HTTP.post(f"{studio.url}/play", json={"filename": "nothing.flac"}).status_code == 404


def test_a_machine_that_cannot_says_so(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken(studio)

    def mute(*_: Any) -> None:
        raise DeviceError("Nothing here plays sound.")

    monkeypatch.setattr(loudspeaker, "AudioStreamPlayer", mute)
    monkeypatch.setattr(folder_window.shutil, "which", lambda _: None)
    for path in ("play", "open_output_folder"):
        answer = HTTP.post(f"{studio.url}/{path}")
        assert answer.status_code == 501
        assert answer.json()["error"]["message"].endswith(".")


def test_the_folder_of_ones_clips_is_opened(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(folder_window, "show", opened.append)
    told = HTTP.post(f"{studio.url}/open_output_folder").json()
    assert opened == [studio.context.library.storage.clips("local")]
    assert told["folder"] == str(opened[0])


@pytest.mark.parametrize(("system", "program"), [("darwin", "open"), ("linux", "xdg-open")])
def test_a_folder_is_opened_by_what_the_system_has_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, program: str
) -> None:
    lines: list[list[str]] = []
    monkeypatch.setattr(folder_window.sys, "platform", system)
    monkeypatch.setattr(folder_window.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(folder_window.subprocess, "Popen", lambda line, **_: lines.append(line))
    folder_window.show(tmp_path)
    assert lines == [[f"/bin/{program}", str(tmp_path)]]


@pytest.mark.parametrize("path", ["play", "stop", "open_output_folder"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-forwarded-for": "127.0.0.1"}, 403),
        ({"forwarded": "for=127.0.0.1"}, 403),
        ({"x-real-ip": "10.0.0.1"}, 403),
        ({"via": "1.1 proxy"}, 403),
        ({"origin": "http://elsewhere.example"}, 403),
        ({"host": "studio.example"}, 421),
    ],
)
def test_only_whoever_sits_at_the_machine(
    studio: Studio, players: list[Player], path: str, headers: dict[str, str], status: int
) -> None:
    answer = HTTP.post(f"{studio.url}/{path}", headers=headers)
    assert answer.status_code == status
    assert players == []


@pytest.mark.parametrize("path", ["play", "stop", "open_output_folder"])
def test_only_the_owner(shared: Studio, players: list[Player], path: str) -> None:
    assert HTTP.post(f"{shared.url}/{path}", headers=BOB).status_code == 403
    assert HTTP.post(f"{shared.url}/{path}").status_code == 401
    assert players == []
    if path == "stop":
        assert HTTP.post(f"{shared.url}/{path}", headers=ADA).status_code == 200
