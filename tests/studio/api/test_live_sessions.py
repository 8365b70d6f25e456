"""A microphone whose connection is lost, who pauses, clears, saves, hurries or does not listen."""

import contextlib
import io
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pytest
import soundfile
import websockets
from websockets.sync.client import ClientConnection, connect

from studio.api import live as door
from studio.api import live_sessions

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)
SPOKEN = "one two three four five six seven. eight nine ten eleven twelve."
REALTIME = "/v1/audio/transcriptions/realtime"


@pytest.fixture(scope="module")
def counting(studio: Studio) -> tuple[bytes, int]:
    """The built-in voice counts, with a second of silence behind it: (PCM, Hz)."""
    body = {"input": SPOKEN, "response_format": "wav", "speed": 0.85}
    answer = HTTP.post(f"{studio.url}/v1/audio/speech", json=body)
    samples, rate = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    return np.concatenate([samples, np.zeros(rate, dtype=np.int16)]).tobytes(), rate


def call(studio: Studio, **options: Any) -> ClientConnection:
    return connect(studio.url.replace("http", "ws", 1) + REALTIME, proxy=None, legacy=True, **options)


def begin(ear: ClientConnection, rate: int, **start: Any) -> dict[str, Any]:
    ear.send(json.dumps({"model": "pocketsphinx", "language": "en", "sample_rate": rate, **start}))
    return json.loads(ear.recv(10))


def tear(ear: ClientConnection) -> None:
    """The network goes: no goodbye, not even to the socket."""
    ear.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ear.socket.close()


