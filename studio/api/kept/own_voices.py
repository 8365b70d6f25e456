"""/v1/voices: voices of people's own; recorded, designed, blended, tuned; docs/voices.md has every shape."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import FileResponse, JSONResponse, Response

from engine import controls, registry
from engine.errors import OptionError
from studio.access import Forbidden
from studio.api import names
from studio.api.asked import Asked
from studio.api.bridge import Cancel, Pump, off_loop_for
from studio.api.context import ApiContext, Asking, Context
from studio.api.events import MAX_NAME_CHARS
from studio.api.form_values import yes_or_no
from studio.api.kept import own_voice_sound
from studio.api.kept.downloads import named, title_of
from studio.api.kept.jobs import job_json, need_queue
from studio.api.kept.own_voice_json import asked_json, draft_json, voice_json
from studio.api.speech.control_field import field_of
from studio.api.speech.fields import Finite
from studio.api.uploads import received_form
from studio.library.guests import is_guest
from studio.library.voices import saved
from studio.library.voices.own import (
    books_using,
    consents,
    deleting,
    designed,
    designing,
    drafts,
    hearing,
    packing,
    recordings,
    rows,
    tunings,
)
from studio.library.voices.own.drafts import Hear

router = APIRouter(prefix="/v1/voices", tags=["own voices"])

T = TypeVar("T")
Times = Annotated[float | None, Field(ge=0.0, le=3600.0, allow_inf_nan=False)]
MAX_TEXT = 10_000
"""The library's own sentences are about less."""


class DraftStretch(Asked):
    """Another stretch of a recording, in seconds."""

    start_s: Finite
    end_s: Finite
    transcribe: bool = True


class NewVoice(Asked):
    """A voice to make: of a draft (`recording`), or of a model's voices (`blend`)."""

    name: str = Field(max_length=MAX_NAME_CHARS)
    recording: str = Field("", max_length=64)
    start_s: Times = None
    end_s: Times = None
    text: str | None = Field(None, max_length=MAX_TEXT)
    language: str = Field("", max_length=35)
    cleaned: bool = False
    mood: str = Field("", max_length=200)
    blend: str = Field("", max_length=MAX_NAME_CHARS)
    model: str = Field("", max_length=MAX_NAME_CHARS)


class ToneChange(Asked):
    """What is done to a voice's sound after the model; what is left out stays."""

    pitch_semitones: Finite | None = None
    low_db: Finite | None = None
    mid_db: Finite | None = None
    high_db: Finite | None = None
    room: Finite | None = None


class VoiceChange(Asked):
    """What is to be another; `version` is that of the voice it was changed on."""

    version: int
    name: str | None = Field(None, max_length=MAX_NAME_CHARS)
    language: str | None = Field(None, max_length=35)
    colour: str | None = Field(None, max_length=100)
    tags: list[str] | None = Field(None, max_length=100)
    notes: str | None = Field(None, max_length=20_000)
    tone: ToneChange | None = None
    shared: bool | None = None


class NewRecording(Asked):
    """A further recording, of a draft, under a mood of its own."""

    recording: str = Field(max_length=64)
    mood: str = Field("", max_length=200)
    start_s: Times = None
    end_s: Times = None
    text: str | None = Field(None, max_length=MAX_TEXT)
    language: str | None = Field(None, max_length=35)
    cleaned: bool = False


class RecordingChange(Asked):
    """What is to be another of a recording."""

    mood: str | None = Field(None, max_length=200)
    start_s: Times = None
    end_s: Times = None
    text: str | None = Field(None, max_length=MAX_TEXT)
    language: str | None = Field(None, max_length=35)
    cleaned: bool | None = None


class ConsentLanguage(Asked):
    """The language in which somebody is to agree; empty is the voice's own."""

    language: str = Field("", max_length=35)


class DesignBody(Asked):
    """A voice in words; `text` is what the three candidates say."""

    description: str = Field(max_length=100_000)
    text: str = Field(max_length=MAX_TEXT)
    language: str = Field("", max_length=35)
    model: str = Field("", max_length=MAX_NAME_CHARS)
    seed: int | None = field_of(controls.SEED)


