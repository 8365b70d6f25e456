"""WS /v1/audio/transcriptions/realtime: a microphone's PCM in, certain and presumed words out.

    client                                             studio
    {"model", "language", "sample_rate"}          ->
                                                  <-   {"status": "ready", "model", "sample_rate"}
    binary: int16 LE mono PCM, any packet size    ->
                                                  <-   {"type": "delta", "delta"}   (certain text, to append)
                                                  <-   {"type": "partial", "stable", "draft", "audio", "speech"}
    {"action": "stop"}                            ->
                                                  <-   {"type": "complete", "text", "words", "audio"}

Beyond that, for those who ask for it in the first message:

    "translate": true, "prompt", "hotwords"    for models that can; see POST /v1/audio/transcriptions.
    "resumable": true    the answer names a `session`; {"type": "ack", "received"} tells how many samples have arrived.
                         Whoever loses the connection keeps what is not acknowledged, comes back within a minute with
                         {"session", "words": certain words so far}, learns `received`, and sends on from there.
    "keep": true         the sound is kept, and POST .../{session}/save makes a transcript of it after the end.
    "partial_interval_ms"  how much sound lies between two answers about words that may still change.
    {"action": "flush"}  what was said so far becomes certain, and listening goes on without a gap.
    {"action": "pause"}  the same, and the session waits, for half an hour at most.
    {"action": "clear"}  words and sound so far are forgotten.
    {"action": "finish"} as "stop".
    {"action": "cancel"} the end at once: nothing more is decided, nothing is kept; answered with {"type": "cancelled"}.

{"type": "flush"} says the same as {"action": "flush"}. What cannot be done is answered with {"type": "error"}, and the
session goes on. A Whisper hears the last half minute once more at the end: `text` and `words` of "complete" are what it
then says, and may differ from the deltas that were told before all was known.

Time is counted in samples of what was sent. Half a minute that cannot be heard yet waits in memory, the rest in the
socket.
"""

import asyncio
import contextlib
import json
import logging
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response

from engine import registry
from engine.defaults import who_is_quicker
from engine.errors import EngineError, InputError, ModelNotDownloaded, ModelNotFound, OptionError
from engine.registry.guidance import check_guidance
from engine.stt.base import Guidance
from engine.stt.segments import segments_of
from engine.types import Transcript
from engine.wording import listed
from studio.access import StreamSlot, TooMany
from studio.access.errors import error_body
from studio.api import names
from studio.api.bridge import off_loop
from studio.api.context import ApiContext, Asking, Context
from studio.api.errors import invalid_sentence, wire
from studio.api.events import Deleted, LiveError, LiveFailed, LiveSave, LiveStart
from studio.api.kept.jobs import job_json
from studio.api.live_recording import LiveRecording
from studio.api.live_session import Command, ResumableSession
from studio.library.errors import IllegalMove, NotFound
from studio.library.jobs.options import TranscriptionOptions

router = APIRouter()
log = logging.getLogger(__name__)

START_TIMEOUT_S = 30.0
IDLE_TIMEOUT_S = 120.0
PAUSE_TIMEOUT_S = 1800.0
SEND_TIMEOUT_S = 20.0
"""A client that does not take a message for so long does not read."""
REFUSED, FAILED, REPLACED = 1008, 1011, 4000
LEFT = frozenset({1000, 1001})
"""How a client closes that wants to go; anything else is a connection that was lost (a torn one reads as 1005 here)."""
ADDRESS = "/v1/audio/transcriptions/realtime"
MAX_COMMAND_CHARS = 1000
COMMANDS: dict[str, Command | Literal["cancel"]] = {
    "stop": "stop",
    "finish": "stop",
    "flush": "flush",
    "pause": "pause",
    "clear": "clear",
    "cancel": "cancel",
}
"""What a client may say, and what is meant."""


@router.websocket(ADDRESS)
async def listen(socket: WebSocket, context: Context, asking: Asking) -> None:
    """Recognise a microphone while it speaks."""
    await socket.accept()
    connection = _Connection(socket)
    try:
        start = await _start(socket)
        if start.session:
            session = context.live.find(asking.name, start.session)
            context.live.back(session)
        else:
            session = await _begin(context, asking, start)
        try:
            await session.attach(connection, start.words)
            await connection.serve(session)
        except WebSocketDisconnect as exc:
            connection.lost = exc.code not in LEFT
        finally:
            if session.detach(connection) or session.ended.is_set():
                _settle(context, session, connection.lost)
    except WebSocketDisconnect:
        return
    except EngineError as exc:
        is_theirs = isinstance(exc, InputError | ModelNotFound | ModelNotDownloaded | TooMany | NotFound)
        await _close(socket, wire(exc)[1], REFUSED if is_theirs else FAILED)
    except Exception:
        log.exception("a live transcription failed")
        sentence = "Something went wrong inside the studio; its log tells more."
        await _close(socket, error_body(sentence, "server_error", "internal_error"), FAILED)


