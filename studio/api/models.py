"""GET /v1/models and GET /v1/audio/voices: what can speak and listen here."""

from fastapi import APIRouter, Query

from engine import registry, weights
from engine.registry import ModelCard
from engine.types import Voice
from studio.api import names
from studio.api.context import Context
from studio.api.events import ModelEntry, ModelList, VoiceEntry, VoiceList
from studio.settings import Settings

router = APIRouter(tags=["models"])


@router.get("/v1/models")
def list_models(context: Context) -> ModelList:
    """Every model this studio knows, downloaded or not."""
    return ModelList(data=[_entry(card, context.settings) for card in registry.cards()])


@router.get("/v1/models/{model_id:path}")
def get_model(model_id: str, context: Context) -> ModelEntry:
    """One model; OpenAI's names answer with what they stand for."""
    if model_id in names.SPEAK_ALIASES:
        model_id = context.settings.speak_model
    elif model_id in names.TRANSCRIBE_ALIASES:
        model_id = context.settings.transcribe_model
    return _entry(names.card(model_id, None, context.settings), context.settings)


@router.get("/v1/audio/voices")
def list_voices(
    context: Context,
    model: str = Query("", max_length=500),
    language: str = Query("", max_length=35),
    q: str = Query("", max_length=200),
) -> VoiceList:
    """The voices of a model, narrowed by language ("en" finds "en-us") and by words of the name or id."""
    found = names.model_id(model, "speak", context.settings)
    words = q.casefold().split()
    voices = [
        VoiceEntry.of(voice) for voice in registry.voices(found) if speaks(voice, language) and _has_words(voice, words)
    ]
    return VoiceList(model=found, data=voices)


def speaks(voice: Voice, language: str) -> bool:
    """Whether a voice speaks a language, given as a tag or as the beginning of one."""
    wanted, spoken = language.lower().replace("_", "-"), voice.language.lower()
    return not wanted or spoken == wanted or spoken.startswith(f"{wanted}-")


def _has_words(voice: Voice, words: list[str]) -> bool:
    text = f"{voice.name} {voice.id} {voice.language} {voice.gender}".casefold()
    return all(word in text for word in words)


def _entry(card: ModelCard, settings: Settings) -> ModelEntry:
    publisher, slash, _ = card.id.rpartition("/")
    return ModelEntry(
        id=card.id,
        owned_by=publisher if slash else "studio",
        name=card.name,
        task=card.task,
        licence=card.licence,
        languages=list(card.languages),
        sample_rate=card.sample_rate,
        built_in=card.built_in,
        downloaded=card.built_in or weights.is_present(card, settings.models_dir),
        download_bytes=card.download_bytes,
        memory_bytes=card.memory_bytes,
        tags=list(card.tags),
        abilities=sorted(card.abilities),
    )