class KeepBody(Asked):
    """Which of the three is kept, and what it is called."""

    n: int = Field(ge=1, le=designed.CANDIDATES)
    name: str = Field(max_length=MAX_NAME_CHARS)


class TuneBody(Asked):
    """What of a Kokoro voice is fitted to the recording: all of it, or its pace and melody alone."""

    halves: str = Field("both", max_length=20)
    model: str = Field("", max_length=MAX_NAME_CHARS)
    allow_download: bool = Field(False, description="The model may be downloaded when it is not here.")


@router.get("")
def list_all(context: Context, asking: Asking) -> Response:
    """The person's voices, and those that other logins of the studio share."""
    found = rows.list_all(context.library.db, asking.name)
    return JSONResponse({"object": "list", "data": [voice_json(context.settings, asking.name, one) for one in found]})


@router.post("/recordings", status_code=201)
async def take_in(request: Request, context: Context, asking: Asking) -> Response:
    """A recording, sent as `file`, becomes a draft: its best stretch chosen, judged and written down."""
    folder = await off_loop_for(asking.name, context.library.storage.uploads, asking.name)
    slot = context.access.limits.open_stream(asking)
    with slot:
        async with received_form(request, folder, packing.MAX_FILE_BYTES) as form:
            language = form.text("language").strip().lower()[:35]
            hear = _hearer(context) if yes_or_no("transcribe", form.text("transcribe", "true")) else None
            file = form.take_file()

            def work(_: Cancel) -> Iterator[dict[str, Any]]:
                try:
                    draft = drafts.take_in(
                        context.library.storage, asking.name, file.path, language, hear, context.settings.models_dir
                    )
                finally:
                    file.discard()
                yield draft_json(draft)

            draft = await Pump(work, name="voice-draft").first_for(request)
    return JSONResponse(draft, 201, {"location": f"/v1/voices/recordings/{draft['id']}"})


@router.get("/recordings/{draft}")
def get_draft(draft: str, context: Context, asking: Asking) -> Response:
    """A draft again, as it was last judged."""
    return JSONResponse(draft_json(drafts.find(context.library.storage, asking.name, draft)))


@router.get("/recordings/{draft}/audio", response_class=Response)
def draft_audio(draft: str, context: Context, asking: Asking, cleaned: bool = False) -> Response:
    """A draft's whole sound, as it came or with less noise; answers Range requests."""
    return _wav(drafts.sound(context.library.storage, asking.name, draft, cleaned))


@router.patch("/recordings/{draft}")
async def change_draft(request: Request, draft: str, body: DraftStretch, context: Context, asking: Asking) -> Response:
    """Another stretch of a draft, judged and written down anew."""
    hear = _hearer(context) if body.transcribe else None
    storage = context.library.storage
    changed = await _worked(
        request,
        lambda: drafts.change(storage, asking.name, draft, body.start_s, body.end_s, hear, context.settings.models_dir),
        "voice-draft",
    )
    return JSONResponse(draft_json(changed))


@router.delete("/recordings/{draft}")
def discard_draft(draft: str, context: Context, asking: Asking) -> Response:
    """Forget a draft before its day is over."""
    drafts.discard(context.library.storage, asking.name, draft)
    return JSONResponse({"id": draft, "object": "recording", "deleted": True})


@router.post("", status_code=201)
async def make(request: Request, body: NewVoice, context: Context, asking: Asking) -> Response:
    """A voice of a draft, which does not speak before somebody agrees; or a blend, which speaks at once."""
    library = context.library
    if bool(body.recording) == bool(body.blend):
        raise OptionError("Name a `recording` or a `blend`, one of them.")
    names.check_free(body.name)
    if body.blend:
        card = registry.find(names.model_id(body.model, "speak", context.settings))
        blend = registry.blend(card.id, body.blend)
        kept = saved.keep(library.db, asking.name, card.family, body.name, blend)
        return _voice(context, asking.name, rows.find(library.db, asking.name, kept.id), 201)
    chosen = recordings.Chosen(
        body.recording, body.mood, body.start_s, body.end_s, body.text, body.language or None, body.cleaned
    )
    made = await _worked(
        request,
        lambda: recordings.make_voice(library.db, library.storage, asking.name, body.name, chosen),
        "voice",
    )
    return _voice(context, asking.name, made, 201)


