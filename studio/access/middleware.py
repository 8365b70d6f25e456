"""The gate: every request passes here once. Checks the name it was asked under, where it came from, who sent it and how
much it brings, then writes the person into the scope. Plain ASGI, so that streams flow and disconnects are felt.
"""

import time
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.access.at_the_machine import SCOPE_KEY as HERE_KEY
from studio.access.at_the_machine import is_at_the_machine
from studio.access.attempts import Attempts
from studio.access.body_limits import BodyLimits
from studio.access.current import SCOPE_KEY
from studio.access.door import Door
from studio.access.errors import Refusal, TooLarge, TooMany, Unauthorised, Unreadable, WrongKey, error_body
from studio.access.headers import secure
from studio.access.limits import megabytes
from studio.access.login import client_address
from studio.access.origins import Hosts, check_origin, is_loopback
from studio.access.page.routes import API, UPLOAD
from studio.access.people import LOCAL, People, Person
from studio.access.requests import request_id
from studio.access.sessions import COOKIE, Sessions
from studio.logs import about_request

PUBLIC = frozenset({"/login", "/login/", "/logout", "/favicon.ico", "/robots.txt", "/health"})
REQUEST_ID_KEY = "studio.request_id"
DRAIN_BYTES = 32 * 1024 * 1024
DRAIN_S = 5.0
"""After a refusal the rest of an upload is read and dropped for a while, or the client would see a reset
connection instead of the sentence."""


class Gate:
    """The middleware; `Access` builds it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Hosts,
        people: People,
        sessions: Sessions,
        door: Door,
        attempts: Attempts,
        body_limits: BodyLimits,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._people = people
        self._sessions = sessions
        self._door = door
        self._attempts = attempts
        self._body_limits = body_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a connection through, or refuse it with a sentence."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope = self._believable(scope, headers)
        called = scope[REQUEST_ID_KEY] = request_id(headers)
        with about_request(called):
            await self._pass(scope, receive, send, headers, called)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, headers: Headers, called: str) -> None:
        path = scope["path"]
        is_form = path.startswith(f"{API}/") and path != UPLOAD
        advice = "; upload a file instead" if is_form else ""
        body = _CountedBody(receive, self._body_limits.of(scope.get("method", "GET"), path), advice)
        answer = _SafeSend(send, body, called)
        try:
            check_framing(headers)
            self._check(scope, headers)
            if not self._people and (entering := self._door.exchange(scope, headers)):
                await entering(scope, receive, answer)
                return
            self._admit(scope, headers)
            body.check_announced(headers.get("content-length"))
        except Refusal as exc:
            if isinstance(exc, WrongKey):
                exc = await self._attempts.refuse(client_address(scope), str(exc))
            await self._refuse(scope, headers, exc, body, answer)
            return
        try:
            await self._app(scope, body.receive if scope["type"] == "http" else receive, answer)
        except Exception:
            # Whoever was reading takes the cut for a client that left; the client is told the truth below.
            if not body.exceeded:
                raise
        if body.exceeded and not answer.started:
            await self._refuse(scope, headers, body.refusal(), body, answer)

    def _believable(self, scope: Scope, headers: Headers) -> Scope:
        """The scope without forwarding headers anybody could write. The public link's are known by its name, where the
        connection comes from this machine: the tunnel ends here."""
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if not name.startswith((b"x-forwarded", b"x-gradio-server"))
        ]
        scope = {**scope, "headers": kept, HERE_KEY: is_at_the_machine(scope, headers)}
        if self._hosts.is_shared(headers.get("host", "")) and is_loopback(client_address(scope)):
            scope["headers"] = [*kept, (b"x-forwarded-proto", b"https")]
            scope["scheme"] = "wss" if scope["type"] == "websocket" else "https"
            forwarded = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
            if forwarded:
                # Written by the link's own server, behind anything the visitor may have written before it.
                scope["client"] = (forwarded, 0)
        return scope

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        self._hosts.check(host)
        method = scope.get("method", "WEBSOCKET")
        check_origin(method, host, headers.get("origin"), headers.get("sec-fetch-site"), headers.get("sec-fetch-mode"))

    def _admit(self, scope: Scope, headers: Headers) -> None:
        if scope["path"] in PUBLIC:
            is_owner = not self._people and self._door.is_owner_here(scope, headers)
            scope[SCOPE_KEY] = LOCAL if is_owner else Person("")
            return
        scope[SCOPE_KEY] = self._person(scope, headers)

    def _person(self, scope: Scope, headers: Headers) -> Person:
        if not self._people:
            return self._door.person(scope, headers, _offered_key(scope, headers))
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        person = self._sessions.person(cookie) if cookie else None
        if person:
            return person
        key = _offered_key(scope, headers)
        if not key:
            raise Unauthorised("Log in first, or send your key as `Authorization: Bearer <key>`.")
        person = self._people.by_key(key)
        if person is None:
            raise WrongKey("That key is not known here; check it and try again.")
        return person

    async def _refuse(
        self, scope: Scope, headers: Headers, exc: Refusal, body: "_CountedBody", send: "_SafeSend"
    ) -> None:
        if scope["type"] == "websocket":
            await _refuse_websocket(scope, exc, send)
            return
        response = self._answer(scope, headers, exc)
        response.headers["cache-control"] = "no-store"
        if isinstance(exc, TooLarge | Unreadable):
            response.headers["connection"] = "close"
        content = bytes(response.body)
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": content, "more_body": True})
        if isinstance(exc, TooLarge):
            await body.drain()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @staticmethod
    def _answer(scope: Scope, headers: Headers, exc: Refusal) -> Response:
        wants_page = scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", "")
        if isinstance(exc, Unauthorised) and wants_page:
            told = {"next": scope["path"]} if scope["path"] != "/" else {}
            if "token" in dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)):
                told["key"] = "unknown"  # not `token`: that would be looked at again
            query = urlencode(told, quote_via=quote, safe="/")
            return RedirectResponse(f"/login?{query}" if query else "/login", 303)
        kind = "authentication_error" if isinstance(exc, Unauthorised) else "invalid_request_error"
        told = error_body(str(exc), kind, exc.code)
        if scope["path"].startswith(f"{API}/"):
            told["detail"] = str(exc)  # where the page's own script looks
        response = JSONResponse(told, status_code=exc.status)
        if isinstance(exc, Unauthorised):
            response.headers["www-authenticate"] = "Bearer"
        if isinstance(exc, TooMany):
            response.headers["retry-after"] = str(exc.retry_after_s)
        return response


def check_framing(headers: Headers) -> None:
    """Where a body ends must be said in one way: a proxy before us might believe the other one.

    Raises:
        Unreadable: it is said in two.
    """
    if "transfer-encoding" in headers and "content-length" in headers:
        raise Unreadable("The request says twice how long it is; send Content-Length or Transfer-Encoding.")


class _CountedBody:
    """A request's body, cut off where it exceeds its limit."""

    def __init__(self, receive: Receive, limit: int, advice: str = "") -> None:
        self._receive = receive
        self._limit = limit
        self._advice = advice
        self._counted = 0
        self._has_ended = False
        self.exceeded = False

    def check_announced(self, content_length: str | None) -> None:
        """Refuse by the announced length, before a byte is read."""
        if (
            content_length
            and content_length.isascii()
            and content_length.isdigit()
            and int(content_length) > self._limit
        ):
            self.exceeded = True
            raise self.refusal()

    def refusal(self) -> TooLarge:
        return TooLarge(f"The request brings more than the {megabytes(self._limit)} allowed here{self._advice}.")

    async def receive(self) -> Message:
        """The next message; after the limit, as if the client had gone."""
        if self.exceeded:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._note(message)
        if self._counted > self._limit:
            self.exceeded = True
            return {"type": "http.disconnect"}
        return message

    async def drain(self) -> None:
        """Read and drop what is still coming, within reason."""
        until = time.monotonic() + DRAIN_S
        most = self._counted + DRAIN_BYTES
        while not self._has_ended and self._counted < most and time.monotonic() < until:
            self._note(await self._receive())

    def _note(self, message: Message) -> None:
        if message["type"] == "http.request":
            self._counted += len(message.get("body", b""))
            self._has_ended = not message.get("more_body", False)
        else:
            self._has_ended = True


