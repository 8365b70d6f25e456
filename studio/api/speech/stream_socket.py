"""WS /ws/orpheus: text in, speech out as float32 while it is being made, with any installed voice.

    client                                             studio
    {"type": "start_orpheus_stream", "text", ...} ->
                                                  <-   {"type": "stream_started", "sample_rate", ...}
                                                  <-   binary: b"PCM0" ... (pcm_frame.py), or, with
                                                       "encoding": "base64", {"type": "audio_chunk", "audio", ...}
    {"type": "cancel"}                            ->
                                                  <-   {"type": "stream_complete", "cancelled", counts ...}
                                                  <-   {"type": "error", "message", "code"}

One stream at a time on a socket, as many after one another as the client likes. A client that does not read is not sent
to: the model waits, and only a few chunks do. A client that leaves stops the model within one chunk.
"""

import asyncio
import base64
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import APIRouter, Depends, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

from engine.errors import EngineError, OptionError
from engine.pool import ModelPool
from engine.types import AudioChunk, SpeechRequest
from studio.access import Person, StreamSlot
from studio.access.careful_json import LARGE_BODY_BYTES
from studio.api import names
from studio.api.bridge import Cancel, Pump, off_loop
from studio.api.context import Asking
from studio.api.errors import wire
from studio.api.speech.pcm_frame import frame, parted
from studio.api.speech.speaking import Speaking, as_kept, own_of, speaking
from studio.api.speech.stream_protocol import (
    StreamChunk,
    StreamComplete,
    StreamError,
    StreamStart,
    StreamStarted,
    parse,
)

router = APIRouter()
log = logging.getLogger(__name__)

IDLE_TIMEOUT_S = 600.0
STALL_TIMEOUT_S = 60.0
"""How long a client may read nothing before its stream is given up: it holds a model meanwhile."""
CHUNKS_WAITING = 2
GOING_AWAY, FAILED = 1001, 1011


@router.websocket("/ws/orpheus")
async def speak(socket: WebSocket, application: Annotated[Speaking, Depends(speaking)], asking: Asking) -> None:
    """Speak what a program sends, request by request."""
    await socket.accept()
    try:
        await _Session(socket, application, asking).run()
    except WebSocketDisconnect:
        return
    except Exception:
        log.exception("a speech socket failed")
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(FAILED, "Something went wrong inside the studio; its log tells more.")


