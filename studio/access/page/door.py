"""What stands between the world and Gradio's application: an ASGI wrapper that narrows its routes, ties its sessions to
people, and renames its files. Knows nothing of what the page shows.
"""

import json
import logging
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.access.careful_json import LARGE_BODY_BYTES, parsed, written
from studio.access.current import person_in
from studio.access.errors import Refusal, Unreadable, error_body
from studio.access.headers import page_policy
from studio.access.page.file_answer import send_file
from studio.access.page.files import PageFiles
from studio.access.page.refusals import UNREADABLE, blame, in_our_words, refusal_response
from studio.access.page.routes import API, FILE, JOIN, STATIC, TAKES_JSON, UPLOAD, Claims, is_open
from studio.access.page.scripts import PageScripts
from studio.access.people import Person

log = logging.getLogger(__name__)

MOST_ENTRIES = 200_000
"""Brackets and commas of one form of the page; a book's chapters are the most of them."""


class PageDoor:
    """Gradio's application, for the people who may use it."""

    def __init__(self, page: ASGIApp, files: PageFiles, scripts: PageScripts) -> None:
        """Args: page: Gradio's application.  files: its folder's names.  scripts: those of its page."""
        self.page = page
        self._files = files
        self._scripts = scripts
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
            await self.page(scope, receive, send)
            return
        try:
            await self._pass(scope, receive, send)
        except Refusal as exc:
            await refusal_response(exc)(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        person = person_in(scope)
        scope = dict(scope)
        # Answers are read on their way out, so they must not be compressed before.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        self._claim_from_address(scope, person)
        if path.startswith(FILE):
            # Gradio would show a browser whatever it is; here it is a file and nothing else.
            await send_file(
                Path(self._files.inward(path.removeprefix(FILE), person)), self._files.folder, scope, receive, send
            )
            return
        if method == "POST" and TAKES_JSON.fullmatch(path):
            body = await self._json_in(receive, person)
            scope["headers"] = _json_headers(scope["headers"], len(body))
            receive = _replay(body, receive)
        answer = _Answer(self._files, self._claims, self._scripts, person, scope, send)
        try:
            if path == UPLOAD:
                await self._take_upload(scope, receive, answer)
            else:
                await self.page(scope, receive, answer)
        except RuntimeError as exc:
            if not answer.flows or not isinstance(exc.__cause__, HTTPException):
                raise
            # Gradio has told it in the stream already, before it raised it: the session is unknown.
            await answer.end()
        except Exception as exc:
            if answer.has_begun or method != "POST":
                raise
            reason = blame(exc)
            if not isinstance(reason, Refusal):
                raise reason from None
            log.warning("Gradio could not read a request of the page: %s", type(exc).__name__)
            await refusal_response(reason)(scope, receive, send)

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
            await self.page(scope, watched, send)
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
        """The whole body, checked and written anew; the gate has seen to its length."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > LARGE_BODY_BYTES:
            return await anyio.to_thread.run_sync(self._translate_in, bytes(body), person)
        return self._translate_in(bytes(body), person)

    def _translate_in(self, body: bytes, person: Person) -> bytes:
        form = self._files.inward_json(parsed(body, MOST_ENTRIES), person)
        if not isinstance(form, dict):
            raise Unreadable(UNREADABLE)
        entries = cast(dict[str, Any], form)
        for key in ("session_hash", "event_id"):
            identifier = entries.get(key)
            if isinstance(identifier, str) and identifier:
                self._claims.claim(identifier, person)
        # Always written anew: what was checked is what Gradio reads.
        return written(entries)


class _Answer:
    """One answer of Gradio's on its way out; an ASGI `send`."""

    def __init__(
        self, files: PageFiles, claims: Claims, scripts: PageScripts, person: Person, scope: Scope, send: Send
    ) -> None:
        self._files = files
        self._claims = claims
        self._scripts = scripts
        self._person = person
        self._path = scope["path"]
        self._host = Headers(scope=scope).get("host", "")
        self._send = send
        self._start: Message | None = None
        self._kind = ""
        self._pending = bytearray()
        self._is_fault = False
        self._is_refusal = False
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
            self._is_refusal = message["status"] >= 400
            if self._is_refusal or self._kind in {"application/json", "text/html"}:
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
        if self._is_refusal:
            start["status"], told = in_our_words(
                start["status"], self._files.redacted(body.decode("utf-8", "replace")).encode()
            )
            body = json.dumps(told).encode()
            headers["content-type"] = "application/json"
        elif self._path == "/" and self._kind == "text/html":
            nonce = secrets.token_urlsafe(16)
            text = self._files.signed(body.decode(), self._person) if self._mentions(body) else body.decode()
            # The scripts of the page as it was made here, and no script that gets in later.
            body = self._scripts.signed(text, nonce).encode()
            headers["content-security-policy"] = page_policy(nonce, self._host)
            headers["cache-control"] = "no-store"
        elif self._kind == "application/json":
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
