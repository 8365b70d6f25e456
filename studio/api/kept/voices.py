"""/v1/audio/voices: the voices of a model, a person's own blends among them, and what each sounds like."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from engine import registry, weights
from engine.defaults.speaking import DEFAULT_LANGUAGE
from engine.errors import OptionError, VoiceError
from engine.registry import ModelCard, provenance
from engine.types import AudioChunk, SpeechRequest
from studio.access import Person, TooLarge
from studio.access.careful_json import LARGE_BODY_BYTES, parsed, worth
from studio.access.limits import megabytes
from studio.api import names
from studio.api.bridge import Cancel, Pump, off_loop_for
from studio.api.context import ApiContext, Asking, Context
from studio.api.errors import invalid_sentence
from studio.api.events import MAX_NAME_CHARS, Deleted, VoiceEntry, VoiceList
from studio.api.kept.own_voice_json import speaker_of
from studio.api.speech.speaking import own_of
from studio.api.uploads import Form, FormError, received_form
from studio.library.tables import ConsentState, VoiceKind
from studio.library.voices import previews, saved
from studio.library.voices.likeness import VOICES
from studio.library.voices.own import (
    consents,
    deleting,
    designed,
    designing,
    drafts,
    hearing,
    packing,
    recordings,
    rows,
)
from studio.library.voices.own.consent_words import SPEAKS
from studio.library.voices.own.names import TOKEN, token
from studio.library.voices.own.speaker import can_speak
from studio.library.voices.own.views import OwnVoiceView
from studio.library.voices.saved import KeptVoice

router = APIRouter(prefix="/v1/audio/voices", tags=["voices"])


class SavedBlend(BaseModel):
    """A blend to keep under a name; one of that name is replaced."""

    name: str = Field(max_length=MAX_NAME_CHARS)
    blend: str = Field(max_length=MAX_NAME_CHARS)
    model: str = Field("", max_length=MAX_NAME_CHARS)


@router.get("")
def list_voices(
    context: Context,
    asking: Asking,
    model: str = Query("", max_length=500),
    language: str = Query("", max_length=35),
    q: str = Query("", max_length=200),
) -> VoiceList:
    """The voices of a model, narrowed by language ("en" finds "en-us") and by words of the name or id."""
    found = names.model_id(model, "speak", context.settings)
    if language and not names.named_model(model, "speak", context.settings):
        found = names.speaker(context.settings, language=language).model
    words = q.casefold().split()
    own = own_voices(context, asking.name, registry.find(found))
    entries = [*own, *(VoiceEntry.of(voice) for voice in registry.voices(found))]
    chosen = [entry for entry in entries if speaks(entry.language, language) and _has_words(entry, words)]
    return VoiceList(model=found, data=chosen)


@router.post("", status_code=201)
async def keep(request: Request, context: Context, asking: Asking) -> Response:
    """Keep a blend of a model's voices under a name (JSON), which is its voice id from then on; or, as OpenAI has it,
    make a voice: a form with `name`, `audio_sample` and `consent`, or with `type=prompt` and `prompt`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
        return await _of_a_sample(request, context, asking)
    raw = await _small(request)
    try:
        body = SavedBlend.model_validate(parsed(raw, worth(raw)))
    except ValidationError as exc:
        raise FormError(*invalid_sentence(exc.errors(include_url=False))) from exc
    entry = await off_loop_for(asking.name, _kept_blend, body, context, asking)
    return JSONResponse(entry.model_dump(), 201)


async def _small(request: Request) -> bytes:
    """The body of a request that is no form. Raises TooLarge: more than any JSON here has."""
    raw = bytearray()
    async for block in request.stream():
        raw += block
        if len(raw) > LARGE_BODY_BYTES:
            raise TooLarge(f"The request is larger than the {megabytes(LARGE_BODY_BYTES)} allowed.")
    return bytes(raw)


def _kept_blend(body: SavedBlend, context: ApiContext, asking: Person) -> VoiceEntry:
    card = registry.find(names.model_id(body.model, "speak", context.settings))
    blend = registry.blend(card.id, body.blend)
    name = " ".join(body.name.split())
    taken = {voice.id.casefold() for voice in registry.voices(card.id)} | set(VOICES)
    if name.casefold() in taken:
        raise OptionError(f"“{name[:60]}” is the name of another voice; choose one of your own.")
    return _entry(saved.keep(context.library.db, asking.name, card.family, name, blend), card)


async def _of_a_sample(request: Request, context: ApiContext, asking: Person) -> Response:
    """A voice of a recording, by a consent that was sent before; both must be one person's."""
    library = context.library
    folder = await off_loop_for(asking.name, library.storage.uploads, asking.name)
    slot = context.access.limits.open_stream(asking)
    with slot:
        async with received_form(request, folder, packing.MAX_FILE_BYTES, file_field="audio_sample") as form:
            name, consent_id = form.text("name"), form.text("consent").strip()
            if form.text("type") == "prompt":
                return _as_openai(await _of_a_prompt(request, context, asking, form))
            if not consent_id:
                raise FormError("The form lacks `consent`: send one to /v1/audio/voice_consents first.", "consent")
            names.check_free(name)
            file = form.take_file()

            def work(_: Cancel) -> Iterator[OwnVoiceView]:
                try:
                    consent = consents.find(library.db, asking.name, consent_id)
                    hear = hearing.hearer(context.pool, context.settings)
                    draft = drafts.take_in(
                        library.storage,
                        asking.name,
                        file.path,
                        consent.language.lower(),
                        hear,
                        context.settings.models_dir,
                    )
                finally:
                    file.discard()
                chosen = recordings.Chosen(draft.id)
                made = recordings.make_voice(library.db, library.storage, asking.name, name, chosen)
                try:
                    yield consents.bind(
                        library.db, library.storage, asking.name, consent, made.id, context.settings.models_dir
                    )
                except BaseException as exc:
                    if not isinstance(exc, GeneratorExit):
                        rows.remove(library.db, library.storage, asking.name, made.id)
                    raise

            made = await Pump(work, name="voice").first_for(request)
    return _as_openai(made)


