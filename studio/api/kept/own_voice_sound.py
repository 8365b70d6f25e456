"""What voices of one's own sound like: a sentence in one, one that is being tuned, and candidates of a description."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from engine import registry, weights
from engine.errors import ModelNotDownloaded, VoiceError
from engine.pool import ModelPool
from engine.registry import ModelCard
from engine.tts.prepared import read as read_state
from engine.types import AudioChunk, Samples, SpeechRequest
from engine.weights.missing import gets
from studio.access import Person
from studio.api import names
from studio.api.bridge import Cancel, Pump
from studio.api.context import ApiContext
from studio.library.errors import NotFound
from studio.library.voices import previews, saved
from studio.library.voices.own import designed, rows
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.names import token
from studio.library.voices.worn import worn
from studio.settings import Settings

DESIGNS = "design"


async def preview(
    request: Request, context: ApiContext, asking: Person, voice_id: str, model: str, text: str
) -> Response:
    """A sentence in a voice. Raises NotFound, VoiceError, ModelNotDownloaded."""
    slot = context.access.limits.open_stream(asking)
    library = context.library

    def work(cancel: Cancel) -> Iterator[Path]:
        with slot:
            voice = rows.find(library.db, asking.name, voice_id)
            own = saved.own(library.db, asking.name)
            who = names.speaker(context.settings, model=model, voice=token(voice.id), own=own)
            said = text.strip() or previews.sentence(who.language or voice.language or "en")
            asked = who.asked(SpeechRequest(said, seed=0))
            spoken = worn(library.db, library.storage, asking.name, who.model, asked)
            card = registry.find(who.model, "speak")
            made_by = weights.identity(card, context.settings.models_dir, offline=context.settings.offline)
            folder = VoiceFolder.of(library.storage, voice.id).previews
            named = f"{spoken.voice}@{voice.version}"
            yield previews.preview_in(
                folder, made_by, named, said, lambda: iter(cancel.closes(context.pool.speak(who.model, spoken)))
            )

    path = await Pump(work, name="voice-preview").first_for(request)
    return FileResponse(path, media_type="audio/wav", headers={"cache-control": "private, max-age=60"})


async def early(request: Request, context: ApiContext, asking: Person, voice_id: str, text: str) -> Response:
    """A sentence by what the tuning has made so far. Raises NotFound."""
    slot = context.access.limits.open_stream(asking)
    library = context.library

    def work(cancel: Cancel) -> Iterator[bytes]:
        with slot:
            voice = rows.find(library.db, asking.name, voice_id)
            folder = VoiceFolder.of(library.storage, voice.id)
            state = read_state(folder.tuning) or (read_state(folder.tuned) if voice.tuned else None)
            if voice.owner != asking.name or state is None:
                raise NotFound("There is nothing to hear of this yet; the first sound comes after about half a minute.")
            card = _kokoro(context.settings)
            said = text.strip() or previews.sentence(voice.language or "en")
            asked = replace(SpeechRequest(said, seed=0), voice=state.base, state=state)
            stream = cancel.closes(context.pool.speak(card.id, asked))
            try:
                yield own_wav(list(stream))
            finally:
                stream.close()

    sound = await Pump(work, name="tune-preview").first_for(request)
    return Response(sound, media_type="audio/wav", headers={"cache-control": "no-store"})


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


def designing(
    pool: ModelPool, recipe: designed.Recipe, cancel: Cancel | None = None
) -> Callable[[int], tuple[Samples, int]]:
    """Speaks a recipe's text with a seed."""

    def speak(seed: int) -> tuple[Samples, int]:
        asked = SpeechRequest(recipe.text, language=recipe.language, instructions=recipe.description, seed=seed)
        stream = pool.speak(recipe.model, asked)
        if cancel is not None:
            cancel.closes(stream)
        try:
            chunks = list(stream)
        finally:
            stream.close()
        return _joined(chunks), chunks[-1].sample_rate

    return speak


def new_seed() -> int:
    """One that nobody chose."""
    return random.SystemRandom().randrange(designed.MAX_SEED)


def own_wav(chunks: list[AudioChunk]) -> bytes:
    """Chunks as one WAV."""
    import io

    import soundfile

    target = io.BytesIO()
    soundfile.write(target, _joined(chunks), chunks[-1].sample_rate, format="WAV", subtype="PCM_16")
    return target.getvalue()


def _joined(chunks: list[AudioChunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


def _kokoro(settings: Settings) -> ModelCard:
    from engine.defaults.speaking import kokoro_here

    card = kokoro_here(settings.models_dir)
    if card is None:
        raise ModelNotDownloaded(f"A tuned voice speaks through Kokoro, which is not here; {gets('natural')}.")
    return card
