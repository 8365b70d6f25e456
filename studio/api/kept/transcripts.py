"""/v1/transcripts: what a transcription job wrote down: read it while it is made, change it, hear it, take it along."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, JSONResponse, Response

from engine.audio.files.encode import write_file
from engine.audio.files.io import read_blocks
from engine.errors import OptionError
from engine.stt import exports
from engine.stt.captions import CaptionStyle
from engine.types import Segment, Word
from studio.api.bridge import off_loop, off_loop_for
from studio.api.context import Asking, Context
from studio.api.events import Finite
from studio.api.json_route import LongJsonRoute
from studio.api.kept.downloads import named
from studio.library.filenames import file_name
from studio.library.storage import storing
from studio.library.words.transcripts import Splice, TranscriptView

router = APIRouter(prefix="/v1/transcripts", tags=["transcripts"], route_class=LongJsonRoute)

PLAYABLE = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
"""Endings that browsers can play, and what they are told. Everything else is made into an MP3 first."""
PLAYBACK_RATE = 24_000

_MAKING = asyncio.Semaphore(1)
"""Making something to play from a strange recording takes a processor for a while: one at a time."""


class WordBody(BaseModel):
    """A word as it was heard."""

    text: str = Field(max_length=1000)
    start_s: Finite
    end_s: Finite
    confidence: Finite | None = None
    space_before: bool | None = None

    def word(self) -> Word:
        """As the engine has it."""
        return Word(self.text, self.start_s, self.end_s, self.confidence, space_before=self.space_before)


class SegmentBody(BaseModel):
    """A segment as a person wants it; its words keep their times where its text still has them."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(max_length=50_000)
    start_s: Finite = Field(ge=0)
    end_s: Finite = Field(ge=0)
    words: list[WordBody] = Field(default=[], max_length=50_000)
    confidence: Finite | None = None
    speaker: str = Field("", max_length=500)
    language: str = Field("", max_length=35)

    def segment(self) -> Segment:
        """As the engine has it."""
        words = tuple(word.word() for word in self.words)
        return Segment(self.text, self.start_s, self.end_s, words, self.confidence, self.speaker, self.language)


class ChangeBody(BaseModel):
    """PATCH: `remove` segments from `start` on make room for `segments`; made on a version."""

    version: int = Field(ge=0, le=2**53)
    start: int = Field(0, ge=0, le=10**6)
    remove: int = Field(0, ge=0, le=10**6)
    segments: list[SegmentBody] = Field(default=[], max_length=200_000)
    title: str | None = Field(None, max_length=1000)


class WholeBody(BaseModel):
    """PUT: all segments anew."""

    version: int = Field(ge=0, le=2**53)
    segments: list[SegmentBody] = Field(max_length=200_000)
    title: str | None = Field(None, max_length=1000)


@router.get("/{job_id}")
def read(
    job_id: str, context: Context, asking: Asking, begin: Annotated[int, Query(alias="from", ge=0, le=10**6)] = 0
) -> Response:
    """The transcript from a segment on; while it is being made, ask again from `count` on."""
    return JSONResponse(_whole(context.library.transcript_view(asking.name, job_id, begin)))


@router.put("/{job_id}")
def replace(job_id: str, body: WholeBody, context: Context, asking: Asking) -> Response:
    """All segments anew; answers with the whole transcript."""
    count = context.library.transcript_view(asking.name, job_id).count
    splice = Splice(0, count, tuple(one.segment() for one in body.segments))
    return JSONResponse(
        _whole(context.library.change_transcript(asking.name, job_id, body.version, [splice], body.title))
    )


@router.patch("/{job_id}")
def change(job_id: str, body: ChangeBody, context: Context, asking: Asking) -> Response:
    """Some segments anew; answers with the new version and with those segments, their words in place."""
    splice = Splice(body.start, body.remove, tuple(one.segment() for one in body.segments))
    view = context.library.change_transcript(asking.name, job_id, body.version, [splice], body.title)
    fresh = view.transcript.segments[body.start : body.start + len(body.segments)]
    return JSONResponse(
        {
            "id": view.id,
            "object": "transcript",
            "version": view.version,
            "title": view.title,
            "count": view.count,
            "segments": [exports.segment_entry(segment) for segment in fresh],
        }
    )


@router.get("/{job_id}/audio", response_class=Response)
async def audio(
    job_id: str, context: Context, asking: Asking, format: Annotated[str, Query(pattern="^(|mp3)$")] = ""
) -> Response:
    """The recording, to be played; answers Range requests. `format=mp3` when the browser cannot play it as it is."""
    path = await off_loop_for(asking.name, context.library.recording, asking.name, job_id)
    media_type = PLAYABLE.get(path.suffix.lower())
    if format or media_type is None:
        with context.access.limits.open_stream(asking):
            path, media_type = await _playback(path), "audio/mpeg"
    return FileResponse(path, media_type=media_type, headers={"cache-control": "private, no-cache"})


@router.get("/{job_id}/export", response_class=Response)
def export(
    job_id: str,
    context: Context,
    asking: Asking,
    format: Annotated[str, Query(max_length=16)] = "txt",
    line_length: Annotated[int, Query(ge=10, le=200)] = 42,
    lines: Annotated[int, Query(ge=1, le=6)] = 2,
    chars_per_second: Annotated[float, Query(ge=3, le=100, allow_inf_nan=False)] = 20.0,
    word_level: bool = False,
) -> Response:
    """The transcript as a file, as it is now."""
    if format not in exports.FORMATS:
        raise OptionError(f"`format` must be one of {', '.join(exports.FORMATS)}.")
    view = context.library.transcript_view(asking.name, job_id)
    name = file_name(Path(view.title).stem, "transcript")
    captions = CaptionStyle(line_length=line_length, lines=lines, chars_per_second=chars_per_second)
    made = exports.render(format, view.transcript, exports.ExportStyle(captions, word_level, name))
    return Response(made, media_type=exports.FORMATS[format].media_type, headers=named(f"{name}.{format}"))


async def _playback(recording: Path) -> Path:
    """An MP3 of a recording beside it, made once."""
    made = recording.with_name("playback.mp3")
    async with _MAKING:
        if not made.exists():
            await off_loop(_make_playback, recording, made)
    return made


def _make_playback(recording: Path, made: Path) -> None:
    with storing():
        write_file(made, read_blocks(recording, PLAYBACK_RATE, keep_torn=True), "mp3", PLAYBACK_RATE)


def _whole(view: TranscriptView) -> dict[str, Any]:
    return {
        "id": view.id,
        "object": "transcript",
        "title": view.title,
        "version": view.version,
        "is_final": view.is_final,
        "language": view.transcript.language,
        "model": view.transcript.model,
        "duration_s": round(view.transcript.duration_s, 3),
        "from": view.begins,
        "count": view.count,
        "segments": [exports.segment_entry(segment) for segment in view.transcript.segments],
    }