@router.post(ADDRESS + "/{session}/save", status_code=201, tags=["transcriptions"])
async def save(session: str, body: LiveSave, context: Context, asking: Asking) -> Response:
    """Keep a session that has ended, words and sound, as a transcript; answers with its job."""
    live = context.live.find(asking.name, session)
    if live.is_stopping:
        # The client is told its last words a moment before all is put away.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(live.ended.wait(), START_TIMEOUT_S)
    if not live.ended.is_set():
        raise IllegalMove("Stop listening first; then the captions can be saved.")
    recording = await off_loop(live.recording.take) if live.recording is not None else None
    if recording is None:
        raise NotFound("No sound of these captions was kept, so there is nothing to save.")
    segments = tuple(segments_of(live.words))
    options = live.options
    transcript = Transcript(segments, options.written_language(segments), live.kept_s, options.model)
    view = await off_loop(
        context.library.keep_transcript, asking.name, body.title or "Captions", recording, transcript, options
    )
    context.live.drop(live)
    return JSONResponse(job_json(view), status_code=201, headers={"location": f"/v1/transcripts/{view.id}"})


@router.delete(ADDRESS + "/{session}", tags=["transcriptions"])
async def forget(session: str, context: Context, asking: Asking) -> Deleted:
    """Drop a session, with its sound."""
    context.live.drop(context.live.find(asking.name, session))
    return Deleted(id=session, object="live_session")


async def _begin(context: ApiContext, asking: Asking, start: LiveStart) -> ResumableSession:
    guidance = Guidance.written(start.translate, start.prompt, start.hotwords)
    model = names.listener(start.model, context.settings, start.language, guidance.needs).model
    check_guidance(registry.find(model, "transcribe"), guidance)
    told = TranscriptionOptions(
        model, start.language.lower(), translate=guidance.translates, prompt=guidance.prompt, hotwords=guidance.hotwords
    )
    slot = await _slot(context, asking)
    interval_s = None if start.partial_interval_ms is None else start.partial_interval_ms / 1000
    try:
        handle = await off_loop(
            partial(
                context.pool.live,
                model,
                told.language,
                start.sample_rate,
                guidance=told.guidance,
                partial_interval_s=interval_s,
            )
        )
    except BaseException:
        slot.close()
        raise

    def record(name: str) -> LiveRecording:
        most = context.access.limits.allowance.max_upload_bytes
        return LiveRecording(context.library.storage, asking.name, name, start.sample_rate, most)

    session = ResumableSession(
        asking.name, handle, slot, told, start.sample_rate,
        is_resumable=start.resumable or start.keep, record=record if start.keep else None,
        quicker=partial(_quicker, model, told.language, context.settings.models_dir, guidance.needs),
    )  # fmt: skip
    context.live.add(session)
    return session


def _quicker(model: str, language: str, models_dir: Path | None, needs: frozenset[str]) -> str:
    """Who would keep pace, as a sentence."""
    other = who_is_quicker(model, language, models_dir, needs=needs)
    if other is None:
        return "No quicker one is on this machine."
    return f"{other.name} is here too and quicker{', though it mishears more' if other.built_in else ''}."


async def _slot(context: ApiContext, asking: Asking) -> StreamSlot:
    """A place among the person's streams; a session whose client was lost makes room for one who is here."""
    try:
        return context.access.limits.open_stream(asking)
    except TooMany:
        if not context.live.give_up_one(asking.name):
            raise
        await context.live.settled()
        return context.access.limits.open_stream(asking)


def _settle(context: ApiContext, session: ResumableSession, lost: bool) -> None:
    """What becomes of a session that nobody is attached to any more."""
    is_deciding = session.is_stopping or session.ended.is_set()
    if session.is_cancelled:
        context.live.drop(session)
    elif is_deciding and session.error is None and session.is_resumable:
        context.live.over(session)
    elif lost and session.is_resumable and session.error is None:
        context.live.away(session)
    else:
        context.live.drop(session)