@router.post("/design", status_code=201)
async def design(request: Request, body: DesignBody, context: Context, asking: Asking) -> Response:
    """Three candidates of a description, each of another seed; they are kept for a day."""
    description, text = designed.checked(body.description, body.text)
    card = designing.designer(names.named_model(body.model, "speak", context.settings), context.settings)
    seed = designing.new_seed() if body.seed is None else body.seed
    recipe = designed.Recipe(description, text, body.language.strip().lower(), card.id, seed)
    slot = context.access.limits.open_stream(asking)

    def work(cancel: Cancel) -> Iterator[designed.Design]:
        with slot:
            speak = designing.speaker(context.pool, recipe, cancel.closes)
            yield designed.make(context.library.storage, asking.name, recipe, speak)

    made = await Pump(work, name="design").first_for(request)
    candidates = [
        {"n": one.n, "seed": one.seed, "url": f"/v1/voices/design/{made.id}/{one.n}"} for one in made.candidates
    ]
    return JSONResponse({"id": made.id, "model": card.id, "candidates": candidates}, 201)


@router.get("/design/{design_id}/{n}", response_class=Response)
def candidate(
    design_id: str, n: Annotated[int, Path(ge=1, le=designed.CANDIDATES)], context: Context, asking: Asking
) -> Response:
    """What a candidate sounds like (WAV)."""
    return _wav(designed.sound(context.library.storage, asking.name, design_id, n))


@router.post("/design/{design_id}/keep", status_code=201)
def keep_candidate(design_id: str, body: KeepBody, context: Context, asking: Asking) -> Response:
    """Keep one candidate as a voice: its sound becomes its recording."""
    names.check_free(body.name)
    library = context.library
    made = designed.keep(library.db, library.storage, asking.name, design_id, body.n, body.name)
    return _voice(context, asking.name, made, 201)


@router.post("/import", status_code=201)
async def take_in_packed(request: Request, context: Context, asking: Asking) -> Response:
    """Take in a packed voice, sent as `file`; it speaks for whoever does alone."""
    library = context.library
    folder = await off_loop_for(asking.name, library.storage.uploads, asking.name)
    async with received_form(request, folder, packing.MAX_FILE_BYTES) as form:
        file = form.take_file()

        def work(_: Cancel) -> Iterator[Any]:
            try:
                made = packing.unpack(library.db, library.storage, asking.name, file.path)
            finally:
                file.discard()
            yield made

        made = await Pump(work, name="voice-import").first_for(request)
    return _voice(context, asking.name, made, 201)


@router.get("/{voice_id}")
def get(voice_id: str, context: Context, asking: Asking) -> Response:
    """One voice."""
    return _voice(context, asking.name, rows.find(context.library.db, asking.name, voice_id))


@router.patch("/{voice_id}")
def change(voice_id: str, body: VoiceChange, context: Context, asking: Asking) -> Response:
    """Rename, colour, tag, describe, tone or share a voice; 409 where it was changed meanwhile."""
    if body.name is not None:
        names.check_free(body.name)
    tone = None if body.tone is None else body.tone.model_dump(exclude_none=True)
    changes = rows.Changes(body.name, body.language, body.colour, body.tags, body.notes, tone, body.shared)
    changed = rows.change(context.library.db, asking.name, voice_id, body.version, changes)
    return _voice(context, asking.name, changed)


