"""POST /v1/audio/speech: text in, one valid audio container out while it is being spoken."""

import base64
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from engine.audio.files.encode import FORMATS, open_encoder, write_file
from engine.errors import EngineError, OptionError
from engine.types import AudioChunk, SpeechRequest
from studio.access import Person, StreamSlot
from studio.api import names
from studio.api.bridge import Cancel, Pump, off_loop
from studio.api.context import ApiContext, Asking, Context
from studio.api.errors import wire
from studio.api.events import SpeechBody, SpeechDelta, SpeechDone, SpeechFormat, Usage, WordTime, sse
from studio.api.json_route import LongJsonRoute
from studio.api.speech.clip_recorder import ClipRecorder
from studio.api.speech.speaking import as_kept, own_of
from studio.api.streamed import PumpedResponse
from studio.library import signing
from studio.library.voices.dressed import Dressed
from studio.library.voices.provenance import told

router = APIRouter(tags=["speech"], route_class=LongJsonRoute)


@router.post("/v1/audio/speech", response_class=Response)
async def speak(
    request: Request,
    body: SpeechBody,
    context: Context,
    asking: Asking,
    x_studio_keep: str = Header("", max_length=10),
) -> Response:
    """Speak a text. The first bytes leave with the first sound, unless `stream` is false; leaving the connection stops
    the voice.
    """
    if not body.stream and body.stream_format == "sse":
        raise OptionError("`stream` is false, so there are no events to send: leave out `stream` or `stream_format`.")
    context.access.limits.check_speech_text(body.input)
    who = await off_loop(
        partial(
            names.speaker,
            context.settings,
            model=body.model,
            voice=body.voice_name,
            language=body.language,
            text=body.input,
            own=own_of(context, asking),
        )
    )
    spoken = body.request(body.input, pronunciations=tuple(said.entry() for said in body.pronunciations))
    slot = context.access.limits.open_stream(asking)
    work = _Speech(context, asking, who, spoken, body, slot, keep=x_studio_keep == "1")
    if not body.stream:
        return await _whole(request, work, body.response_format)
    pump = Pump[bytes](work, name="speech")
    first = await pump.first_for(request)
    media_type = "text/event-stream" if body.stream_format == "sse" else FORMATS[body.response_format].media_type
    return PumpedResponse(first, pump, media_type, work.headers())


async def _whole(request: Request, work: "_Speech", audio_format: SpeechFormat) -> Response:
    pump = Pump[Path](work.whole, name="speech")
    path = await pump.first_for(request)
    gone = BackgroundTask(path.unlink, missing_ok=True)
    headers = {"cache-control": "no-store", **work.headers()}
    return FileResponse(path, media_type=FORMATS[audio_format].media_type, headers=headers, background=gone)