async def _start(socket: WebSocket) -> LiveStart:
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            message = await socket.receive()
    except TimeoutError as exc:
        raise OptionError("Nothing came in 30 seconds; begin with a JSON message that names the sample_rate.") from exc
    text = _text_of(message)
    if text is None:
        raise OptionError("The first message must be JSON that names the sample_rate; sound follows it.")
    try:
        return LiveStart.model_validate_json(text)
    except ValidationError as exc:
        raise OptionError(invalid_sentence(exc.errors())[0]) from exc


class _Connection:
    """One socket: reads it for a session, and is the session's listener."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._gone = asyncio.Event()
        self._is_deaf = False
        self._is_replaced = False
        self.lost = False
        """Whether the client went without saying so."""

    async def send(self, message: BaseModel) -> bool:
        """Send a message; False when nobody takes it."""
        if self._gone.is_set():
            return False
        sending = asyncio.ensure_future(self._socket.send_text(message.model_dump_json()))
        gone = asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait({sending, gone}, timeout=SEND_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and sending.exception() is None:
                return True
            self._is_deaf = not sending.done() and not gone.done()
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)
        self._gone.set()
        return False

    def replaced(self) -> None:
        """The client has come back on another connection."""
        self._is_replaced = True
        self._gone.set()

    async def serve(self, session: ResumableSession) -> None:
        """Until the session has ended, or this connection has.

        Raises:
            WebSocketDisconnect: the client has left, or was lost.
            EngineError: what came cannot be used, or the session failed.
        """
        reading = asyncio.ensure_future(self._read(session))
        ended = asyncio.ensure_future(session.ended.wait())
        gone = asyncio.ensure_future(self._gone.wait())
        try:
            done, _ = await asyncio.wait({reading, ended, gone}, return_when=asyncio.FIRST_COMPLETED)
            if reading in done:
                reading.result()
        finally:
            for task in (reading, ended, gone):
                task.cancel()
            await asyncio.gather(reading, ended, gone, return_exceptions=True)
        if session.error is not None:
            raise session.error
        if self._is_replaced:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.close(REPLACED, "You went on with this session elsewhere.")
        elif self._is_deaf:
            self.lost = True
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                reason = "You do not read what is sent to you, so the connection was closed."
                await asyncio.wait_for(self._socket.close(REFUSED, reason), 1)
        elif self._gone.is_set():
            await self._farewell()
        else:
            await self._socket.close()

    async def _farewell(self) -> None:
        """Nobody takes what is sent: read on to how the client has gone.

        Raises:
            WebSocketDisconnect: always.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while True:
                    _text_of(await self._socket.receive())
        raise WebSocketDisconnect(1006)

    async def _read(self, session: ResumableSession) -> None:
        while True:
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with a message.
            idle_s = None if session.is_stopping else PAUSE_TIMEOUT_S if session.is_paused else IDLE_TIMEOUT_S
            try:
                async with asyncio.timeout(idle_s):
                    message = await self._socket.receive()
            except TimeoutError as exc:
                raise OptionError(
                    f"No sound came for {(idle_s or 0) / 60:.0f} minutes, so the session was closed."
                ) from exc
            text = _text_of(message)
            if text is None:
                await session.take(message["bytes"])
                continue
            try:
                command = _command(text)
                await (session.cancel() if command == "cancel" else session.ask(command))
            except OptionError as exc:
                # What was asked cannot be done; everything else can go on.
                await self.send(LiveFailed(error=LiveError(**wire(exc)[1]["error"])))


def _text_of(message: Any) -> str | None:
    """The text of a message, or None when it is sound.

    Raises:
        WebSocketDisconnect: the client has left.
    """
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return cast(str | None, message.get("text"))


def _command(text: str) -> Command | Literal["cancel"]:
    """What a message asks for.

    Raises:
        OptionError: nothing that is known here.
    """
    try:
        message = json.loads(text) if len(text) <= MAX_COMMAND_CHARS else None
    except (ValueError, RecursionError) as exc:
        raise OptionError('Send sound as binary messages, and {"action": "finish"} at the end.') from exc
    said = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    action = said.get("action", said.get("type"))
    if not isinstance(action, str) or action not in COMMANDS:
        raise OptionError(f"The actions are {listed(COMMANDS)}.")
    return COMMANDS[action]


async def _close(socket: WebSocket, body: dict[str, Any], code: int) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        reason = body["error"]["message"].encode()[:120].decode("utf-8", "ignore")
        await asyncio.wait_for(socket.send_json({"type": "error", **body}), 5)
        await asyncio.wait_for(socket.close(code, reason), 5)
