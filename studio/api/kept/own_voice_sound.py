"""What voices of one's own sound like: a sentence in one, one that is being tuned, and candidates of a description."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from engine import registry, weights
from engine.errors import ModelNotDownloaded
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
from studio.library.voices.own import rows
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.names import token
from studio.library.voices.provenance import told
from studio.library.voices.worn import worn
from studio.settings import Settings


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
                folder,
                made_by,
                named,
                said,
                lambda: iter(cancel.closes(context.pool.speak(who.model, spoken))),
                told(who, asked),
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
        raise ModelNotDownloaded(f"The model that a tuned voice speaks through is not here; {gets('natural')}.")
    return card
