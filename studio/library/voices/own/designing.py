"""Who designs voices, and how a candidate is spoken. Knows the pool, and no door."""

import random
from collections.abc import Callable

import numpy as np

from engine import registry, weights
from engine.errors import ModelNotDownloaded, VoiceError
from engine.pool import ModelPool
from engine.pool.stream import Stream
from engine.registry import ModelCard
from engine.types import AudioChunk, Samples, SpeechRequest
from engine.weights.missing import gets
from studio.library.voices.own.designed import MAX_SEED, Recipe
from studio.settings import Settings

DESIGNS = "design"


def designer(model: str, settings: Settings) -> ModelCard:
    """Who designs voices: the model that was named, else the first that is here.

    Raises:
        VoiceError: the model that was named cannot, or none that is known can.
        ModelNotDownloaded: nobody who is here can.
    """
    if model:
        card = registry.find(model, "speak")
        if DESIGNS not in card.abilities:
            raise VoiceError(f"{card.name} cannot make a voice of a description. Leave the model out, or name another.")
        return card
    able = [card for card in registry.cards("speak") if DESIGNS in card.abilities]
    here = next((card for card in able if weights.is_present(card, settings.models_dir)), None)
    if here is not None:
        return here
    if not able:
        raise VoiceError("No model that is known here makes a voice of a description.")
    raise ModelNotDownloaded(
        f"Designing a voice takes {able[0].name}, which is not on this machine yet; {gets(able[0].id)}."
    )


def speaker(
    pool: ModelPool, recipe: Recipe, closes: Callable[[Stream[AudioChunk]], object] | None = None
) -> Callable[[int], tuple[Samples, int]]:
    """Speaks a recipe's text with a seed; `closes` is told of each stream, so that somebody can end it."""

    def speak(seed: int) -> tuple[Samples, int]:
        asked = SpeechRequest(recipe.text, language=recipe.language, instructions=recipe.description, seed=seed)
        stream = pool.speak(recipe.model, asked)
        if closes is not None:
            closes(stream)
        try:
            chunks = list(stream)
        finally:
            stream.close()
        return np.concatenate([chunk.samples for chunk in chunks]), chunks[-1].sample_rate

    return speak


def new_seed() -> int:
    """One that nobody chose."""
    return random.SystemRandom().randrange(MAX_SEED)
