"""What a client of the Orpheus stream may ask of its messages: base64, metrics, a length; and the port's root."""

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from studio.settings import Settings
from studio.stream_app import create_stream_app
from tests.studio.serving import running

TEXT = "One, two, three. The quick brown fox jumps over the lazy dog."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The stream server alone."""
    outputs = tmp_path_factory.mktemp("streams")
    app = create_stream_app(Settings(_env_file=None, outputs=outputs, offline=True))  # type: ignore[call-arg]
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False))
    with running(server, socket.create_server(("127.0.0.1", 0))) as port:
        yield f"ws://127.0.0.1:{port}"


def ask(connection: ClientConnection, **fields: Any) -> tuple[list[dict[str, Any]], list[bytes]]:
    connection.send(json.dumps({"type": "start_orpheus_stream", "text": TEXT, "voice": "en-us", **fields}))
    events: list[dict[str, Any]] = []
    sound: list[bytes] = []
    while not events or events[-1]["type"] not in ("stream_complete", "error"):
        message = connection.recv(timeout=120)
        if isinstance(message, bytes):
            sound.append(message)
        else:
            events.append(json.loads(message))
    return events, sound


def chunks(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == "audio_chunk"]


@pytest.mark.parametrize("name", ["format", "encoding"])
@pytest.mark.parametrize("path", ["", "/", "/ws/orpheus"])
def test_base64_gives_the_samples_of_the_binary_messages(address: str, path: str, name: str) -> None:
    with connect(address + path, proxy=None) as connection:
        plain, sound = ask(connection)
        events, binary = ask(connection, **{name: "base64"})
    told = chunks(events)
    assert binary == []
    assert chunks(plain) == []
    assert [one["index"] for one in told] == list(range(len(told)))
    assert [one["is_final"] for one in told] == [False] * (len(told) - 1) + [True]
    decoded = b"".join(base64.b64decode(one["audio"]) for one in told)
    assert decoded == b"".join(frame[16:] for frame in sound)
    assert all(one["samples"] * 4 == len(base64.b64decode(one["audio"])) for one in told)
    assert len({one["time_to_first_audio"] for one in told}) == 1
    done = events[-1]
    assert done["audio_seconds"] == pytest.approx(len(decoded) / 4 / told[0]["sample_rate"], abs=0.01)
    assert done["wall_seconds"] >= told[0]["time_to_first_audio"]


def test_metrics_stand_before_each_binary_message(address: str) -> None:
    with connect(address, proxy=None) as connection:
        events, sound = ask(connection, metrics=True)
    told = [one for one in chunks(events) if one["samples"]]
    assert [one["samples"] for one in told] == [(len(frame) - 16) // 4 for frame in sound]
    assert all(one["audio"] is None for one in told)
    assert chunks(events)[-1]["is_final"]


def test_messages_are_as_long_as_asked(address: str) -> None:
    with connect(address, proxy=None) as connection:
        _, whole = ask(connection)
        events, sound = ask(connection, output_chunk_duration_ms=150, chunk_tokens=35, ultra_low_latency=True)
        kept, as_made = ask(connection, output_chunk_duration_ms=150, respect_source_boundaries=True)
    rate = events[0]["sample_rate"]
    lengths = [(len(frame) - 16) // 4 for frame in sound]
    assert set(lengths[:-1]) == {round(0.15 * rate)}
    assert 0 < lengths[-1] <= lengths[0]
    assert b"".join(frame[16:] for frame in sound) == b"".join(frame[16:] for frame in whole)
    assert [len(frame) for frame in as_made] == [len(frame) for frame in whole]
    assert any("`output_chunk_duration_ms` changes nothing" in notice for notice in kept[-1]["notices"])


def test_two_lengths_and_unknown_fields_are_refused(address: str) -> None:
    with connect(address, proxy=None) as connection:
        events, _ = ask(connection, output_chunk_duration_ms=150, streaming_interval=2.0)
        assert "say different things" in events[-1]["message"]
        for wrong in ({"output_chunk_duration_ms": 5}, {"format": "mp3"}, {"encoding": 3}):
            events, _ = ask(connection, **wrong)
            assert events[-1]["type"] == "error", wrong
        events, _ = ask(connection, lang_code="a", text=TEXT)
        assert events[-1]["type"] == "stream_complete"
        events, _ = ask(connection, temprature=0.6)
        assert events[-1]["message"] == "There is no field `temprature` here; did you mean `temperature`?"


def test_a_cancelled_stream_ends_with_one_message_that_says_so(address: str) -> None:
    with connect(address, proxy=None) as connection:
        connection.send(json.dumps({"type": "start_orpheus_stream", "text": TEXT * 200, "format": "base64"}))
        first = json.loads(connection.recv(60))
        assert first["type"] == "stream_started"
        connection.send('{"type": "cancel"}')
        kinds: list[dict[str, Any]] = []
        while not kinds or kinds[-1]["type"] == "audio_chunk":
            kinds.append(json.loads(connection.recv(60)))
        assert kinds[-1]["type"] == "stream_complete"
        assert kinds[-1]["cancelled"] is True
        assert kinds[-1]["wall_seconds"] is None
        assert not any(one.get("is_final") for one in kinds[:-1])
        events, sound = ask(connection)
        assert events[-1]["cancelled"] is False
        assert sound


@pytest.mark.parametrize("path", ["", "/ws/orpheus"])
def test_the_root_is_guarded_as_the_path_is(address: str, path: str) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(address + path, proxy=None, origin=Origin("http://elsewhere.example")),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_the_root_wants_the_token_where_one_is_wanted(tmp_path: Path) -> None:
    from pydantic import SecretStr

    settings = Settings(_env_file=None, outputs=tmp_path, offline=True, users={"ada": SecretStr("key-of-ada-1")})  # type: ignore[call-arg]
    server = uvicorn.Server(uvicorn.Config(create_stream_app(settings), log_config=None, access_log=False))
    with running(server, socket.create_server(("127.0.0.1", 0))) as port:
        address = f"ws://127.0.0.1:{port}/"
        with pytest.raises(InvalidStatus) as refused, connect(address, proxy=None):
            pass
        assert refused.value.response.status_code == 401
        with connect(address, proxy=None, additional_headers={"authorization": "Bearer key-of-ada-1"}) as connection:
            events, sound = ask(connection)
            assert events[-1]["type"] == "stream_complete"
            assert sound
