"""/v1/jobs: books and recordings through the queue: submit, watch, steer, listen, download."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import ValidationError
from starlette.responses import FileResponse, JSONResponse, Response

from engine import registry
from engine.audio.files.encode import FORMATS, encode_stream
from engine.audio.files.io import probe
from engine.registry.guidance import check_guidance
from engine.stt.base import Guidance
from engine.text.pronunciation import used
from studio.access import TooLarge
from studio.api import names
from studio.api.bridge import Cancel, Pump, off_loop_for
from studio.api.context import ApiContext, Asking, Context
from studio.api.errors import QueueDown, invalid_sentence
from studio.api.events import BookForm, Deleted, Move, RecordingForm, sse
from studio.api.kept.downloads import named, title_of
from studio.api.streamed import EventResponse, PumpedResponse
from studio.api.uploads import Form, FormError, received_form
from studio.books import Book, read_text
from studio.books.plan import default_chapters
from studio.library.errors import IllegalMove
from studio.library.jobs import consent
from studio.library.jobs.options import BookOptions, TranscriptionOptions
from studio.library.jobs.views import JobView
from studio.library.library import Library
from studio.library.tables import JobKind
from studio.library.voices import saved
from studio.library.voices.dressed import beginning
from studio.library.words import pronunciations

KIND = "kind"
"""The field of a form that says which of the two it is."""

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
POLL_S = 0.5
HEARTBEAT_S = 15.0


@router.post("", status_code=201)
async def submit(request: Request, context: Context, asking: Asking) -> Response:
    """Queue a book (`kind=audiobook`, with `file` or `text`) or a recording (`kind=transcription`, with `file`)."""
    need_queue(context)
    folder = await off_loop_for(asking.name, context.library.storage.uploads, asking.name)
    limits = context.access.limits.allowance
    async with received_form(request, folder, limits.max_upload_bytes, limits.max_book_chars * 4 + 1_000_000) as form:
        kind = form.text(KIND, JobKind.AUDIOBOOK)
        if kind == JobKind.AUDIOBOOK:
            view = await _submit_book(request, form, context, asking.name)
        elif kind == JobKind.TRANSCRIPTION:
            view = await _submit_recording(request, form, context, asking.name)
        else:
            raise FormError("`kind` must be audiobook or transcription.", KIND)
    return JSONResponse(job_json(view), status_code=201, headers={"location": f"/v1/jobs/{view.id}"})


@router.get("")
def list_jobs(
    context: Context,
    asking: Asking,
    kind: JobKind | None = None,
    ids: Annotated[list[str] | None, Query(alias="id", max_length=100)] = None,
) -> Response:
    """The person's jobs: the queue in order, then what is finished, the latest first; with `id`, those alone."""
    jobs = [job_json(view) for view in context.library.list_jobs(asking.name, kind, ids)]
    return JSONResponse({"object": "list", "data": jobs})


@router.get("/{job_id}")
def get_job(job_id: str, context: Context, asking: Asking) -> Response:
    """One job with its parts, results and failed sentences."""
    return JSONResponse(job_json(context.library.view(asking.name, job_id)))


@router.get("/{job_id}/events", response_class=Response)
async def watch(
    request: Request, job_id: str, context: Context, asking: Asking, last_event_id: str = Header("", max_length=100)
) -> Response:
    """Server-sent events until the job is finished: first all of it (`job`), then what changes (`change`: the fields of
    `job` that are new, and of its `parts` those that are). Resumes after `Last-Event-ID`.
    """
    first = await off_loop_for(asking.name, context.library.view, asking.name, job_id)
    slot = context.access.limits.open_watch(asking)
    return EventResponse(_changes(context.library, asking.name, first, last_event_id), slot)


@router.post("/{job_id}/move")
def move(job_id: str, body: Move, context: Context, asking: Asking) -> Response:
    """One place up or down among the person's unfinished jobs."""
    shift = context.library.move_up if body.direction == "up" else context.library.move_down
    return JSONResponse(job_json(shift(asking.name, job_id)))


@router.post("/{job_id}/{action}")
def steer(
    job_id: str,
    action: Literal["pause", "resume", "cancel", "retry", "silence"],
    context: Context,
    asking: Asking,
) -> Response:
    """Pause, resume, cancel or retry a job, or leave its failed sentences silent."""
    library = context.library
    moves: dict[str, Callable[[str, str], JobView]] = {
        "pause": library.pause,
        "resume": library.resume,
        "cancel": library.cancel,
        "retry": library.retry,
        "silence": library.allow_silence,
    }
    if action in {"resume", "retry", "silence"}:
        need_queue(context)
    return JSONResponse(job_json(moves[action](asking.name, job_id)))