class _SafeSend:
    """`send` with the headers every answer carries; swallows an answer to a body that was too large."""

    def __init__(self, send: Send, body: _CountedBody, request_id: str) -> None:
        self._send = send
        self._body = body
        self._request_id = request_id
        self._refusing = False
        self.started = False

    async def __call__(self, message: Message) -> None:
        kind = message["type"]
        if kind in {"websocket.accept", "websocket.http.response.start"}:
            MutableHeaders(raw=_listed(message))["x-request-id"] = self._request_id
        elif kind == "http.response.start":
            if self._body.exceeded and message["status"] != TooLarge.status:
                self._refusing = True
                return
            self.started, self._refusing = True, False
            headers = MutableHeaders(raw=_listed(message))
            headers["x-request-id"] = self._request_id
            secure(headers)
        if self._refusing:
            return
        await self._send(message)


def _listed(message: Message) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, so that more can be added."""
    headers: list[tuple[bytes, bytes]] = list(message.get("headers") or ())
    message["headers"] = headers
    return headers


def _offered_key(scope: Scope, headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if scope["type"] == "websocket":
        # Browsers cannot set a header on a WebSocket; an address ends up in no log of ours.
        return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("key", [""])[0]
    return ""


async def _refuse_websocket(scope: Scope, exc: Refusal, send: Send) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": str(exc)[:120]})
        return
    response = JSONResponse(error_body(str(exc), "invalid_request_error", exc.code), status_code=exc.status)
    await send({"type": "websocket.http.response.start", "status": exc.status, "headers": response.raw_headers})
    await send({"type": "websocket.http.response.body", "body": bytes(response.body), "more_body": False})
