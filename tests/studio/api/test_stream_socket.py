"""/ws/orpheus on a real server, spoken to by a client that is not ours: the `websockets` package."""

import json
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from studio.api.speech import stream_socket
from tests.studio.api.conftest import Start, Studio

TEXT = "One, two, three. The quick brown fox jumps over the lazy dog."
LONG = "This sentence is one of very many, and nobody will hear the last. " * 600


@dataclass
class Heard:
    """What came for one request."""

    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    sound: list[np.ndarray] = field(default_factory=list[np.ndarray])
    rates: set[int] = field(default_factory=set[int])

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def samples(self) -> np.ndarray:
        return np.concatenate(self.sound) if self.sound else np.zeros(0, np.float32)


@contextmanager
def socket_to(studio: Studio, **options: Any) -> Iterator[ClientConnection]:
    with connect(studio.url.replace("http", "ws") + "/ws/orpheus", **options) as connection:
        yield connection


def start(connection: ClientConnection, text: str = TEXT, **fields: Any) -> None:
    connection.send(json.dumps({"type": "start_orpheus_stream", "text": text, "voice": "en-us", **fields}))


def until_over(connection: ClientConnection) -> Heard:
    heard = Heard()
    while not heard.kinds or heard.kinds[-1] not in ("stream_complete", "error"):
        message = connection.recv(timeout=120)
        if isinstance(message, str):
            heard.events.append(json.loads(message))
            continue
        magic, rate, samples, channels = struct.unpack_from("<4sIII", message)
        assert (magic, channels, len(message)) == (b"PCM0", 1, 16 + 4 * samples)
        heard.rates.add(rate)
        heard.sound.append(np.frombuffer(message, "<f4", offset=16))
    return heard


def refusal(connection: ClientConnection) -> str:
    event = json.loads(connection.recv(timeout=120))
    assert event["type"] == "error"
    assert event["message"].endswith((".", "?"))
    return event["message"]


def whole(studio: Studio, text: str = TEXT, voice: str = "en-us") -> np.ndarray:
    body = {"input": text, "voice": voice, "response_format": "pcm"}
    answer = httpx.post(f"{studio.url}/v1/audio/speech", json=body, timeout=30)
    return np.frombuffer(answer.content, "<i2")


def test_a_text_comes_back_as_the_sound_that_the_other_doors_give(studio: Studio) -> None:
    with socket_to(studio) as connection:
        start(connection, request_id="r1", temperature=0.6, chunk_tokens=28, ultra_low_latency=True)
        heard = until_over(connection)
    assert heard.kinds == ["stream_started", "stream_complete"]
    began, ended = heard.events
    assert (began["sample_rate"], began["model"], began["voice"]) == (22050, "espeak-ng", "en-us")
    assert heard.rates == {22050}
    assert began["request_id"] == ended["request_id"] == "r1"
    assert ended["cancelled"] is False
    assert ended["samples"] == len(heard.samples)
    assert ended["frames"] == len(heard.sound)
    assert 1 <= ended["chunks"] <= ended["frames"]
    assert ended["seconds"] == pytest.approx(len(heard.samples) / 22050, abs=1e-5)
    assert ended["ttfa_ms"] > 0
    expected = whole(studio)
    assert len(heard.samples) == len(expected)
    assert np.abs(heard.samples * 32767 - expected).max() < 2


def test_requests_follow_one_another_on_one_socket_whatever_became_of_the_last(studio: Studio) -> None:
    with socket_to(studio) as connection:
        start(connection, "Hello.")
        first = until_over(connection).samples
        start(connection, voice="nobody")
        assert "nobody" in refusal(connection)
        start(connection, "Hello.", voice=None, model=None, seed=None, temperature=None)
        assert np.array_equal(until_over(connection).samples, first)


def test_a_tag_the_voice_cannot_do_is_told_at_the_end(studio: Studio) -> None:
    with socket_to(studio) as connection:
        start(connection, "Well <gasp> look at that.")
        assert any("<gasp>" in notice for notice in until_over(connection).events[-1]["notices"])


def test_cancel_ends_the_stream_and_frees_the_model(studio: Studio) -> None:
    with socket_to(studio) as connection:
        start(connection, LONG)
        assert json.loads(connection.recv(timeout=120))["type"] == "stream_started"
        connection.recv(timeout=120)
        connection.send('{"type": "cancel"}')
        over = until_over(connection).events[-1]
        assert over["cancelled"] is True
        assert 0 < over["seconds"] < 600
        assert studio.becomes_idle()
        start(connection, "Hello.")
        assert until_over(connection).events[-1]["cancelled"] is False


