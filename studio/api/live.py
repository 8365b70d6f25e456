"""WS /v1/audio/transcriptions/realtime: a microphone's PCM in, certain and presumed words out.

    client                                             studio
    {"model", "language", "sample_rate"}          ->
                                                  <-   {"status": "ready", "model", "sample_rate"}
    binary: int16 LE mono PCM, any packet size    ->
                                                  <-   {"type": "delta", "delta"}   (certain text, to append)
                                                  <-   {"type": "partial", "stable", "draft", "audio", "speech"}
    {"action": "stop"}                            ->
                                                  <-   {"type": "complete", "text", "words", "audio"}

Time is counted in samples of what was sent. What cannot be heard yet waits in the socket, not in memory.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any, cast

import numpy as np
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from engine.errors import AudioFormatError, EngineError, InputError, OptionError
from engine.pool import LiveHandle
from engine.types import Samples, TranscriptEvent, Word
from studio.access.errors import error_body
from studio.api import names
from studio.api.bridge import off_loop
from studio.api.context import Asking, Context
from studio.api.errors import invalid_sentence, wire
from studio.api.events import LiveComplete, LiveDelta, LivePartial, LiveStart, LiveWord

router = APIRouter()
log = logging.getLogger(__name__)

START_TIMEOUT_S = 30.0
IDLE_TIMEOUT_S = 120.0
MAX_WAITING_S = 4.0
"""Sound that may wait for the recogniser before we stop reading the socket."""
MAX_PACKET_BYTES = 1_000_000
REFUSED, FAILED = 1008, 1011


@router.websocket("/v1/audio/transcriptions/realtime")
async def listen(socket: WebSocket, context: Context, asking: Asking) -> None:
    """Recognise a microphone while it speaks."""
    await socket.accept()
    try:
        with context.access.limits.open_stream(asking):
            start = await _start(socket)
            model = names.model_id(start.model, "transcribe", context.settings)
            handle = await off_loop(context.pool.live, model, start.language.lower(), start.sample_rate)
            try:
                await socket.send_json({"status": "ready", "model": model, "sample_rate": start.sample_rate})
                await _Session(socket, handle, start.sample_rate).run()
            finally:
                handle.close()
    except WebSocketDisconnect:
        return
    except EngineError as exc:
        await _close(socket, wire(exc)[1], REFUSED if isinstance(exc, InputError) else FAILED)
    except Exception:
        log.exception("a live transcription failed")
        sentence = "Something went wrong inside the studio; its log tells more."
        await _close(socket, error_body(sentence, "server_error", "internal_error"), FAILED)


async def _start(socket: WebSocket) -> LiveStart:
    try:
        message = await asyncio.wait_for(socket.receive(), START_TIMEOUT_S)
    except TimeoutError as exc:
        raise OptionError("Nothing came in 30 seconds; begin with a JSON message that names the sample_rate.") from exc
    text = _text_of(message)
    if text is None:
        raise OptionError("The first message must be JSON that names the sample_rate; sound follows it.")
    try:
        return LiveStart.model_validate_json(text)
    except ValidationError as exc:
        raise OptionError(invalid_sentence(exc.errors())[0]) from exc


class _Session:
    """One microphone: one task reads the socket, one has the recogniser listen to all that waits."""

    def __init__(self, socket: WebSocket, handle: LiveHandle, sample_rate: int) -> None:
        self._socket = socket
        self._handle = handle
        self._max_waiting = int(MAX_WAITING_S * sample_rate)
        self._packets: deque[Samples] = deque()
        self._waiting = 0
        self._odd_byte = b""
        self._stopped = False
        self._changed = asyncio.Condition()
        self._words: list[Word] = []
        self._draft: tuple[Word, ...] = ()
        self._audio_s = 0.0

    async def run(self) -> None:
        """Until the client says stop or leaves."""
        reading = asyncio.ensure_future(self._read())
        hearing = asyncio.ensure_future(self._hear())
        try:
            done, _ = await asyncio.wait({reading, hearing}, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in (reading, hearing):
                task.cancel()
            await asyncio.gather(reading, hearing, return_exceptions=True)

    async def _read(self) -> None:
        while not self._stopped:
            try:
                message = await asyncio.wait_for(self._socket.receive(), IDLE_TIMEOUT_S)
            except TimeoutError as exc:
                raise OptionError("No sound came for two minutes, so the session was closed.") from exc
            text = _text_of(message)
            async with self._changed:
                if text is not None:
                    self._stopped = _is_stop(text)
                else:
                    self._take(message["bytes"])
                    await self._changed.wait_for(lambda: self._waiting <= self._max_waiting)
                self._changed.notify_all()

    def _take(self, packet: bytes) -> None:
        if len(packet) > MAX_PACKET_BYTES:
            raise AudioFormatError("A message holds too much sound; send less than a second at a time.")
        pcm16 = self._odd_byte + packet
        whole = len(pcm16) // 2 * 2
        self._odd_byte = pcm16[whole:]
        if whole:
            samples = np.frombuffer(pcm16, dtype="<i2", count=whole // 2).astype(np.float32) / np.float32(32768.0)
            self._packets.append(samples)
            self._waiting += len(samples)
            self._wake_hearing()

    def _wake_hearing(self) -> None:
        # The reader holds the condition's lock here, so the listener wakes as soon as the reader waits.
        self._changed.notify_all()

    async def _hear(self) -> None:
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._packets) or self._stopped)
                if not self._packets:
                    break
                samples = np.concatenate(self._packets)
                self._packets.clear()
            await self._tell(await off_loop(self._handle.add_audio, samples))
            async with self._changed:
                self._waiting -= len(samples)
                self._changed.notify_all()
        await self._tell(await off_loop(self._handle.finish))
        words = [LiveWord.of(word) for word in self._words]
        text = " ".join(word.text for word in self._words)
        await self._socket.send_text(LiveComplete(text=text, words=words, audio=self._audio_s).model_dump_json())
        await self._socket.close()

    async def _tell(self, events: Iterable[TranscriptEvent]) -> None:
        """Several events at once become one message: what is certain by now, and the last guess."""
        stable: list[Word] = []
        last: TranscriptEvent | None = None
        for last in events:
            stable.extend(last.stable)
        if last is None:
            return
        self._audio_s = round(last.audio_s, 3)
        if stable:
            space = " " if self._words else ""
            delta = space + " ".join(word.text for word in stable)
            self._words.extend(stable)
            await self._socket.send_text(LiveDelta(delta=delta).model_dump_json())
        self._draft = last.draft
        partial = LivePartial(
            stable=[LiveWord.of(word) for word in stable],
            draft=[LiveWord.of(word) for word in last.draft],
            audio=self._audio_s,
            speech=last.speech,
        )
        await self._socket.send_text(partial.model_dump_json())


def _text_of(message: Any) -> str | None:
    """The text of a message, or None when it is sound.

    Raises:
        WebSocketDisconnect: the client has left.
    """
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return cast(str | None, message.get("text"))


def _is_stop(text: str) -> bool:
    try:
        action = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise OptionError('Send sound as binary messages, and {"action": "stop"} at the end.') from exc
    if not isinstance(action, dict) or cast(dict[str, Any], action).get("action") != "stop":
        raise OptionError('The only action is {"action": "stop"}.')
    return True


async def _close(socket: WebSocket, body: dict[str, Any], code: int) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_json({"type": "error", **body})
        await socket.close(code, body["error"]["message"].encode()[:120].decode("utf-8", "ignore"))
