"""Requests that never arrive whole, and more connections than there is room for: on real sockets, with small limits."""

import contextlib
import socket
import threading
import time
from collections.abc import Generator

import pytest
import websockets.sync.client
from starlette.types import Receive, Scope, Send

from studio import server
from studio.connections import Connections, Deadline, Patience, network_of
from tests.studio.serving import running

LONG_S = 600.0
"""Longer than any test waits: what is closed then is closed for another reason."""
HALF = b"GET / HTTP/1.1\r\nHost: here\r\n"
WHOLE = HALF + b"\r\n"
BODY = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n"


class Echo:
    """Answers with the size of what came; `/hold` answers when it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.left = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                await send({"type": "websocket.send", "text": "still here"})
            return
        if scope["type"] != "http":
            return
        size, more = 0, scope["path"] != "/deaf"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.set()
                return
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        body = str(size).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@contextlib.contextmanager
def serving(app: Echo, patience: Patience) -> Generator[int]:
    listener = server.listen("127.0.0.1", 0)
    config = server._config(app, patience=patience)  # pyright: ignore[reportPrivateUsage]
    served = server._Server(config, lambda: None)  # pyright: ignore[reportPrivateUsage]
    with running(served, listener) as port:
        yield port


@contextlib.contextmanager
def connected(port: int, said: bytes = b"") -> Generator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
        one.sendall(said)
        yield one


def rest(one: socket.socket) -> bytes:
    """Everything until the other end closes."""
    with contextlib.suppress(ConnectionError):
        return b"".join(iter(lambda: one.recv(65536), b""))
    return b""


DEAF = BODY.replace(b"/ H", b"/deaf H")


@pytest.mark.parametrize("said", [b"", b"G", HALF, WHOLE + HALF, BODY, BODY + b"12345", DEAF])
def test_what_never_arrives_is_not_waited_for(said: bytes) -> None:
    app = Echo()
    head_s = LONG_S if said.startswith(b"POST") else 0.1
    with serving(app, Patience(head_s=head_s, body_s=0.1)) as port, connected(port, said) as one:
        answer = rest(one)  # ends only when the studio closes
        assert (b" 408 " in answer) is (not said.startswith(b"POST /deaf") and said != b"")
        if said.startswith(BODY):
            assert app.left.wait(10)  # the application heard of it


def test_a_byte_now_and_then_does_not_hold_a_connection() -> None:
    with serving(Echo(), Patience(head_s=0.3, body_s=0.3)) as port:
        for start in (b"GET / HTTP/1.1\r\nX: ", BODY.replace(b"10", b"100000")):
            with connected(port, start) as one, contextlib.suppress(ConnectionError):
                one.settimeout(0.01)
                give_up = time.monotonic() + 60
                while True:
                    assert time.monotonic() < give_up
                    one.sendall(b"x")
                    with contextlib.suppress(TimeoutError):
                        if b" 408 " in one.recv(65536):
                            break


def test_who_sends_in_pieces_but_sends_is_waited_for() -> None:
    with serving(Echo(), Patience(head_s=LONG_S, body_s=LONG_S)) as port, connected(port) as one:
        for piece in (HALF, b"\r\n", *(bytes([byte]) for byte in BODY), b"12345", b"67890"):
            one.sendall(piece)
        answer = b""
        while not answer.endswith(b"10"):
            answer += one.recv(65536)
        assert answer.count(b"200 OK") == 2


def test_bytes_of_a_body_earn_time_and_waiting_for_the_studio_costs_none() -> None:
    patience = Patience(head_s=20, body_s=30, bytes_per_s=50_000)
    deadline = Deadline(patience)
    deadline.head(100.0)
    assert deadline.due == 120.0
    deadline.body(110.0)
    assert deadline.due == 140.0
    deadline.came(500_000)
    assert deadline.due == 150.0
    deadline.paused(145.0)
    assert deadline.due == 175.0
    deadline.paused(140.0)
    assert deadline.due == 175.0
    deadline.none()
    deadline.came(1)
    assert deadline.due is None


def test_where_there_are_too_many_the_longest_silent_makes_room() -> None:
    patience = Patience(head_s=LONG_S, body_s=LONG_S, all=3)
    with serving(Echo(), patience) as port, contextlib.ExitStack() as held:
        first, second, third = (held.enter_context(connected(port)) for _ in range(3))
        with connected(port, WHOLE) as fresh:
            assert fresh.recv(65536).startswith(b"HTTP/1.1 200")
            assert rest(first) == b""  # closed, and no other
            for one in (second, third):
                one.sendall(WHOLE)
                assert one.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_websocket_counts_and_stays() -> None:
    patience = Patience(head_s=0.1, all=2)
    with serving(Echo(), patience) as port, contextlib.ExitStack() as held:
        sockets = [
            held.enter_context(websockets.sync.client.connect(f"ws://127.0.0.1:{port}/", proxy=None)) for _ in range(2)
        ]
        with connected(port, WHOLE) as refused:
            assert b" 200 " not in rest(refused)
        for one in sockets:
            one.send("are you there?")
            assert one.recv(30) == "still here"
        sockets[0].close()
        # Its place is free again as soon as the server has seen it go.
        for _ in range(1000):
            with connected(port, WHOLE) as fresh:
                if b" 200 " in fresh.recv(65536):
                    return
        pytest.fail("no room after a socket was closed")


class Known:
    """A connection as `Connections` sees it."""

    def __init__(self, address: str, stage: int = 1, last_byte: float = 0.0) -> None:
        from studio.connections import Stage

        self.address, self.stage, self.last_byte = address, Stage(stage), last_byte
        self.is_gone = False

    def drop(self) -> None:
        self.is_gone = True


def test_one_address_does_not_take_the_place_of_others() -> None:
    connections = Connections(Patience(each=2, all=10))
    other = Known("192.0.2.7", last_byte=-1.0)
    served = [Known("192.0.2.8", stage=4) for _ in range(2)]
    assert all(connections.admit(one) for one in (other, *served))  # type: ignore[arg-type]
    assert not connections.admit(Known("192.0.2.8"))  # type: ignore[arg-type]
    assert not other.is_gone
    # Everybody behind a tunnel or a proxy of this machine comes from here.
    assert all(connections.admit(Known("127.0.0.1", stage=4)) for _ in range(7))  # type: ignore[arg-type]
    assert connections.admit(Known("127.0.0.1"))  # type: ignore[arg-type]
    assert other.is_gone
    assert len(connections) == 10


def test_an_upload_goes_last() -> None:
    connections = Connections(Patience(all=4))
    upload, idle, head, deaf = (Known("192.0.2.7", stage, -float(stage)) for stage in (3, 2, 1, 0))
    for one in (upload, idle, head, deaf):
        assert connections.admit(one)  # type: ignore[arg-type]
    for last in (deaf, head, idle, upload):
        assert not last.is_gone
        assert connections.admit(Known("192.0.2.9", stage=4))  # type: ignore[arg-type]
        assert last.is_gone
    assert not connections.admit(Known("192.0.2.9"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("127.0.0.1", ""),
        ("127.8.8.8", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("", ""),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_who_is_counted_together(address: str, network: str) -> None:
    assert network_of(address) == network