def test_a_start_right_behind_a_cancel_is_served(studio: Studio) -> None:
    with socket_to(studio) as connection:
        start(connection, LONG)
        connection.recv(timeout=120)
        connection.send('{"type": "cancel"}')
        start(connection, "Hello.", request_id="next")
        assert until_over(connection).events[-1]["cancelled"] is True
        assert until_over(connection).events[-1]["request_id"] == "next"


def test_cancel_when_nobody_speaks_changes_nothing(studio: Studio) -> None:
    with socket_to(studio) as connection:
        connection.send('{"type": "cancel"}')
        start(connection, "Hello.")
        assert until_over(connection).kinds == ["stream_started", "stream_complete"]
        connection.send('{"type": "cancel"}')
        start(connection, "Hello.")
        assert until_over(connection).kinds == ["stream_started", "stream_complete"]


def test_a_second_start_is_refused_and_the_first_goes_on(studio: Studio) -> None:
    with socket_to(studio) as connection:
        start(connection, LONG)
        start(connection, "Me too.", request_id="second")
        seen: list[dict[str, Any]] = []
        while not any(event["type"] == "error" for event in seen):
            message = connection.recv(timeout=120)
            if isinstance(message, str):
                seen.append(json.loads(message))
        assert seen[-1]["request_id"] == "second"
        assert "already" in seen[-1]["message"]
        while isinstance(connection.recv(timeout=120), str):
            pass
        connection.send('{"type": "cancel"}')
        assert until_over(connection).events[-1]["cancelled"] is True


def test_a_client_that_leaves_stops_the_model(studio: Studio) -> None:
    with socket_to(studio) as connection:
        start(connection, LONG)
        connection.recv(timeout=120)
        assert studio.streams() == 1
    assert studio.becomes_idle()


def test_a_client_that_does_not_read_makes_the_model_wait(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    speak = studio.context.pool.speak

    def counted(*arguments: Any) -> Any:
        chunks = speak(*arguments)

        class Counted:
            def __iter__(self) -> Iterator[Any]:
                nonlocal taken
                for chunk in chunks:
                    taken += len(chunk.samples)
                    yield chunk

            close = staticmethod(chunks.close)

        return Counted()

    monkeypatch.setattr(studio.context.pool, "speak", counted)
    with socket_to(studio, max_queue=1) as connection:
        start(connection, LONG)
        before = -1
        while taken != before or taken == 0:
            before = taken
            time.sleep(0.4)
        # What the two ends' socket buffers hold is the system's; the studio adds a few chunks. The whole is 200 MB.
        assert taken * 4 < 20_000_000
        connection.send('{"type": "cancel"}')
        assert until_over(connection).events[-1]["cancelled"] is True
    assert studio.becomes_idle()


def test_a_client_that_never_reads_again_loses_its_stream(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_socket, "STALL_TIMEOUT_S", 0.5)
    with socket_to(studio, max_queue=1, close_timeout=0.2) as connection:
        start(connection, LONG)
        connection.recv(timeout=120)
        assert studio.streams() == 1
        assert studio.becomes_idle()
        with socket_to(studio) as other:
            start(other, "Hello.")
            assert until_over(other).kinds == ["stream_started", "stream_complete"]


def test_a_socket_that_says_nothing_is_closed_with_a_word(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_socket, "IDLE_TIMEOUT_S", 0.2)
    with socket_to(studio) as connection, pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=120)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason[-1]) == (1001, ".")