@router.delete("/{voice_id}")
def remove(voice_id: str, context: Context, asking: Asking) -> Response:
    """Delete a voice, its recordings, what was made of them and the sentences it spoke; tells the books that use it."""
    library = context.library
    books = deleting.delete(library.db, library.storage, asking.name, voice_id)
    return JSONResponse({"id": voice_id, "object": "voice", "deleted": True, "books": _books(asking.name, books)})


@router.get("/{voice_id}/books")
def books(voice_id: str, context: Context, asking: Asking) -> Response:
    """The books that are read by a voice, for who is about to delete it."""
    found = books_using.books(context.library.db, asking.name, voice_id)
    return JSONResponse({"books": _books(asking.name, found)})


@router.post("/{voice_id}/recordings", status_code=201)
async def add_recording(
    request: Request, voice_id: str, body: NewRecording, context: Context, asking: Asking
) -> Response:
    """A further recording, under a mood of its own."""
    library = context.library
    chosen = recordings.Chosen(
        body.recording, body.mood, body.start_s, body.end_s, body.text, body.language, body.cleaned
    )
    changed = await _worked(
        request,
        lambda: recordings.add(library.db, library.storage, asking.name, voice_id, chosen, context.settings.models_dir),
        "voice",
    )
    return _voice(context, asking.name, changed, 201)


@router.patch("/{voice_id}/recordings/{recording_id}")
async def change_recording(
    request: Request, voice_id: str, recording_id: str, body: RecordingChange, context: Context, asking: Asking
) -> Response:
    """Another stretch, text or mood of a recording."""
    library = context.library
    mended = recordings.Mended(body.mood, body.start_s, body.end_s, body.text, body.language, body.cleaned)
    changed = await _worked(
        request,
        lambda: recordings.change(
            library.db, library.storage, asking.name, voice_id, recording_id, mended, context.settings.models_dir
        ),
        "voice",
    )
    return _voice(context, asking.name, changed)


@router.delete("/{voice_id}/recordings/{recording_id}")
def remove_recording(voice_id: str, recording_id: str, context: Context, asking: Asking) -> Response:
    """Remove a recording; a voice keeps at least one."""
    library = context.library
    changed = recordings.remove(library.db, library.storage, asking.name, voice_id, recording_id)
    return _voice(context, asking.name, changed)


@router.get("/{voice_id}/recordings/{recording_id}/audio", response_class=Response)
def recording_audio(
    voice_id: str, recording_id: str, context: Context, asking: Asking, cleaned: bool = False
) -> Response:
    """A recording's whole sound, for the voice's owner."""
    library = context.library
    return _wav(recordings.sound(library.db, library.storage, asking.name, voice_id, recording_id, cleaned))


@router.post("/{voice_id}/consent/sentence", status_code=201)
def ask_consent(voice_id: str, body: ConsentLanguage, context: Context, asking: Asking) -> Response:
    """A sentence that the person whose voice it is reads to agree."""
    return JSONResponse(asked_json(consents.ask(context.library.db, asking.name, voice_id, body.language)), 201)


@router.post("/{voice_id}/consent")
async def give_consent(request: Request, voice_id: str, context: Context, asking: Asking) -> Response:
    """The sentence as it was read, sent as `file`, with `sentence`, its id."""
    library = context.library
    folder = await off_loop_for(asking.name, library.storage.uploads, asking.name)
    check = hearing.checker(context.pool, context.settings)
    slot = context.access.limits.open_stream(asking)
    with slot:
        async with received_form(request, folder, packing.MAX_FILE_BYTES) as form:
            sentence = form.text("sentence").strip()
            file = form.take_file()

            def work(_: Cancel) -> Iterator[consents.Answer]:
                try:
                    answer = consents.answer(
                        library.db,
                        library.storage,
                        asking.name,
                        voice_id,
                        sentence,
                        file.path,
                        check,
                        context.settings.models_dir,
                    )
                finally:
                    file.discard()
                yield answer

            answer = await Pump(work, name="consent").first_for(request)
    return JSONResponse(
        {
            "given": answer.given,
            "words_right": answer.words_right,
            "same_voice": answer.same_voice,
            "similarity": answer.similarity,
            "tries_left": answer.tries_left,
            "message": answer.message,
        }
    )


