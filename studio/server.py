"""A port, and an application on it until it is interrupted. Knows no door and nothing of what is served."""

import asyncio
import contextlib
import errno
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import h11
import uvicorn
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import EngineError
from studio.connections import PATIENCE, Patience, protocol

MAX_MESSAGE_BYTES = 2_000_000
"""The longest message of a WebSocket: the longest speech text, escaped, fits."""
SHUTDOWN_S = 1
OPEN_FILES = 10240
"""What the server asks the system for where that names no limit; macOS gives no more."""
ELSEWHERE = "elsewhere"
BACKLOG = 128
"""Connections that wait to be taken in. Python 3.12 and older try for so many each time, even when no file can be
opened any more, and log each try."""


class ServeError(EngineError):
    """The studio cannot be served."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        ServeError: the port is taken or forbidden, or the host is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise ServeError(f"This machine has no address {host!r}; name one it has with --host or STUDIO_HOST.") from exc
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as exc:
        listener.close()
        raise ServeError(_why_not(exc, host, port)) from exc
    return listener


def address_of(host: str, port: int, scheme: str = "http") -> str:
    """What to type into a browser on this machine."""
    name = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"{scheme}://{name}:{port}"


def run(
    app: Any,
    listener: socket.socket,
    ready: Callable[[], None],
    certificate: Path | None = None,
    seen: Callable[[str], object] | None = None,
) -> None:
    """Serve until interrupted; as many files are allowed for as a busy page needs.

    Args:
        app: an ASGI application.
        listener: from `listen`; the caller closes it.
        ready: called once, on a thread, when the application answers.
        certificate: a PEM file with a key and its certificate; None serves plain http.
        seen: told a line for every answer and every socket, without what people wrote, names or keys.

    Raises:
        EngineError: what `ready` raised; the server has stopped then.
    """
    _allow_files()
    server = _Server(_config(app if seen is None else Seen(app, seen), certificate), ready)
    server.run(sockets=[listener])
    if server.problem is not None:
        raise server.problem


def _allow_files() -> None:
    """Each connection is an open file, and a Mac allows a process 256 of them unless it asks for more."""
    if os.name != "posix":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # a system may hold to less than it says: then it stays as it is
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _why_not(exc: OSError, host: str, port: int) -> str:
    if exc.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken, perhaps by a studio that runs already; choose another with --port or STUDIO_PORT."
        )
    if exc.errno in {errno.EACCES, errno.EPERM}:
        return f"Port {port} may not be used by you; choose one above 1023 with --port or STUDIO_PORT."
    return f"Nothing can listen on {host} port {port}; name another with --host and --port."


def _config(app: Any, certificate: Path | None = None, patience: Patience = PATIENCE) -> uvicorn.Config:
    return uvicorn.Config(
        _Patient(app),
        http=cast(Any, protocol(patience)),
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        # The gate decides what forwarding headers are worth.
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ssl_certfile=certificate,
    )


class _Patient:
    """The application, which need not know that a request went to pieces while it was read.

    The server has refused it by itself then, and what the application answers has nowhere to go.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        is_over = False

        async def sending(message: Message) -> None:
            nonlocal is_over
            if is_over:
                return
            try:
                await send(message)
            except h11.LocalProtocolError as exc:
                # Only where the connection's state is at fault; a header that cannot be sent is a fault of ours.
                if "state=" not in str(exc):
                    raise
                is_over = True

        await self._app(scope, receive, sending)


class Seen:
    """The application, with a line told for every answer, and for every socket when it opens and closes.

    A line has the route's pattern and not the address: that may have a name or a token.
    """

    def __init__(self, app: ASGIApp, tell: Callable[[str], object]) -> None:
        self._app, self._tell = app, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "websocket.accept":
                self._tell(f"a socket opens: {_route(self._app, scope)}")
                status = 101
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            took = f"{(time.monotonic() - began) * 1000:.0f} ms"
            if scope["type"] == "http":
                self._tell(f"{scope['method']} {_route(self._app, scope)} {status}, {took}")
            else:
                self._tell(f"a socket {'closes' if status else 'is refused'}: {_route(self._app, scope)}, {took}")


def _route(app: Any, scope: Scope) -> str:
    """The pattern of the route that answers; "elsewhere" where the application says none, as of the page's parts."""
    for route in getattr(app, "routes", ()):
        # FastAPI keeps an included router as one route, which knows its own.
        inside = getattr(route, "original_router", None)
        found = _route(inside, scope) if inside is not None else _pattern(route, scope)
        if found != ELSEWHERE:
            return found
    return ELSEWHERE


def _pattern(route: Any, scope: Scope) -> str:
    return getattr(route, "path", "") or ELSEWHERE if route.matches(dict(scope))[0] is not Match.NONE else ELSEWHERE


class _Server(uvicorn.Server):
    """uvicorn, saying when it is ready, and stopping when what follows fails."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self.problem: EngineError | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then call `ready` on a thread."""
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        try:
            await asyncio.to_thread(self._ready)
        except EngineError as exc:
            self.problem = exc
            self.should_exit = True