@router.post("/{job_id}/failed/{failed_id}/retry")
def retry_segment(job_id: str, failed_id: Number, context: Context, asking: Asking) -> Response:
    """Try one failed sentence again."""
    need_queue(context)
    return JSONResponse(job_json(context.library.retry_segment(asking.name, job_id, failed_id)))


@router.post("/{job_id}/parts/{number}/segments/{index}/retry")
def retry_segment_by_place(job_id: str, number: Number, index: Number, context: Context, asking: Asking) -> Response:
    """The same, for those who know the sentence by its chapter and place."""
    need_queue(context)
    view = context.library.view(asking.name, job_id)
    for failed in view.failed:
        if (failed.part_number, failed.segment_index) == (number, index):
            return JSONResponse(job_json(context.library.retry_segment(asking.name, job_id, failed.id)))
    raise IllegalMove("That sentence has not failed, so there is nothing to try again.")


@router.delete("/{job_id}")
def delete_job(job_id: str, context: Context, asking: Asking) -> Deleted:
    """Remove a job and everything it made."""
    context.library.delete(asking.name, job_id)
    return Deleted(id=job_id, object="job")


@router.get("/{job_id}/results/{result_id}", response_class=Response)
def download(job_id: str, result_id: str, context: Context, asking: Asking) -> Response:
    """A finished file; answers Range requests."""
    result = context.library.result(asking.name, job_id, result_id)
    return FileResponse(result.path, media_type=result.media_type, headers=named(result.name))


@router.get("/{job_id}/cover", response_class=Response)
def cover(job_id: str, context: Context, asking: Asking) -> Response:
    """The book's cover."""
    image = context.library.cover(asking.name, job_id)
    if image is None:
        return Response(status_code=204)
    media_type = "image/png" if image.startswith(b"\x89PNG") else "image/jpeg"
    return Response(image, media_type=media_type, headers={"cache-control": "private, max-age=3600"})


@router.get("/{job_id}/parts/{number}/audio", response_class=Response)
async def part_audio(
    request: Request,
    job_id: str,
    number: Number,
    context: Context,
    asking: Asking,
    format: Literal["mp3", "wav", "flac", "opus", "aac"] = Query("mp3"),
) -> Response:
    """What is spoken of a chapter so far, while the rest is narrated."""
    audio = await off_loop_for(asking.name, context.library.chapter_audio, asking.name, job_id, number)
    slot = context.access.limits.open_stream(asking)

    def work(_: Cancel) -> Iterator[bytes]:
        with slot:
            yield from filter(None, encode_stream(audio.blocks, format, audio.sample_rate, made_by=audio.made_by))

    pump = Pump[bytes](work, name="chapter")
    first = await pump.first_for(request)
    extension = FORMATS[format].extension.removeprefix(".")
    headers = {**named(f"{title_of(audio.title)}.{extension}", "inline"), "x-audio-duration": f"{audio.duration_s:.3f}"}
    return PumpedResponse(first, pump, FORMATS[format].media_type, headers)


async def _submit_book(request: Request, form: Form, context: ApiContext, owner: str) -> JobView:
    asked = _checked(BookForm, form)
    most = context.access.limits.allowance.max_book_chars
    if asked.text and len(asked.text) > most:
        raise TooLarge(f"The text has {len(asked.text):,} characters and a book may have {most:,}; send it in parts.")
    file = form.take_file() if form.file is not None else None
    if file is None and not asked.text.strip():
        raise FormError("Send a book as `file`, or its words as `text`.", "file")

    def work(cancel: Cancel) -> Iterator[JobView]:
        if file is not None:
            try:
                book = context.readings.read(owner, file.path, file.name, most, begun=cancel.closes)
            finally:
                file.discard()
        else:
            book = read_text(asked.text)
        if title := asked.title.strip():
            book = replace(book, title=title)
        options = _options(context, owner, asked, book)
        # Nobody waits for it any more, so nobody asked for it.
        if not cancel.is_set:
            yield context.library.submit_book(owner, book, options, max_queued=context.settings.max_queued_jobs)

    return await Pump(work, name="book").first_for(request)


def _options(context: ApiContext, owner: str, asked: BookForm, book: Book) -> BookOptions:
    """How a book is to be read, by whom, and with which of the person's pronunciations."""
    db = context.library.db
    said = pronunciations.spoken(db, owner, asked.book) if asked.saved_pronunciations else ()
    who = names.speaker(
        context.settings,
        model=asked.model,
        voice=asked.voice,
        language=asked.language,
        text=beginning(book),
        hint=book.language,
        own=saved.own(db, owner),
        exact=asked.allow_download,
    )
    _check_consent(context, owner, who.model, asked.allow_download)
    texts = (text for chapter in book.chapters for text in (chapter.title, *chapter.paragraphs))
    return replace(
        asked.options(who.model, who.voice, list(default_chapters(book))),
        language=who.language,
        pronunciations=used(said, texts),
        # A blend has a name in the file's tags too.
        narrator=asked.narrator or (who.named if who.voice != who.named else ""),
        notices=(*book.notices, *who.notices),
        voice_kind=who.kind,
    )


