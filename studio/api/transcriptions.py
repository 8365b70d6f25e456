"""POST /v1/audio/transcriptions and /translations: a recording in, its words out, whole or as they are recognised."""

import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from engine import registry
from engine.audio.files.io import probe, read_blocks
from engine.errors import EngineError, OptionError
from engine.spacing import gap
from engine.stt import exports
from engine.stt.base import Guidance, language_of
from engine.types import Segment, Transcript, Word
from engine.wording import listed
from studio.access import StreamSlot
from studio.api import names
from studio.api.asked import unknown
from studio.api.bridge import Cancel, Pump, off_loop_for
from studio.api.context import ApiContext, Asking, Context
from studio.api.errors import wire
from studio.api.events import sse
from studio.api.form_values import yes_or_no
from studio.api.streamed import PumpedResponse
from studio.api.uploads import Form, FormError, UploadedFile, received_form
from studio.library.jobs.options import MAX_HOTWORDS, MAX_PROMPT_CHARS

router = APIRouter(tags=["transcriptions"])
GRANULARITIES = ("word", "segment")
OPENAI_FORMATS = ("json", "text", "verbose_json")
"""OpenAI's names of what is no caption."""
NDJSON = "ndjson"
LINES_TYPE = "application/x-ndjson"
"""A stream as lines of JSON, a segment each, instead of server-sent events."""


def response_formats() -> tuple[str, ...]:
    """What `response_format` may be: OpenAI's names, and those of all captions."""
    return (*OPENAI_FORMATS, *exports.caption_formats())


KNOWN = ("file", "model", "language", "prompt", "hotwords", "response_format", "timestamp_granularities", "stream")
MEANINGLESS = frozenset(
    {"temperature", "include", "chunking_strategy", "known_speaker_names", "known_speaker_references"}
)
"""Fields of OpenAI's that change nothing here, and are told of."""


def _left_out(form: Form) -> str:
    """What is told of the fields that change nothing.

    Raises:
        FormError: a field that nobody knows.
    """
    sent = dict.fromkeys(name.removesuffix("[]") for name in form.fields)
    for name in sent:
        if name not in KNOWN and name not in MEANINGLESS:
            raise FormError(unknown(name, KNOWN), name[:40])
    told = [name for name in sent if name in MEANINGLESS]
    them = "they were" if len(told) > 1 else "it was"
    return f"No recogniser here has a use for {listed(told)}, so {them} left out." if told else ""


class _Asked:
    """The form's fields, checked."""

    def __init__(self, form: Form, context: ApiContext, translates: bool, wants_lines: bool = False) -> None:
        left_out = _left_out(form)
        self.language = form.text("language").strip().lower()
        needs = {"translate"} if translates else ()
        listener = names.listener(form.text("model"), context.settings, self.language, needs)
        self.model = listener.model
        told = Guidance.written(translates, form.text("prompt")[:MAX_PROMPT_CHARS], form.text("hotwords"))
        self.guidance = replace(told, hotwords=told.hotwords[:MAX_HOTWORDS])
        card = registry.find(self.model, "transcribe")
        self.takes_guidance = translates or "prompt" in card.abilities
        hints = [] if self.takes_guidance else [name for name in ("prompt", "hotwords") if form.text(name).strip()]
        unheard = f"{card.name} takes no hints, so {listed(hints)} changed nothing." if hints else ""
        self.notices = [one for one in (listener.notice, unheard, left_out) if one]
        self.is_streamed = yes_or_no("stream", form.text("stream"))
        kind = form.text("response_format", "json")
        if kind == NDJSON and not self.is_streamed:
            raise OptionError(f"`response_format={NDJSON}` is a stream; send `stream=true` with it.")
        self.are_lines = self.is_streamed and (kind == NDJSON or wants_lines)
        self.format: str = "json" if kind == NDJSON else _one_of("response_format", kind, response_formats())
        wanted = form.fields.get("timestamp_granularities[]", []) + form.fields.get("timestamp_granularities", [])
        known = [_one_of("timestamp_granularities", name, GRANULARITIES) for name in wanted]
        self.granularities = set(known) or {"segment"}
        if len(self.language) > 35:
            raise FormError("`language` is a tag such as en or pt-br.", "language")


@router.post("/v1/audio/transcriptions", response_class=Response)
async def transcribe_recording(request: Request, context: Context, asking: Asking) -> Response:
    """Recognise a recording. Leaving the connection stops the work; nothing of the recording is kept.

    Models that take a hint get `prompt` and `hotwords` (separated by commas); of the others a notice says so.
    """
    return await _answered(request, context, asking, translates=False)


@router.post("/v1/audio/translations", response_class=Response)
async def translate_recording(request: Request, context: Context, asking: Asking) -> Response:
    """As transcriptions, in English whatever is spoken; a Whisper that was not cut down can."""
    return await _answered(request, context, asking, translates=True)


async def _answered(request: Request, context: ApiContext, asking: Asking, translates: bool) -> Response:
    with ExitStack() as held:
        slot = held.enter_context(context.access.limits.open_stream(asking))
        folder = await off_loop_for(asking.name, context.library.storage.uploads, asking.name)
        most = context.access.limits.allowance.max_upload_bytes
        async with received_form(request, folder, most) as form:
            asked = _Asked(form, context, translates, LINES_TYPE in request.headers.get("accept", "").lower())
            work = _Recognition(context, asked, form.take_file(), slot)
        if not asked.is_streamed:
            return await _whole(request, work)
        told = _lines if asked.are_lines else _events
        pump = Pump[bytes](lambda cancel: told(work, cancel), name="transcription")
        first = await pump.first_for(request)
        # The place among the person's streams goes on to the work, which ends after this function.
        held.pop_all()
        return PumpedResponse(first, pump, LINES_TYPE if asked.are_lines else "text/event-stream")