class _Session:
    """One socket: one task reads it, another sends the stream that runs."""

    def __init__(self, socket: WebSocket, application: Speaking, asking: Person) -> None:
        self._socket = socket
        self._application = application
        self._asking = asking
        self._stream: _Stream | None = None
        self._sending: asyncio.Task[None] | None = None
        self._stalled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Until the client leaves, says nothing for long, or stops reading."""
        reading = asyncio.ensure_future(self._read())
        try:
            await asyncio.wait({reading, self._stalled}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            reading.cancel()
            if self._sending is not None:
                self._sending.cancel()
            await asyncio.gather(reading, *filter(None, [self._sending]), return_exceptions=True)

    @property
    def _is_speaking(self) -> bool:
        return self._sending is not None and not self._sending.done()

    async def _read(self) -> None:
        while True:
            try:
                message = await asyncio.wait_for(self._socket.receive(), IDLE_TIMEOUT_S)
            except TimeoutError:
                if self._is_speaking:
                    continue
                await self._socket.close(GOING_AWAY, "Nothing was asked for in ten minutes.")
                return
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1000))
            await self._answer(cast(str | None, message.get("text")))

    async def _answer(self, text: str | None) -> None:
        request_id = ""
        try:
            if text is None:
                raise OptionError("Binary messages go from the studio to the client only; send JSON as text.")
            message = parse(text) if len(text) <= LARGE_BODY_BYTES else await off_loop(parse, text)
            if isinstance(message, StreamStart):
                request_id = message.request_id
                await self._start(message)
            elif self._stream is not None:
                self._stream.cancel()
        except EngineError as exc:
            await self._socket.send_text(_error(exc, request_id))

    async def _start(self, start: StreamStart) -> None:
        if self._sending is not None and self._stream is not None and self._stream.is_cancelled:
            await asyncio.wait({self._sending})
        if self._is_speaking:
            raise OptionError(
                "This socket is speaking already; cancel that, wait for its end, or open a second socket."
            )
        settings, limits = self._application.settings, self._application.access.limits
        limits.check_speech_text(start.text)
        own = own_of(self._application, self._asking)

        def choose() -> tuple[str, str, SpeechRequest]:
            who = names.speaker(
                settings,
                model=start.model,
                voice=start.voice,
                language=start.language,
                text=start.text,
                own=own,
            )
            request = who.asked(start.request(start.text))
            with_words, book = start.saved_pronunciations, start.book
            kept = as_kept(self._application, self._asking, who.model, request, with_words=with_words, book=book)
            return who.model, who.voice, kept

        model, voice, request = await off_loop(choose)
        slot = limits.open_stream(self._asking)
        self._stream = _Stream(self._application.pool, model, voice, start, request, slot)
        self._sending = asyncio.ensure_future(self._send(self._stream))

    async def _send(self, stream: "_Stream") -> None:
        """One stream, from its first sound to the message that ends it."""
        try:
            try:
                async with contextlib.aclosing(stream.messages()) as messages:
                    async for message in messages:
                        await self._put(message)
                await self._put(stream.complete())
            except EngineError as exc:
                await self._put(_error(exc, stream.request_id))
            except TimeoutError:
                log.warning("a client read nothing for %.0f s; its stream was given up", STALL_TIMEOUT_S)
                self._stall()
            except (RuntimeError, WebSocketDisconnect):
                self._stall()  # the socket closed under our hands; the reader learns of it too
        except Exception:
            log.exception("a stream failed")
            self._stall()

    async def _put(self, message: bytes | BaseModel | str) -> None:
        async with asyncio.timeout(STALL_TIMEOUT_S):
            if isinstance(message, bytes):
                await self._socket.send_bytes(message)
            else:
                await self._socket.send_text(message if isinstance(message, str) else message.model_dump_json())

    def _stall(self) -> None:
        if not self._stalled.done():
            self._stalled.set_result(None)


@dataclass
class _Counts:
    frames: int = 0
    told: int = 0
    chunks: int = 0
    samples: int = 0
    last: AudioChunk | None = None
    notices: dict[str, None] = field(default_factory=dict[str, None])


class _Stream:
    """One request: the model's chunks as messages, and what there is to count."""

    def __init__(
        self, pool: ModelPool, model: str, voice: str, start: StreamStart, request: SpeechRequest, slot: StreamSlot
    ) -> None:
        self.request_id = start.request_id
        self._start = start
        self._model = model
        self._voice = voice
        self._counts = _Counts()
        self.is_cancelled = False

        def work(cancel: Cancel) -> Iterator[AudioChunk]:
            with slot:
                chunks = cancel.closes(pool.speak(model, request))
                try:
                    yield from chunks
                finally:
                    chunks.close()

        self._pump = Pump[AudioChunk](work, depth=CHUNKS_WAITING, name="speech-socket")

    def cancel(self) -> None:
        """Stop the model; `messages` ends at once."""
        self.is_cancelled = True
        self._pump.cancel()

    async def messages(self) -> AsyncGenerator[bytes | StreamStarted | StreamChunk]:
        """What the client is sent before the end.

        Yields:
            One message that says what comes, then the sound, as it was asked for.

        Raises:
            EngineError: the request cannot be spoken.
        """
        counts = self._counts
        try:
            async for chunk in self._pump:
                if self.is_cancelled:
                    break
                if counts.last is None:
                    yield self._started(chunk)
                counts.last = chunk
                counts.chunks += len(chunk.samples) > 0
                counts.notices.update(dict.fromkeys(chunk.notices))
                for message in self._pieces(chunk):
                    if self.is_cancelled:
                        break
                    yield message
        except EngineError:
            if not self.is_cancelled:
                raise
        finally:
            # The model's place and the person's are free before the client hears that the stream is over.
            await self._pump.aclose()

    def _pieces(self, chunk: AudioChunk) -> Iterator[bytes | StreamChunk]:
        """A chunk's sound as messages; counted when the next is asked for."""
        counts = self._counts
        is_base64 = self._start.encoding == "base64"
        parts = list(parted(chunk.samples))
        tells = is_base64 or self._start.metrics
        if tells and chunk.is_final and not parts:
            parts = [chunk.samples[:0]]
        for at, part in enumerate(parts):
            if tells:
                yield StreamChunk(
                    request_id=self.request_id,
                    index=counts.told,
                    is_final=chunk.is_final and at == len(parts) - 1,
                    audio=base64.b64encode(part.astype("<f4").tobytes()).decode("ascii") if is_base64 else None,
                    sample_rate=chunk.sample_rate,
                    samples=len(part),
                    time_to_first_audio=round(chunk.ttfa_s, 4),
                    tokens=chunk.tokens,
                    tokens_per_second=round(chunk.tokens_per_second, 2),
                )
                counts.told += 1
            if len(part):
                if not is_base64:
                    yield frame(part, chunk.sample_rate)
                counts.frames += 1
                counts.samples += len(part)

    def complete(self) -> StreamComplete:
        """The last message."""
        counts, last = self._counts, self._counts.last
        rate = last.sample_rate if last else 0
        return StreamComplete(
            request_id=self.request_id,
            cancelled=self.is_cancelled,
            frames=counts.frames,
            chunks=counts.chunks,
            samples=counts.samples,
            sample_rate=rate,
            seconds=round(counts.samples / rate, 6) if rate else 0.0,
            tokens=last.tokens if last else 0,
            tokens_per_second=round(last.tokens_per_second, 2) if last else 0.0,
            ttfa_ms=round(last.ttfa_s * 1000, 2) if last else 0.0,
            audio_seconds=_rounded(last.audio_s) if last else None,
            wall_seconds=_rounded(last.wall_s) if last else None,
            notices=list(counts.notices),
        )

    def _started(self, chunk: AudioChunk) -> StreamStarted:
        return StreamStarted(
            request_id=self.request_id,
            model=self._model,
            voice=self._voice,
            sample_rate=chunk.sample_rate,
            ttfa_ms=round(chunk.ttfa_s * 1000, 2),
            lead_ms=round(chunk.lead_s * 1000, 1),
        )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def _error(exc: EngineError, request_id: str) -> str:
    error = wire(exc)[1]["error"]
    return StreamError(
        request_id=request_id, message=error["message"], code=error["code"] or "failed"
    ).model_dump_json()