class Heard:
    """What a client has understood so far."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.text = ""
        self.acked = 0
        self.audio_s = 0.0
        self.has_draft = True
        self.complete: dict[str, Any] | None = None
        self.notices: list[str] = []

    def read(self, ear: ClientConnection, until: str = "complete", limit_s: float = 30) -> None:
        for text in self._messages(ear, limit_s):
            kind = text.get("type", "")
            if kind == "partial":
                self.words += [word["text"] for word in text["stable"]]
                self.audio_s, self.has_draft = text["audio"], bool(text["draft"])
            elif kind == "delta":
                self.text += text["delta"]
            elif kind == "ack":
                self.acked = text["received"]
            elif kind == "complete":
                self.complete = text
            assert kind != "error", text
            if kind == until:
                return

    @staticmethod
    def _messages(ear: ClientConnection, limit_s: float) -> Iterator[dict[str, Any]]:
        give_up = time.monotonic() + limit_s
        while True:
            yield json.loads(ear.recv(give_up - time.monotonic()))


def whole(studio: Studio, pcm: bytes, rate: int) -> list[str]:
    """The words without any accident."""
    with call(studio) as ear:
        begin(ear, rate)
        for at in range(0, len(pcm), 9600):
            ear.send(pcm[at : at + 9600])
        ear.send('{"action": "stop"}')
        heard = Heard()
        heard.read(ear)
    return heard.words


def test_a_lost_connection_loses_no_word(studio: Studio, counting: tuple[bytes, int]) -> None:
    pcm, rate = counting
    expected = whole(studio, pcm, rate)
    heard = Heard()
    ear = call(studio)
    session = begin(ear, rate, resumable=True)["session"]
    sent = len(pcm) * 2 // 3 // 2 * 2
    for at in range(0, sent, 4800):
        ear.send(pcm[at : min(sent, at + 4800)])
    heard.read(ear, until="ack")
    tear(ear)
    time.sleep(0.3)  # while nobody listens
    with call(studio) as back:
        ready = begin(back, rate, session=session, words=len(heard.words))
        assert ready["status"] == "ready"
        assert heard.acked <= ready["received"] <= sent // 2
        for at in range(ready["received"] * 2, len(pcm), 4800):
            back.send(pcm[at : at + 4800])
        back.send('{"action": "stop"}')
        heard.read(back)
    assert heard.words == expected
    assert heard.complete is not None
    assert heard.complete["text"] == " ".join(expected) == heard.text
    assert heard.complete["audio"] == pytest.approx(len(pcm) / 2 / rate, abs=0.05)
    assert studio.becomes_idle()


def test_whoever_comes_back_takes_the_place_of_a_connection_that_still_seems_open(
    studio: Studio, counting: tuple[bytes, int]
) -> None:
    pcm, rate = counting
    with call(studio) as first, call(studio) as second:
        session = begin(first, rate, resumable=True)["session"]
        first.send(pcm[:9600])
        assert begin(second, rate, session=session)["received"] in (0, 4800)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            while True:
                first.recv(10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == door.REPLACED
        second.send('{"action": "stop"}')
        Heard().read(second)
    assert studio.becomes_idle()


def test_what_was_stopped_while_the_connection_was_lost_is_told_on_return(
    studio: Studio, counting: tuple[bytes, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_sessions, "AWAY_S", 0.2)
    pcm, rate = counting
    ear = call(studio)
    session = begin(ear, rate, resumable=True)["session"]
    ear.send(pcm[: 60 * 9600])
    Heard().read(ear, until="ack")
    tear(ear)
    assert studio.becomes_idle(), "a session that nobody comes back to is decided and freed"
    with call(studio) as back:
        begin(back, rate, session=session)
        heard = Heard()
        heard.read(back)
    assert heard.complete is not None
    assert heard.words == heard.complete["text"].split()


def test_a_clean_goodbye_and_an_unknown_session_leave_nothing(studio: Studio) -> None:
    ear = call(studio)
    session = begin(ear, 16000, resumable=True, keep=True)["session"]
    ear.send(b"\1\0" * 16000)
    ear.close()
    assert studio.becomes_idle()
    for wanted in (session, "f" * 32, "../x"):
        with call(studio) as back:
            answer = begin(back, 16000, session=wanted)
            assert answer["error"]["code"] == "not_found"
            assert "gone" in answer["error"]["message"]
    deadline = time.monotonic() + 120
    folder = studio.context.library.storage.uploads("local")
    while list(folder.glob(".tmp-live*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(folder.glob(".tmp-live*")) == []


def test_a_lost_session_makes_room_for_whoever_is_here(studio: Studio) -> None:
    lost = [call(studio) for _ in range(4)]
    sessions = []
    for ear in lost:
        sessions.append(begin(ear, 16000, resumable=True)["session"])
        tear(ear)
    with call(studio) as ear:
        assert begin(ear, 16000)["status"] == "ready"
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            assert begin(stack.enter_context(call(studio)), 16000)["status"] == "ready"
    kept = [HTTP.delete(f"{studio.url}{REALTIME}/{session}").status_code for session in sessions]
    assert 404 in kept
    assert studio.becomes_idle()


def test_another_person_cannot_come_back_to_a_session_nor_save_it(shared: Studio) -> None:
    def as_person(name: str) -> ClientConnection:
        return call(shared, additional_headers={"Authorization": f"Bearer key-of-{name}-1"})

    with as_person("ada") as hers:
        session = begin(hers, 16000, keep=True)["session"]
        with as_person("bob") as his:
            assert begin(his, 16000, session=session)["error"]["code"] == "not_found"
        answer = HTTP.post(
            f"{shared.url}{REALTIME}/{session}/save", json={}, headers={"Authorization": "Bearer key-of-bob-1"}
        )
        assert answer.status_code == 404


def test_captions_are_saved_with_their_sound(studio: Studio, counting: tuple[bytes, int]) -> None:
    pcm, rate = counting
    with call(studio) as ear:
        session = begin(ear, rate, keep=True)["session"]
        for at in range(0, len(pcm), 9600):
            ear.send(pcm[at : at + 9600])
        early = HTTP.post(f"{studio.url}{REALTIME}/{session}/save", json={"title": "Counting"})
        assert early.status_code == 409
        ear.send('{"action": "stop"}')
        heard = Heard()
        heard.read(ear)
    answer = HTTP.post(f"{studio.url}{REALTIME}/{session}/save", json={"title": "Counting"})
    assert answer.status_code == 201, answer.text
    address = studio.url + answer.headers["location"]
    kept = HTTP.get(address).json()
    assert kept["title"] == "Counting"
    assert " ".join(segment["text"] for segment in kept["segments"]).split() == heard.words
    assert kept["duration_s"] == pytest.approx(len(pcm) / 2 / rate, abs=0.05)
    sound, sound_rate = soundfile.read(io.BytesIO(HTTP.get(f"{address}/audio").content), dtype="int16")
    assert sound_rate == rate
    assert np.abs(sound.astype(int) - np.frombuffer(pcm, dtype="<i2")).max() <= 1
    assert HTTP.post(f"{studio.url}{REALTIME}/{session}/save", json={}).status_code == 404


def test_clear_forgets_words_and_sound_and_pause_makes_the_draft_certain(
    studio: Studio, counting: tuple[bytes, int]
) -> None:
    pcm, rate = counting
    spoken = pcm[: -2 * rate]  # without the silence that would end the turn
    with call(studio) as ear:
        session = begin(ear, rate, keep=True)["session"]
        ear.send(spoken[: len(spoken) // 2 // 2 * 2])
        ear.send('{"action": "clear"}')
        for at in range(0, len(spoken), 96_000):
            ear.send(spoken[at : at + 96_000])
        ear.send('{"action": "pause"}')
        heard = Heard()
        both_s = (len(spoken) // 2 // 2 + len(spoken) // 2) / rate
        while heard.audio_s < both_s - 0.1 or heard.has_draft:
            heard.read(ear, until="partial")
        before_stop = len(heard.words)
        ear.send('{"action": "stop"}')
        heard.read(ear)
    assert heard.complete is not None
    assert len(heard.words) == before_stop, "after a pause nothing was left to decide"
    assert len(heard.complete["words"]) < len(heard.words)
    answer = HTTP.post(f"{studio.url}{REALTIME}/{session}/save", json={})
    kept = HTTP.get(studio.url + answer.headers["location"]).json()
    assert kept["duration_s"] == pytest.approx(len(spoken) / 2 / rate, abs=0.1)
    assert len([word for segment in kept["segments"] for word in segment["words"]]) == len(heard.complete["words"])
    assert HTTP.delete(f"{studio.url}{REALTIME}/{session}").status_code == 404


def test_a_client_that_hurries_is_heard_at_the_studios_pace_in_bounded_memory(
    studio: Studio, counting: tuple[bytes, int]
) -> None:
    """Sound thrown at the socket at once wait in the socket."""
    pcm, rate = counting
    much = pcm * (20 * rate * 2 // len(pcm) + 1)
    process = psutil.Process()
    before = process.memory_info().rss
    with call(studio) as ear:
        begin(ear, rate)
        heard = Heard()
        for at in range(0, len(much), 200_000):
            ear.send(much[at : at + 200_000])
        ear.send('{"action": "stop"}')
        heard.read(ear, limit_s=120)
    assert heard.complete is not None
    assert heard.complete["audio"] == pytest.approx(len(much) / 2 / rate, abs=0.1)
    assert process.memory_info().rss - before < 150 * 1024**2
    assert studio.becomes_idle()


@pytest.mark.slow
def test_a_client_that_never_reads_is_let_go(
    studio: Studio, counting: tuple[bytes, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "SEND_TIMEOUT_S", 0.5)
    pcm, rate = counting
    mute = _Mute(studio, rate)
    try:
        give_up = time.monotonic() + 200
        while mute.is_open and time.monotonic() < give_up:
            mute.say(pcm[: rate * 2])
        assert not mute.is_open
        assert studio.becomes_idle()
    finally:
        mute.close()


class _Mute:
    """A WebSocket client by hand, with the smallest of receive buffers, that only ever writes."""

    def __init__(self, studio: Studio, rate: int) -> None:
        host, port = studio.url.removeprefix("http://").split(":")
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        self._socket.connect((host, int(port)))
        self._socket.settimeout(3)
        ask = (
            f"GET {REALTIME} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._socket.sendall(ask.encode())
        self.is_open = True
        self._frame(1, json.dumps({"sample_rate": rate}).encode())

    def say(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), 1600):
            # Tiny packets: many answers for little sound.
            if self.is_open:
                self._frame(2, pcm[at : at + 1600])

    def _frame(self, opcode: int, payload: bytes) -> None:
        head = bytes([0x80 | opcode])
        size = len(payload)
        head += bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + struct.pack(">H", size)
        try:
            self._socket.sendall(head + b"\0\0\0\0" + payload)
        except OSError as exc:
            self.is_open = isinstance(exc, TimeoutError)

    def close(self) -> None:
        self._socket.close()


def test_a_disk_that_fills_up_costs_the_sound_and_not_the_captions(tmp_path: Path) -> None:
    from studio.api.live_recording import LiveRecording
    from studio.library.storage import Storage

    recording = LiveRecording(Storage(tmp_path), "ann", "x", 16000, max_bytes=20_000)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 16000).astype(np.float32)
    for _ in range(5):
        recording.add(noise)
    assert recording.notice.startswith("The recording has reached the 20,000 bytes allowed")
    path = recording.take()
    assert path is not None
    assert soundfile.info(path).duration == pytest.approx(1.0, abs=1.1)
    recording.discard()
    assert not path.exists()


def test_sound_that_is_still_on_its_way_when_it_is_dropped_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread hears the last packet while the event loop drops the session: it may open the file too late."""
    from studio.api.live_recording import LiveRecording
    from studio.library.storage import Storage

    opening, goes_on = threading.Event(), threading.Event()
    really = soundfile.SoundFile

    def slowly(*args: Any, **options: Any) -> soundfile.SoundFile:
        opening.set()
        assert goes_on.wait(60)
        return really(*args, **options)

    recording = LiveRecording(Storage(tmp_path), "ann", "x", 16000, max_bytes=10**9)
    second = np.zeros(16000, dtype=np.float32)
    monkeypatch.setattr(soundfile, "SoundFile", slowly)
    with ThreadPoolExecutor(2) as threads:
        writing = threads.submit(recording.add, second)
        assert opening.wait(60)
        dropping = threads.submit(recording.discard)
        with contextlib.suppress(TimeoutError):
            dropping.result(0.2)  # one that does not wait is over by then
        goes_on.set()
        writing.result(60)
        dropping.result(60)
    recording.add(second)
    assert list(tmp_path.rglob("*.flac")) == []