async def _whole(request: Request, work: "_Recognition") -> Response:
    pump = Pump[Segment](work, name="transcription")
    segments: list[Segment] = []
    with suppress(StopAsyncIteration):
        while True:
            segments.append(await pump.next_for(request))
    answer = _rendered(work.transcript(segments), work.asked)
    if work.asked.notices:
        answer.headers["x-studio-notices"] = quote(" ".join(work.asked.notices))
    return answer


class _Recognition:
    """The work on one recording, on its own thread."""

    def __init__(self, context: ApiContext, asked: _Asked, file: UploadedFile, slot: StreamSlot) -> None:
        self.asked = asked
        self._context = context
        self._file = file
        self._slot = slot
        self._duration_s = 0.0

    def __call__(self, cancel: Cancel) -> Iterator[Segment]:
        try:
            self._duration_s = probe(self._file.path).duration_s or 0.0
            card = registry.find(self.asked.model, "transcribe")
            guidance = self.asked.guidance
            blocks = read_blocks(self._file.path, card.sample_rate)
            stream = cancel.closes(
                self._context.pool.transcribe(
                    self.asked.model,
                    blocks,
                    self.asked.language,
                    guidance=guidance if self.asked.takes_guidance else None,
                )
            )
            try:
                for segment in stream:
                    self._duration_s = max(self._duration_s, segment.end_s)
                    yield segment
            finally:
                stream.close()
        finally:
            self._file.discard()
            self._slot.close()

    def transcript(self, segments: list[Segment]) -> Transcript:
        """All of it."""
        if self.asked.guidance.translates:
            return Transcript(tuple(segments), "en", self._duration_s, self.asked.model)
        language = language_of(segments, self.asked.language, registry.find(self.asked.model).languages)
        return Transcript(tuple(segments), language, self._duration_s, self.asked.model)


def _events(work: _Recognition, cancel: Cancel) -> Iterator[bytes]:
    segments: list[Segment] = []
    last = ""
    try:
        for segment in work(cancel):
            if segment.text:
                delta = f"{gap(last, segment.text, segment.space_before)}{segment.text}"
                last = segment.text
                yield sse(
                    {"type": "transcript.text.delta", "delta": delta, "segment": _segment(len(segments), segment)}
                )
            segments.append(segment)
    except EngineError as exc:
        if not segments:
            raise
        yield sse({"type": "error", **wire(exc)[1]})
        return
    whole = work.transcript(segments)
    notices = work.asked.notices
    done = {"type": "transcript.text.done", "text": whole.text, "duration": whole.duration_s, "notices": notices}
    yield sse(done)


def _lines(work: _Recognition, cancel: Cancel) -> Iterator[bytes]:
    """A line a segment, as soon as it is there; the last one has the whole text."""
    segments: list[Segment] = []
    try:
        for segment in work(cancel):
            if segment.text:
                yield _line({"text": segment.text, "start": round(segment.start_s, 3), "end": round(segment.end_s, 3)})
            segments.append(segment)
    except EngineError as exc:
        if not segments:
            raise
        yield _line(wire(exc)[1])
        return
    whole = work.transcript(segments)
    notices = work.asked.notices
    yield _line(
        {"text": "", "is_final": True, "language": whole.language, "duration": whole.duration_s, "notices": notices}
    )


def _line(value: dict[str, Any]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False)}\n".encode()


def _rendered(transcript: Transcript, asked: _Asked) -> Response:
    if asked.format not in {"json", "verbose_json"}:
        kind = "txt" if asked.format == "text" else asked.format
        return Response(exports.render(kind, transcript), media_type=exports.FORMATS[kind].media_type)
    if asked.format == "json":
        return JSONResponse({"text": transcript.text})
    body: dict[str, Any] = {
        "task": "translate" if asked.guidance.translates else "transcribe",
        "language": transcript.language,
        "duration": transcript.duration_s,
        "text": transcript.text,
        "model": transcript.model,
        "notices": asked.notices,
    }
    if "word" in asked.granularities:
        words = [word for segment in transcript.segments for word in segment.words]
        body["words"] = [_word(word, before.text) for before, word in pairwise([Word("", 0.0, 0.0), *words])]
    if "segment" in asked.granularities:
        body["segments"] = [_segment(number, segment) for number, segment in enumerate(transcript.segments)]
    return JSONResponse(body)


def _word(word: Word, before: str) -> dict[str, Any]:
    return {
        "word": word.text,
        "start": round(word.start_s, 3),
        "end": round(word.end_s, 3),
        "confidence": word.confidence,
        "space_before": bool(gap(before, word.text, word.space_before)),
    }


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    """As OpenAI has it; what this recogniser does not measure is left out."""
    told: dict[str, Any] = {
        "id": number,
        "seek": round(segment.start_s * 100),
        "start": round(segment.start_s, 3),
        "end": round(segment.end_s, 3),
        "text": segment.text,
        "confidence": segment.confidence,
    }
    if plain := segment.text.encode():
        told["compression_ratio"] = round(len(plain) / len(zlib.compress(plain)), 4)
    if measures := segment.measures:
        told["avg_logprob"] = round(measures.avg_logprob, 4)
        told["no_speech_prob"] = round(measures.no_speech_prob, 6)
        told["temperature"] = measures.temperature
    return told


def _one_of(field: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise OptionError(f"`{field}` must be one of {', '.join(choices)}.")
    return value
