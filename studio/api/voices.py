"""/v1/audio/voices: the voices of a model, a person's own blends among them, and what each sounds like."""

from collections.abc import Iterator

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from engine import registry, weights
from engine.errors import OptionError, VoiceError
from engine.registry import ModelCard
from engine.registry.saying import whoever
from engine.types import AudioChunk, SpeechRequest
from studio.api import names
from studio.api.bridge import off_loop_for
from studio.api.context import ApiContext, Asking, Context
from studio.api.events import MAX_NAME_CHARS, Deleted, VoiceEntry, VoiceList
from studio.api.speaking import kept_voices
from studio.library import previews, saved_voices
from studio.library.saved_voices import KeptVoice

router = APIRouter(prefix="/v1/audio/voices", tags=["voices"])

MAX_BLENDED = 8


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
    blend = checked_blend(body.blend, card)
    name = " ".join(body.name.split())
    taken = {voice.id.casefold() for voice in registry.voices(card.id)} | set(names.VOICES)
    if name.casefold() in taken:
        raise OptionError(f"“{name[:60]}” is the name of another voice; choose one of your own.")
    return _entry(saved_voices.keep(context.library.db, asking.name, card.family, name, blend), card)


@router.delete("/{voice_id}")
def remove(voice_id: str, context: Context, asking: Asking) -> Deleted:
    """Forget a blend, by its `saved` id. Books that are in the queue keep its sound."""
    saved_voices.remove(context.library.db, asking.name, voice_id)
    return Deleted(id=voice_id, object="voice")


@router.get("/{voice:path}/preview", response_class=Response)
async def preview(voice: str, context: Context, asking: Asking, model: str = Query("", max_length=500)) -> Response:
    """A sentence of the voice's language in that voice, made when it is first asked for."""
    card = registry.find(names.model_id(model, "speak", context.settings))
    slot = context.access.limits.open_stream(asking)

    def work() -> Response:
        with slot:
            wanted = names.speaker(
                context.settings, model=card.id, voice=voice, kept=kept_voices(context, asking)
            ).voice
            first = next((known for known in registry.voices(card.id) if known.id == _first(wanted)), None)
            is_saved = wanted != voice and "blend" in card.abilities
            if first is None or (first.id != wanted and not is_saved):
                raise VoiceError(f"{card.name} has no voice called “{voice[:60]}”; GET /v1/audio/voices lists them.")
            folder = weights.folder_of(card, context.settings.models_dir, offline=context.settings.offline)
            files = "built in" if folder is None else f"{folder.name} {folder.stat().st_mtime_ns}"
            text = previews.sentence(first.language)

            def speak() -> Iterator[AudioChunk]:
                return iter(context.pool.speak(card.id, SpeechRequest(text, voice=wanted, seed=0)))

            path = previews.preview(context.library.storage, card.id, f"{files} {card.code}", wanted, text, speak)
            return FileResponse(path, media_type="audio/wav", headers={"cache-control": "private, max-age=60"})

    return await off_loop_for(asking.name, work)


def own_voices(context: ApiContext, owner: str, card: ModelCard) -> list[VoiceEntry]:
    """The person's blends that a model can speak."""
    if "blend" not in card.abilities:
        return []
    return [_entry(kept, card) for kept in saved_voices.list_all(context.library.db, owner, card.family)]


def checked_blend(blend: str, card: ModelCard) -> str:
    """A blend in a fixed spelling, its shares summing to 1.

    Raises:
        OptionError: the model cannot blend, or this is no blend of its voices.
    """
    if "blend" not in card.abilities:
        raise OptionError(f"{card.name} cannot blend voices. {whoever('speak', 'blend')} can.")
    known = {voice.id for voice in registry.voices(card.id)}
    shares: dict[str, float] = {}
    for part in blend.split("+"):
        voice, colon, share = (piece.strip() for piece in part.partition(":"))
        try:
            amount = float(share) if colon else 1.0
        except ValueError:
            amount = 0.0
        if voice not in known:
            raise OptionError(f"“{voice[:40]}” is no voice of {card.name}, so it cannot be blended.")
        if not 0 < amount <= 1000:
            raise OptionError(f"The share of {voice} must be a number above 0, as in af_heart:0.6+am_michael:0.4.")
        shares[voice] = shares.get(voice, 0.0) + amount
    if len(shares) > MAX_BLENDED:
        raise OptionError(f"A blend can have {MAX_BLENDED} voices; this one has {len(shares)}.")
    whole = sum(shares.values())
    return "+".join(f"{voice}:{amount / whole:.4g}" for voice, amount in shares.items())


def speaks(spoken: str, language: str) -> bool:
    """Whether a voice's language is the one wanted, given as a tag or as the beginning of one."""
    wanted, spoken = language.lower().replace("_", "-"), spoken.lower()
    return not wanted or spoken == wanted or spoken.startswith(f"{wanted}-")


def _has_words(voice: VoiceEntry, words: list[str]) -> bool:
    text = f"{voice.name} {voice.id} {voice.language} {voice.gender}".casefold()
    return all(word in text for word in words)


def _first(voice: str) -> str:
    return voice.partition("+")[0].partition(":")[0] if ":" in voice else voice


def _entry(kept: KeptVoice, card: ModelCard) -> VoiceEntry:
    first = _first(kept.blend)
    language = next((voice.language for voice in registry.voices(card.id) if voice.id == first), "")
    gender = _gender(kept.blend, card)
    return VoiceEntry(
        id=kept.name, name=kept.name, language=language, gender=gender, grade="", blend=kept.blend, saved=kept.id
    )


def _gender(blend: str, card: ModelCard) -> str:
    """Of all its voices, or "" where they differ."""
    parts = {part.partition(":")[0] for part in blend.split("+")}
    genders: set[str] = {voice.gender for voice in registry.voices(card.id) if voice.id in parts}
    return genders.pop() if len(genders) == 1 else ""
