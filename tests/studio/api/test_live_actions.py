"""What a client of the live socket may ask in the middle: flush, finish, cancel, and what cannot be done."""

import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import soundfile
import websockets
from websockets.sync.client import ClientConnection, connect

from engine.pool import LiveHandle
from studio.api import live_pace, live_session

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)
REALTIME = "/v1/audio/transcriptions/realtime"


@pytest.fixture(scope="module")
def spoken(studio: Studio) -> tuple[bytes, int]:
    """A sentence of the built-in voice, without the silence that would end its turn: (PCM, Hz)."""
    body = {"input": "one two three four five six seven", "response_format": "wav", "paragraph_pause_s": 0}
    samples, rate = soundfile.read(
        io.BytesIO(HTTP.post(f"{studio.url}/v1/audio/speech", json=body).content), dtype="int16"
    )
    return samples.astype("<i2").tobytes(), rate


def call(studio: Studio, rate: int, **start: Any) -> ClientConnection:
    ear = connect(studio.url.replace("http", "ws", 1) + REALTIME, proxy=None, legacy=True)
    ear.send(json.dumps({"model": "pocketsphinx", "language": "en", "sample_rate": rate, **start}))
    assert json.loads(ear.recv(60))["status"] == "ready"
    return ear


def messages(ear: ClientConnection) -> Iterator[dict[str, Any]]:
    while True:
        yield json.loads(ear.recv(120))


def until(ear: ClientConnection, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for message in messages(ear):
        found.append(message)
        if message.get("type") == kind:
            return found
    return found


def send(ear: ClientConnection, pcm: bytes) -> None:
    for at in range(0, len(pcm), 9600):
        ear.send(pcm[at : at + 9600])


def ended(ear: ClientConnection) -> int:
    """How the studio closed."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        while True:
            ear.recv(60)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@pytest.mark.parametrize("name", ["action", "type"])
def test_flush_decides_and_listening_goes_on(studio: Studio, spoken: tuple[bytes, int], name: str) -> None:
    pcm, rate = spoken
    with call(studio, rate) as ear:
        send(ear, pcm)
        ear.send(json.dumps({name: "flush"}))
        first = until(ear, "delta")
        send(ear, pcm)
        ear.send(json.dumps({name: "finish"}))
        rest = until(ear, "complete")
        assert ended(ear) == 1000
    deltas = [message["delta"] for message in first + rest if message.get("type") == "delta"]
    assert len(deltas) >= 2
    assert rest[-1]["text"] == "".join(deltas)
    assert rest[-1]["audio"] == pytest.approx(2 * len(pcm) / 2 / rate, abs=0.05)
    assert rest[-1]["corrected"] is False


def test_what_cannot_be_done_is_said_and_the_session_goes_on(studio: Studio, spoken: tuple[bytes, int]) -> None:
    pcm, rate = spoken
    with call(studio, rate) as ear:
        for wrong, word in (
            ('{"action": "flush"}', "nothing to make certain"),
            ('{"action": "jump"}', "finish, flush, pause, clear and cancel"),
            ('{"type": ["stop"]}', "The actions are"),
            ("[1]", "The actions are"),
            ("what?", "binary messages"),
            ("x" * 2000, "The actions are"),
        ):
            ear.send(wrong)
            error = json.loads(ear.recv(60))
            assert error["type"] == "error"
            assert word in error["error"]["message"], wrong
            assert error["error"]["code"] == "invalid_value"
        send(ear, pcm)
        ear.send('{"action": "flush"}')
        until(ear, "delta")
        ear.send('{"action": "flush"}')
        assert until(ear, "error")[-1]["error"]["message"].startswith("No sound has come")
        ear.send('{"action": "stop"}')
        assert until(ear, "complete")[-1]["text"]


class Slow:
    """Holds the recogniser until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self.is_asked, self.may_go = threading.Event(), threading.Event()
        real = getattr(LiveHandle, method)

        def slowly(handle: LiveHandle, *arguments: Any) -> Any:
            self.is_asked.set()
            assert self.may_go.wait(120)
            return real(handle, *arguments)

        monkeypatch.setattr(LiveHandle, method, slowly)


def test_finishing_twice_is_said_and_the_last_words_come(
    studio: Studio, spoken: tuple[bytes, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pcm, rate = spoken
    slow = Slow(monkeypatch, "finish")
    with call(studio, rate) as ear:
        send(ear, pcm)
        ear.send('{"action": "finish"}')
        assert slow.is_asked.wait(120)
        ear.send('{"action": "finish"}')
        assert "ending already" in until(ear, "error")[-1]["error"]["message"]
        slow.may_go.set()
        assert until(ear, "complete")[-1]["text"]
        assert ended(ear) == 1000


@pytest.mark.parametrize("is_finishing", [False, True])
def test_cancel_ends_at_once_and_decides_nothing(
    studio: Studio, spoken: tuple[bytes, int], monkeypatch: pytest.MonkeyPatch, is_finishing: bool
) -> None:
    pcm, rate = spoken
    slow = Slow(monkeypatch, "finish" if is_finishing else "add_audio")
    with call(studio, rate, keep=True, resumable=True) as ear:
        send(ear, pcm)
        if is_finishing:
            ear.send('{"action": "finish"}')
        assert slow.is_asked.wait(120)
        ear.send('{"action": "cancel"}')
        told = until(ear, "cancelled")
        assert told[-1]["audio"] >= 0
        assert ended(ear) == 1000, "it does not wait for the recogniser"
        slow.may_go.set()
    assert studio.becomes_idle()
    assert studio.context.live._sessions == {}, "nothing is left to come back to or to save"


def test_a_recogniser_that_is_late_says_so_once_and_who_would_not_be(
    studio: Studio, spoken: tuple[bytes, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock runs by the sound, so that a second is as long as its sound however slow this machine is."""
    pcm, rate = spoken
    clock = iter(range(10**9))
    monkeypatch.setattr(live_session, "_now", lambda: float(next(clock)))
    monkeypatch.setattr(live_pace, "FOR_S", 0.0)
    monkeypatch.setattr(live_pace, "LATE_S", 0.05)
    with call(studio, rate) as ear:
        for _ in range(3):
            send(ear, pcm)
        ear.send('{"action": "finish"}')
        told = until(ear, "complete")
    late = [message["message"] for message in told if message.get("type") == "notice"]
    assert len(late) == 1
    assert late[0].startswith("PocketSphinx does not keep pace here")
    assert "No quicker one is on this machine." in late[0]


@pytest.mark.parametrize(("interval", "word"), [(10, "greater"), (20_000, "less"), ("soon", "number")])
def test_an_interval_that_is_no_good_is_refused(studio: Studio, interval: Any, word: str) -> None:
    with connect(studio.url.replace("http", "ws", 1) + REALTIME, proxy=None, legacy=True) as ear:
        ear.send(json.dumps({"model": "pocketsphinx", "sample_rate": 16000, "partial_interval_ms": interval}))
        error = json.loads(ear.recv(60))["error"]
        assert "partial_interval_ms" in error["message"]
        assert word in error["message"]


def test_drafts_come_no_more_often_than_asked(studio: Studio, spoken: tuple[bytes, int]) -> None:
    pcm, rate = spoken

    def drafts(**start: Any) -> int:
        with call(studio, rate, **start) as ear:
            for at in range(0, len(pcm), 1600):
                ear.send(pcm[at : at + 1600])
            ear.send('{"action": "finish"}')
            return len({str(message["draft"]) for message in until(ear, "complete") if message.get("draft")})

    assert drafts(partial_interval_ms=1000) <= len(pcm) / 2 / rate + 1
