"""GET /v1/models: what can speak and listen here."""

from fastapi import APIRouter

from engine import registry, weights
from engine.registry import ModelCard
from studio.api import names
from studio.api.context import Context
from studio.api.events import ModelEntry, ModelList
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
        model_id = names.model_id("", "speak", context.settings)
    elif model_id in names.TRANSCRIBE_ALIASES:
        model_id = names.model_id("", "transcribe", context.settings)
    return _entry(names.card(model_id, None, context.settings), context.settings)


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
        natural=card.natural,
        downloaded=card.built_in or weights.is_present(card, settings.models_dir),
        download_bytes=card.download_bytes,
        memory_bytes=card.memory_bytes,
        tags=list(card.tags),
        abilities=sorted(card.abilities),
    )
