"""What stands between the world and Gradio's application: an ASGI wrapper that narrows its routes, ties its sessions to
people, and renames its files. Knows nothing of what the page shows.
"""

import json
import logging
import secrets
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.access.current import person_in
from studio.access.errors import Forbidden, TooLarge, Unreadable, error_body
from studio.access.headers import page_policy
from studio.access.page_files import PageFiles
from studio.access.page_routes import API, FILE, JOIN, STATIC, TAKES_JSON, UPLOAD, Claims, is_open
from studio.access.people import Person

log = logging.getLogger(__name__)

LARGE_BODY_BYTES = 64 * 1024
"""JSON beyond this is parsed on a thread, so that a pasted book does not hold up other people's sound."""


class PageDoor:
    """Gradio's application, for the people who may use it."""

    def __init__(self, page: ASGIApp, files: PageFiles, max_json_bytes: int) -> None:
        """Args: page: Gradio's application.  files: its folder's names.  max_json_bytes: largest form of the page."""
        self._page = page
        self._files = files
        self._max_json_bytes = max_json_bytes
        self._claims = Claims()
        self._uploads_open = 0
        self._has_torn_upload = True  # perhaps one from before a restart

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request of the page through, or answer that there is nothing."""
        path, method = scope.get("path", ""), scope.get("method", "")
        if scope["type"] != "http" or not is_open(method, path):
            await _no_such_page(scope, receive, send)
            return
        if STATIC.fullmatch(path):
            await self._page(scope, receive, send)
            return
        person = person_in(scope)
        scope = dict(scope)
        # Answers are read on their way out, so they must not be compressed before.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        self._claim_from_address(scope, person)
        if path.startswith(FILE):
            real = FILE + self._files.inward(path.removeprefix(FILE), person)
            scope |= {"path": real, "raw_path": real.encode("utf-8", "surrogatepass")}
        elif method == "POST" and TAKES_JSON.fullmatch(path):
            body = await self._json_in(receive, person)
            scope["headers"] = _json_headers(scope["headers"], len(body))
            receive = _replay(body, receive)
        answer = _Answer(self._files, self._claims, person, scope, send)
        try:
            if path == UPLOAD:
                await self._take_upload(scope, receive, answer)
            else:
                await self._page(scope, receive, answer)
        except RuntimeError as exc:
            if not answer.flows or not isinstance(exc.__cause__, HTTPException):
                raise
            # Gradio has told it in the stream already, before it raised it: the session is unknown.
            await answer.end()
        except (KeyError, TypeError) as exc:
            # What the handlers raise comes out elsewhere: here it is a form without a file, or for no function of ours.
            if answer.has_begun or not (path == UPLOAD or JOIN.fullmatch(path)):
                raise
            log.warning("Gradio could not read a request to %s: %s", path, type(exc).__name__)
            raise Unreadable("The page's request cannot be understood; reload the page.") from exc

    async def _take_upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gradio keeps what has come of an upload when its client leaves; here it goes."""
        is_whole = False

        async def watched() -> Message:
            nonlocal is_whole
            message = await receive()
            is_whole = is_whole or (message["type"] == "http.request" and not message.get("more_body", False))
            return message

        self._uploads_open += 1
        try:
            await self._page(scope, watched, send)
        finally:
            self._uploads_open -= 1
            self._has_torn_upload = self._has_torn_upload or not is_whole
            if self._has_torn_upload and not self._uploads_open:
                self._files.remove_torn()
                self._has_torn_upload = False

    def _claim_from_address(self, scope: Scope, person: Person) -> None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        for parameter in ("session_hash", "upload_id"):
            for identifier in query.get(parameter, []):
                self._claims.claim(identifier, person)
        path = scope["path"]
        if path.startswith((f"{API}/heartbeat/", f"{API}/call/")) and scope["method"] == "GET":
            self._claims.claim(path.rsplit("/", 1)[1], person)

    async def _json_in(self, receive: Receive, person: Person) -> bytes:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)
            if len(body) > self._max_json_bytes:
                raise TooLarge("The form is larger than this page takes; upload a file instead.")
        if len(body) > LARGE_BODY_BYTES:
            return await anyio.to_thread.run_sync(self._translate_in, bytes(body), person)
        return self._translate_in(bytes(body), person)

    def _translate_in(self, body: bytes, person: Person) -> bytes:
        try:
            form = json.loads(body)
        except (ValueError, RecursionError) as exc:
            raise Forbidden("The page's request is not JSON; reload the page.") from exc
        form = self._files.inward_json(form, person)
        if isinstance(form, dict):
            entries = cast(dict[str, Any], form)
            for key in ("session_hash", "event_id"):
                identifier = entries.get(key)
                if isinstance(identifier, str) and identifier:
                    self._claims.claim(identifier, person)
        # Always written anew: what was checked is what Gradio reads.
        return json.dumps(form).encode("utf-8", "surrogatepass")