@router.post("/{voice_id}/consent/declare")
def declare_consent(voice_id: str, context: Context, asking: Asking) -> Response:
    """The owner of the studio says that the person agrees."""
    if context.settings.keeper not in ("", asking.name) or is_guest(asking.name):
        raise Forbidden("Only the owner of this studio may declare that somebody agrees; have the sentence read.")
    return _voice(context, asking.name, consents.declare(context.library.db, asking.name, voice_id))


@router.delete("/{voice_id}/consent")
def revoke_consent(voice_id: str, context: Context, asking: Asking) -> Response:
    """Take consent back: the voice does not speak any more, and its recordings go."""
    library = context.library
    revoked = consents.revoke(library.db, library.storage, asking.name, voice_id)
    books_using.remove_sound(library.db, library.storage, revoked.id)
    return _voice(context, asking.name, revoked)


@router.post("/{voice_id}/tune", status_code=201)
def tune(voice_id: str, body: TuneBody, context: Context, asking: Asking) -> Response:
    """Queue the fitting of a Kokoro voice to the recording; answers with the job."""
    need_queue(context)
    options = tunings.options(
        context.settings,
        names.named_model(body.model, "speak", context.settings),
        body.halves,
        allow_download=body.allow_download,
        may_get=context.settings.keeper in ("", asking.name),
    )
    job = context.library.submit_tuning(asking.name, voice_id, options, max_queued=context.settings.max_queued_jobs)
    return JSONResponse(job_json(job), 201, {"location": f"/v1/jobs/{job.id}"})


@router.get("/{voice_id}/tune/preview", response_class=Response)
async def hear_early(
    request: Request, voice_id: str, context: Context, asking: Asking, text: str = Query("", max_length=400)
) -> Response:
    """What the tuning has made so far says a sentence (WAV); 404 before there is anything."""
    return await own_voice_sound.early(request, context, asking, voice_id, text)


@router.get("/{voice_id}/export", response_class=Response)
def export(voice_id: str, context: Context, asking: Asking) -> Response:
    """The voice as one file."""
    library = context.library
    voice = rows.find(library.db, asking.name, voice_id)
    packed = packing.pack(library.db, library.storage, asking.name, voice_id)
    return Response(packed, media_type="application/zip", headers=named(f"{title_of(voice.name)}.voice"))


@router.get("/{voice_id}/preview", response_class=Response)
async def preview(
    request: Request,
    voice_id: str,
    context: Context,
    asking: Asking,
    model: str = Query("", max_length=MAX_NAME_CHARS),
    text: str = Query("", max_length=400),
) -> Response:
    """A sentence in that voice by any model that can speak it (WAV)."""
    return await own_voice_sound.preview(request, context, asking, voice_id, model, text)


def _hearer(context: ApiContext) -> Hear:
    return hearing.hearer(context.pool, context.settings)


async def _worked(request: Request, work: Callable[[], T], name: str) -> T:
    """Done on a thread of its own, unless the client leaves."""

    def working(_: Cancel) -> Iterator[T]:
        yield work()

    return await Pump(working, name=name).first_for(request)


def _voice(context: ApiContext, owner: str, voice: Any, status: int = 200) -> Response:
    body = voice_json(context.settings, owner, voice)
    return JSONResponse(body, status, {"location": f"/v1/voices/{body['id']}"} if status == 201 else None)


def _books(owner: str, found: list[books_using.BookUsing]) -> list[dict[str, str]]:
    """Of others' books no more than that there are some is told."""
    return [{"id": one.id, "title": one.title} if one.owner == owner else {"id": "", "title": "somebody else's book"}
            for one in found]  # fmt: skip


def _wav(path: Any) -> Response:
    return FileResponse(path, media_type="audio/wav", headers={"cache-control": "private, no-store"})