async def _submit_recording(request: Request, form: Form, context: ApiContext, owner: str) -> JobView:
    asked = _checked(RecordingForm, form)
    guidance = Guidance.written(asked.translate, asked.prompt, asked.hotwords)
    model = names.listener(asked.model, context.settings, asked.language, guidance.needs).model
    check_guidance(registry.find(model, "transcribe"), guidance)
    _check_consent(context, owner, model, asked.allow_download)
    options = TranscriptionOptions(
        model,
        asked.language.lower(),
        tuple(asked.formats),
        asked.translate,
        guidance.prompt,
        guidance.hotwords,
        asked.allow_download,
    )
    file = form.take_file()

    def work(cancel: Cancel) -> Iterator[JobView]:
        try:
            probe(file.path)
            if not cancel.is_set:
                yield context.library.submit_transcription(
                    owner, file.path, file.name, options, max_queued=context.settings.max_queued_jobs
                )
        finally:
            file.discard()

    return await Pump(work, name="recording").first_for(request)


def _checked(model: Any, form: Form) -> Any:
    """The form's fields as the pydantic model; a field given several times is a list."""
    values: dict[str, Any] = {}
    for name, given in form.fields.items():
        field = name.removesuffix("[]")
        if field == KIND:
            continue
        values[field] = given if len(given) > 1 or name.endswith("[]") else given[0]
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        message, param = invalid_sentence(exc.errors())
        raise FormError(message, param) from exc


def _check_consent(context: ApiContext, owner: str, model: str, allowed: bool) -> None:
    may_get = context.settings.keeper in ("", owner)
    consent.check(context.settings, model, allowed=allowed, may_get=may_get)


def need_queue(context: ApiContext) -> None:
    """Raises QueueDown: long work cannot be queued now."""
    if context.library.redis is None:
        raise QueueDown(
            "Books and recordings cannot be queued because Redis is not running; `studio doctor` tells how to start it."
        )


async def _changes(library: Library, owner: str, view: JobView, last_id: str) -> AsyncIterator[bytes]:
    """The whole job first, unless the watcher has it; from then on what changes."""
    known: dict[str, Any] | None = None
    quiet_s = 0.0
    while True:
        body = job_json(view)
        if body != known:
            event_id = _state_id(body)
            if known is not None:
                quiet_s = 0.0
                yield sse({"type": "change", **_difference(known, body)}, event_id)
            elif event_id != last_id:
                yield sse({"type": "job", "job": body}, event_id)
            known = body
        if view.is_finished:
            yield sse({"type": "done", "status": str(view.status)})
            return
        await asyncio.sleep(POLL_S)
        quiet_s += POLL_S
        if quiet_s >= HEARTBEAT_S:
            quiet_s = 0.0
            yield b": still here\n\n"
        view = await off_loop_for(owner, library.view, owner, view.id)


def _state_id(body: dict[str, Any]) -> str:
    """Names what a watcher has when it has all of this: it comes back as `Last-Event-ID`."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What makes `after` of `before`: the job's fields that are new, and the parts that are, each whole."""
    changed = {name: value for name, value in after.items() if name != "parts" and before[name] != value}
    had = {part["number"]: part for part in before["parts"]}
    parts = [part for part in after["parts"] if had.get(part["number"]) != part]
    return {"job": {"id": after["id"], **changed}, "parts": parts}


def job_json(view: JobView) -> dict[str, Any]:
    """A job on the wire; times are seconds since 1970, like OpenAI's."""
    body = _fields(view)
    body["object"] = "job"
    body["actions"] = sorted(view.actions)
    for name in ("created_at", "started_at", "finished_at"):
        moment: datetime | None = body[name]
        body[name] = moment.timestamp() if moment else None
    for name in ("parts", "failed", "results"):
        body[name] = [_fields(one) for one in body[name]]
    for part in body["parts"]:
        if part["can_listen"]:
            part["audio_url"] = f"/v1/jobs/{view.id}/parts/{part['number']}/audio"
    for result in body["results"]:
        result["url"] = f"/v1/jobs/{view.id}/results/{result['id']}"
    return body


def _fields(view: Any) -> dict[str, Any]:
    """A view's own fields as they are: `asdict` would copy thousands of chapters to the last float."""
    return {field.name: getattr(view, field.name) for field in fields(view)}