class _Answer:
    """One answer of Gradio's on its way out; an ASGI `send`."""

    def __init__(self, files: PageFiles, claims: Claims, person: Person, scope: Scope, send: Send) -> None:
        self._files = files
        self._claims = claims
        self._person = person
        self._path = scope["path"]
        self._host = Headers(scope=scope).get("host", "")
        self._send = send
        self._start: Message | None = None
        self._kind = ""
        self._pending = bytearray()
        self._is_fault = False
        self.has_begun = False
        """Whether something was sent, so that nothing else can be."""

    @property
    def flows(self) -> bool:
        """Whether events are on their way."""
        return self.has_begun and self._kind == "text/event-stream"

    async def end(self) -> None:
        """Nothing more comes."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            self._kind = headers.get("content-type", "").partition(";")[0].strip()
            if message["status"] == 500 and self._kind == "text/plain":
                # Two words, and the exception follows: whoever catches that has a sentence.
                self._is_fault = True
                return
            self.has_begun = True
            if self._kind in {"application/json", "text/html"}:
                self._start = message  # held back: the body's length may change
                return
            await self._send(message)
        elif self._is_fault:
            return
        elif message["type"] != "http.response.body":
            await self._send(message)
        elif self._kind == "text/event-stream":
            await self._send({**message, "body": self._events(message)})
        elif self._start is not None:
            self._pending += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_whole(self._start)
        else:
            await self._send(message)

    async def _send_whole(self, start: Message) -> None:
        body = bytes(self._pending)
        headers = MutableHeaders(raw=start["headers"])
        if self._kind == "text/html":
            nonce = secrets.token_urlsafe(16)
            body = self._files.signed(body.decode(), self._person).encode() if self._mentions(body) else body
            # The scripts of the page as it was made here, and no script that gets in later.
            body = body.replace(b"<script", f'<script nonce="{nonce}"'.encode())
            headers["content-security-policy"] = page_policy(nonce, self._host)
            headers["cache-control"] = "no-store"
        else:
            body = self._json(body)
        headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _json(self, body: bytes) -> bytes:
        claims_event = JOIN.fullmatch(self._path) is not None
        if not claims_event and not self._mentions(body):
            return body
        try:
            value = json.loads(body)
        except ValueError:
            return self._files.redacted(body.decode("utf-8", "replace")).encode()
        if claims_event and isinstance(value, dict):
            event = cast(dict[str, Any], value).get("event_id")
            if isinstance(event, str):
                self._claims.claim(event, self._person)
        is_upload = self._path == UPLOAD
        return json.dumps(self._files.outward_json(value, self._person, is_file=is_upload)).encode()

    def _events(self, message: Message) -> bytes:
        """The whole events of what has come so far; an event cut in two waits for its end."""
        self._pending += message.get("body", b"")
        end = self._pending.rfind(b"\n\n") + 2 if message.get("more_body", False) else len(self._pending)
        if end < 2:
            return b""
        ready = bytes(self._pending[:end])
        del self._pending[:end]
        if not self._mentions(ready):
            return ready
        return b"\n".join(self._event_lines(ready.split(b"\n")))

    def _event_lines(self, lines: Iterable[bytes]) -> Iterable[bytes]:
        for line in lines:
            if line.startswith(b"data:") and self._mentions(line):
                try:
                    value = json.loads(line[5:])
                except ValueError:
                    yield self._files.redacted(line.decode("utf-8", "replace")).encode()
                    continue
                yield b"data: " + json.dumps(self._files.outward_json(value, self._person)).encode()
            else:
                yield line

    def _mentions(self, body: bytes) -> bool:
        return self._files.mentioned_in(body)


def _json_headers(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    kept = [
        (name, value)
        for name, value in headers
        if name not in {b"content-length", b"content-type", b"transfer-encoding"}
    ]
    return [*kept, (b"content-type", b"application/json"), (b"content-length", str(length).encode())]


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _no_such_page(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": "There is nothing here."})
        return
    body = error_body("There is nothing at this address.", "invalid_request_error", "not_found")
    await JSONResponse(body, status_code=404)(scope, receive, send)