async def _of_a_prompt(request: Request, context: ApiContext, asking: Person, form: Form) -> OwnVoiceView:
    """A voice of a description (`prompt`), which says `script_hint`: the one candidate of a seed is kept."""
    library = context.library
    names.check_free(form.text("name"))
    description, text = designed.checked(
        form.text("prompt"), form.text("script_hint") or previews.sentence(DEFAULT_LANGUAGE)
    )
    card = designing.designer("", context.settings)
    recipe = designed.Recipe(description, text, "", card.id, designing.new_seed())

    def work(cancel: Cancel) -> Iterator[OwnVoiceView]:
        speak = designing.speaker(context.pool, recipe, cancel.closes)
        made = designed.make(library.storage, asking.name, recipe, speak, (recipe.seed,))
        yield designed.keep(library.db, library.storage, asking.name, made.id, 1, form.text("name"))

    return await Pump(work, name="design").first_for(request)


def _as_openai(made: OwnVoiceView) -> Response:
    body = {
        "id": token(made.id),
        "object": "audio.voice",
        "name": made.name,
        "created_at": int(made.created_at.timestamp()),
    }
    return JSONResponse(body, 201)


@router.delete("/{voice_id}")
def remove(voice_id: str, context: Context, asking: Asking) -> Deleted:
    """Forget a voice of one's own, by its `saved` id or its `voice_...`. Books in the queue keep a blend's sound."""
    library = context.library
    deleting.delete(library.db, library.storage, asking.name, voice_id)
    return Deleted(id=voice_id, object="voice")


@router.get("/{voice:path}/preview", response_class=Response)
async def preview(voice: str, context: Context, asking: Asking, model: str = Query("", max_length=500)) -> Response:
    """A sentence of the voice's language in that voice, made when it is first asked for."""
    card = registry.find(names.model_id(model, "speak", context.settings))
    slot = context.access.limits.open_stream(asking)

    def work() -> Response:
        with slot:
            wanted = names.speaker(context.settings, model=card.id, voice=voice, own=own_of(context, asking)).voice
            if TOKEN.fullmatch(wanted):
                return RedirectResponse(f"/v1/voices/{wanted}/preview?{urlencode({'model': card.id})}", 307)
            first = next((known for known in registry.voices(card.id) if known.id == _first(wanted, card)), None)
            is_saved = wanted != voice and "blend" in card.abilities
            if first is None or (first.id != wanted and not is_saved):
                raise VoiceError(f"{card.name} has no voice called “{voice[:60]}”; GET /v1/audio/voices lists them.")
            made_by = weights.identity(card, context.settings.models_dir, offline=context.settings.offline)
            text = previews.sentence(first.language)
            asked = SpeechRequest(text, voice=wanted, seed=0)
            told = provenance.made_by(card.id, asked)

            def speak() -> Iterator[AudioChunk]:
                return iter(context.pool.speak(card.id, asked))

            path = previews.preview(context.library.storage, made_by, wanted, text, speak, told)
            return FileResponse(path, media_type="audio/wav", headers={"cache-control": "private, max-age=60"})

    return await off_loop_for(asking.name, work)


def own_voices(context: ApiContext, owner: str, card: ModelCard) -> list[VoiceEntry]:
    """The person's own voices that a model can speak, and those that others of the studio share; blends first."""
    db = context.library.db
    blends = saved.list_all(db, owner, card.family) if "blend" in card.abilities else []
    others = [
        VoiceEntry(
            id=token(one.id),
            name=one.name,
            language=one.language,
            gender="",
            grade="",
            saved=one.id if one.owner == owner else "",
        )
        for one in rows.list_all(db, owner)
        if (one.kind != VoiceKind.BLEND or one.owner != owner)
        and ConsentState(one.consent.state) in SPEAKS | ({ConsentState.NONE} if one.blend else set[ConsentState]())
        and can_speak(card, speaker_of(one))
    ]
    return [*(_entry(kept, card) for kept in blends), *others]


def speaks(spoken: str, language: str) -> bool:
    """Whether a voice's language is the one wanted, given as a tag or as the beginning of one."""
    wanted, spoken = language.lower().replace("_", "-"), spoken.lower()
    return not wanted or spoken == wanted or spoken.startswith(f"{wanted}-")


def _has_words(voice: VoiceEntry, words: list[str]) -> bool:
    text = f"{voice.name} {voice.id} {voice.language} {voice.gender}".casefold()
    return all(word in text for word in words)


def _entry(kept: KeptVoice, card: ModelCard) -> VoiceEntry:
    first = _first(kept.blend, card)
    language = next((voice.language for voice in registry.voices(card.id) if voice.id == first), "")
    gender = _gender(kept.blend, card)
    return VoiceEntry(
        id=kept.name, name=kept.name, language=language, gender=gender, grade="", blend=kept.blend, saved=kept.id
    )


def _first(voice: str, card: ModelCard) -> str:
    """The voice that decides a blend's language; "" of what is no voice."""
    with suppress(VoiceError):
        return next(iter(registry.shares(card.id, voice)))
    return ""


def _gender(blend: str, card: ModelCard) -> str:
    """Of all its voices, or "" where they differ."""
    parts = registry.shares(card.id, blend)
    genders: set[str] = {voice.gender for voice in registry.voices(card.id) if voice.id in parts}
    return genders.pop() if len(genders) == 1 else ""
