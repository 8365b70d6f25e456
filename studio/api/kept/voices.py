"""/v1/audio/voices: the voices of a model, a person's own blends among them, and what each sounds like."""

from collections.abc import Iterator
from contextlib import suppress

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from engine import registry, weights
from engine.errors import OptionError, VoiceError
from engine.registry import ModelCard, provenance
from engine.types import AudioChunk, SpeechRequest
from studio.api import names
from studio.api.bridge import off_loop_for
from studio.api.context import ApiContext, Asking, Context
from studio.api.events import MAX_NAME_CHARS, Deleted, VoiceEntry, VoiceList
from studio.api.speech.speaking import own_of
from studio.library.voices import previews, saved
from studio.library.voices.likeness import VOICES
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
def keep(body: SavedBlend, context: Context, asking: Asking) -> VoiceEntry:
    """Keep a blend of a model's voices under a name, which is its voice id from then on."""
    card = registry.find(names.model_id(body.model, "speak", context.settings))
    blend = registry.blend(card.id, body.blend)
    name = " ".join(body.name.split())
    taken = {voice.id.casefold() for voice in registry.voices(card.id)} | set(VOICES)
    if name.casefold() in taken:
        raise OptionError(f"“{name[:60]}” is the name of another voice; choose one of your own.")
    return _entry(saved.keep(context.library.db, asking.name, card.family, name, blend), card)


@router.delete("/{voice_id}")
def remove(voice_id: str, context: Context, asking: Asking) -> Deleted:
    """Forget a blend, by its `saved` id. Books that are in the queue keep its sound."""
    saved.remove(context.library.db, asking.name, voice_id)
    return Deleted(id=voice_id, object="voice")


@router.get("/{voice:path}/preview", response_class=Response)
async def preview(voice: str, context: Context, asking: Asking, model: str = Query("", max_length=500)) -> Response:
    """A sentence of the voice's language in that voice, made when it is first asked for."""
    card = registry.find(names.model_id(model, "speak", context.settings))
    slot = context.access.limits.open_stream(asking)

    def work() -> Response:
        with slot:
            wanted = names.speaker(context.settings, model=card.id, voice=voice, own=own_of(context, asking)).voice
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
    """The person's blends that a model can speak."""
    if "blend" not in card.abilities:
        return []
    return [_entry(kept, card) for kept in saved.list_all(context.library.db, owner, card.family)]


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