class _Speech:
    """The work of one request, on its own thread: the model's chunks, encoded."""

    def __init__(
        self,
        context: ApiContext,
        asking: Person,
        who: Dressed,
        spoken: SpeechRequest,
        body: SpeechBody,
        slot: StreamSlot,
        keep: bool,
    ) -> None:
        self._context = context
        self._asking = asking
        self._who = who
        self._spoken = spoken
        self._body = body
        self._slot = slot
        self._made_by = told(who, spoken)
        self._recorder = _recorder(context, asking, who, spoken) if keep else None
        self._first_chunk: AudioChunk | None = None

    def __call__(self, cancel: Cancel) -> Iterator[bytes]:
        with self._spoken_chunks(cancel) as chunks:
            yield from self._events(chunks) if self._body.stream_format == "sse" else self._container(chunks)

    def whole(self, cancel: Cancel) -> Iterator[Path]:
        """All of it as one file, which is the caller's to remove."""
        with self._spoken_chunks(cancel) as chunks:
            first = next(chunks)
            samples = (chunk.samples for chunk in chain([first], chunks))
            path = self._context.library.storage.uploads(self._asking.name) / f"whole-{secrets.token_hex(8)}"
            write_file(path, samples, self._body.response_format, first.sample_rate, made_by=self._made_by)
            self._sign(path)
            try:
                yield path
            except GeneratorExit:
                path.unlink(missing_ok=True)  # nobody took it
                raise

    def _sign(self, path: Path) -> None:
        ending = FORMATS[self._body.response_format].extension
        if signing.is_on(self._context.settings, ending):
            storage = self._context.library.storage
            signing.sign_finished(self._context.settings, storage, path, self._made_by, f"speech{ending}", ending)

    @contextmanager
    def _spoken_chunks(self, cancel: Cancel) -> Generator[Iterator[AudioChunk]]:
        with self._slot:
            kept = as_kept(
                self._context,
                self._asking,
                self._who.model,
                self._who.asked(self._spoken),
                with_words=self._body.saved_pronunciations,
                book=self._body.book,
            )
            stream = cancel.closes(self._context.pool.speak(self._who.model, kept))
            try:
                yield self._watched(stream)
            finally:
                stream.close()
                if self._recorder is not None:
                    self._recorder.finish()

    def headers(self) -> dict[str, str]:
        """What a client may want to know before the first sample."""
        chunk = self._first_chunk
        if chunk is None:
            return {}
        headers = {"x-sample-rate": str(chunk.sample_rate), "x-ttfa-ms": f"{chunk.ttfa_s * 1000:.1f}"}
        headers |= {"x-studio-model": quote(self._who.model, "/"), "x-studio-voice": quote(self._who.named, "+:")}
        if chunk.notices:
            headers["x-studio-notices"] = quote(" ".join(chunk.notices)[:1000])
        return headers

    def _watched(self, chunks: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
        for chunk in chunks:
            if self._first_chunk is None:
                self._first_chunk = chunk
            if self._recorder is not None:
                self._recorder.add(chunk)
            yield chunk

    def _container(self, chunks: Iterator[AudioChunk]) -> Iterator[bytes]:
        for _, block in self._encoded(chunks):
            if block:
                yield block

    def _events(self, chunks: Iterator[AudioChunk]) -> Iterator[bytes]:
        last: AudioChunk | None = None
        index = 0
        try:
            for chunk, block in self._encoded(chunks):
                last = chunk or last
                if chunk is None or block or chunk.words or chunk.notices:
                    yield sse(_delta(index, chunk, last, block))
                    index += 1
        except EngineError as exc:
            if self._first_chunk is None:
                raise  # nothing was said yet: this becomes the answer's status
            yield sse({"type": "error", **wire(exc)[1]})
            return
        clip = self._recorder.finish() if self._recorder is not None else None
        yield sse(_done(self._spoken, last, clip))

    def _encoded(self, chunks: Iterator[AudioChunk]) -> Iterator[tuple[AudioChunk | None, bytes]]:
        """Each chunk with the container's bytes that are ready after it; the container's end with None."""
        encoder: Any = None
        try:
            for chunk in chunks:
                if encoder is None:
                    encoder = open_encoder(self._body.response_format, chunk.sample_rate, made_by=self._made_by)
                yield chunk, encoder.feed(chunk.samples) if len(chunk.samples) else b""
            if encoder is not None:
                yield None, encoder.finish()
        finally:
            if encoder is not None:
                encoder.close()


def _recorder(context: ApiContext, asking: Person, who: Dressed, spoken: SpeechRequest) -> ClipRecorder:
    """Keeps the clip under the voice's name as the person calls it."""
    return ClipRecorder(context.library, asking.name, who.model, replace(spoken, voice=who.named), told(who, spoken))


def _delta(index: int, chunk: AudioChunk | None, last: AudioChunk | None, block: bytes) -> SpeechDelta:
    """What became of a chunk; None is the container's end, of which `last` was the last."""
    return SpeechDelta(
        audio=base64.b64encode(block).decode("ascii"),
        sample_rate=last.sample_rate if last else 0,
        words=[WordTime.of(word) for word in chunk.words] if chunk else [],
        notices=list(chunk.notices) if chunk else [],
        lead=round(chunk.lead_s, 3) if chunk else 0.0,
        index=index,
        is_final=chunk is None,
        time_to_first_audio=round(last.ttfa_s, 4) if last else 0.0,
        tokens=last.tokens if last else 0,
        tokens_per_second=round(last.tokens_per_second, 2) if last else 0.0,
    )


def _done(spoken: SpeechRequest, last: AudioChunk | None, clip: str | None) -> SpeechDone:
    tokens = last.tokens if last else 0
    return SpeechDone(
        usage=Usage(input_tokens=len(spoken.text), output_tokens=tokens, total_tokens=len(spoken.text) + tokens),
        duration=round((last.audio_s or 0.0) if last else 0.0, 4),
        ttfa=round(last.ttfa_s if last else 0.0, 4),
        audio_seconds=round((last.audio_s or 0.0) if last else 0.0, 4),
        wall_seconds=round((last.wall_s or 0.0) if last else 0.0, 4),
        clip_id=clip,
    )
