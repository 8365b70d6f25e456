"""The server: what arrives in pieces is refused, and nobody looks for a fault in the studio."""

import contextlib
import logging
import socket
from collections.abc import Generator
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from studio import server
from tests.studio.serving import running

CHUNKED = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers as soon as it is asked, whatever else comes."""
    if scope["type"] == "http":
        headers = [(b"content-length", b"2")] if scope["path"] == "/" else [(b"bad\nheader", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


@contextlib.contextmanager
def serving(certificate: Path | None = None) -> Generator[int]:
    listener = server.listen("127.0.0.1", 0)
    config = server._config(answering, certificate)  # pyright: ignore[reportPrivateUsage]
    served = server._Server(config, lambda: None)  # pyright: ignore[reportPrivateUsage]
    with running(served, listener) as port:
        yield port


def said(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(4096), b""))


def test_a_request_in_pieces_is_no_fault_of_the_studios(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as port, caplog.at_level(logging.DEBUG):
        for _ in range(20):
            assert said(port, CHUNKED + b"zz\r\n").startswith(b"HTTP/1.1 400")
        assert said(port, CHUNKED + b"0\r\n\r\n").endswith(b"ok")
    assert not [record for record in caplog.records if record.exc_info]


def test_an_answer_that_cannot_be_sent_still_shows_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as port:
        said(port, b"GET /bad HTTP/1.1\r\nHost: here\r\n\r\n")
    assert any(record.exc_info for record in caplog.records)