def test_a_voice_and_words_that_a_person_kept_hold_here_too(studio: Studio) -> None:
    entry = {"word": "Hello", "respelling": "Goodbye", "book": "Tales"}
    kept = httpx.post(f"{studio.url}/v1/pronunciations", json=entry)
    assert kept.status_code in (200, 201), kept.text
    try:
        with socket_to(studio) as connection:
            start(connection, "Hello there.", book="Tales")
            said = until_over(connection).samples
            start(connection, "Hello there.", book="Tales", saved_pronunciations=False)
            plain = until_over(connection).samples
            start(connection, "Goodbye there.", saved_pronunciations=False)
            wanted = until_over(connection).samples
        assert np.array_equal(said, wanted)
        assert len(said) != len(plain)
    finally:
        httpx.delete(f"{studio.url}/v1/pronunciations/{kept.json()['id']}")


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[1, 2]", "JSON"),
        ("[" * 100_000, "JSON"),
        ('{"type": 7}', "JSON"),
        ('{"type": "speak"}', "speak"),
        ('{"type": "start_orpheus_stream"}', "text"),
        ('{"type": "start_orpheus_stream", "text": null}', "text"),
        ('{"type": "start_orpheus_stream", "text": ["a"]}', "text"),
        ('{"type": "start_orpheus_stream", "text": "a", "voice": 3}', "voice"),
        ('{"type": "start_orpheus_stream", "text": "a", "temperature": NaN}', "temperature"),
        ('{"type": "start_orpheus_stream", "text": "a", "temperature": 1e400}', "temperature"),
        ('{"type": "start_orpheus_stream", "text": "a", "temperature": "hot"}', "temperature"),
        ('{"type": "start_orpheus_stream", "text": "a", "temperature": -1}', "temperature"),
        ('{"type": "start_orpheus_stream", "text": "a", "top_k": 1e9}', "top_k"),
        ('{"type": "start_orpheus_stream", "text": "a", "chunk_tokens": 99999999999999999999}', "chunk_tokens"),
        ('{"type": "start_orpheus_stream", "text": "a", "mode": "best"}', "mode"),
        ('{"type": "start_orpheus_stream", "text": "a", "ultra_low_latency": "yes"}', "ultra_low_latency"),
        ('{"type": "start_orpheus_stream", "text": "a", "speed": 9}', "speed"),
        ('{"type": "start_orpheus_stream", "text": "a", "model": "../../etc"}', "etc"),
        ('{"type": "start_orpheus_stream", "text": "a", "model": "pocketsphinx"}', "listens"),
        ('{"type": "start_orpheus_stream", "text": "a", "voice": "tara"}', "tara"),
        ('{"type": "start_orpheus_stream", "text": "  "}', "nothing to say"),
        ('{"type": "start_orpheus_stream", "text": "%s"}' % ("a" * 100_001), "100,001"),
        (b"PCM0" + bytes(12), "JSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_sentence_and_the_socket_stays(
    studio: Studio, message: str | bytes, part: str
) -> None:
    with socket_to(studio) as connection:
        connection.send(message)
        assert part in refusal(connection)
        start(connection, "Hello.")
        assert until_over(connection).kinds == ["stream_started", "stream_complete"]


def test_a_message_beyond_all_bounds_closes_the_socket_only(studio: Studio) -> None:
    with socket_to(studio) as connection:
        connection.send("a" * 20_000_000)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=120)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
    with socket_to(studio) as connection:
        start(connection, "Hello.")
        assert until_over(connection).kinds == ["stream_started", "stream_complete"]


def test_only_who_has_a_key_and_comes_from_here_may_speak(shared: Studio) -> None:
    for options in (
        {},
        {"additional_headers": {"Authorization": "Bearer wrong"}},
        {"additional_headers": {"Authorization": "Bearer key-of-ada-1"}, "origin": "http://elsewhere.example"},
    ):
        with pytest.raises(InvalidStatus) as refused, socket_to(shared, **options):
            pass
        assert refused.value.response.status_code in (401, 403)
    with socket_to(shared, additional_headers={"Authorization": "Bearer key-of-ada-1"}) as connection:
        start(connection, "Hello.")
        assert until_over(connection).kinds == ["stream_started", "stream_complete"]


def test_one_person_has_only_so_many_streams(start_one: Studio) -> None:
    bob = {"additional_headers": {"Authorization": "Bearer key-of-bob-1"}}
    with socket_to(start_one, **bob) as one, socket_to(start_one, **bob) as two:
        start(one, LONG)
        one.recv(timeout=120)
        start(two)
        assert "streams open already" in refusal(two)
        one.send('{"type": "cancel"}')
        until_over(one)
        start(two)
        assert until_over(two).kinds == ["stream_started", "stream_complete"]


@pytest.fixture(scope="module")
def start_one(start: Start) -> Studio:
    """One stream for each person."""
    return start(users={"bob": SecretStr("key-of-bob-1")}, max_streams=1)
