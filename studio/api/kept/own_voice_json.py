"""A voice of one's own, a draft and a sentence to read on the wire. Times are seconds since 1970, like OpenAI's."""

from dataclasses import asdict
from typing import Any

from engine import weights
from engine.errors import EngineError
from studio.library.tables import ConsentState, VoiceKind
from studio.library.voices.own import judging
from studio.library.voices.own.consent_words import why_silent
from studio.library.voices.own.consents import Asked
from studio.library.voices.own.drafts import Draft
from studio.library.voices.own.names import token
from studio.library.voices.own.speaker import KOKORO, OwnSpeaker, cards, what_it_needs
from studio.library.voices.own.views import OwnVoiceView
from studio.settings import Settings

SLOW_HERE = "Several times slower than it speaks, without a graphics processor."


def voice_json(settings: Settings, owner: str, voice: OwnVoiceView) -> dict[str, Any]:
    """A voice; of others' nothing that only its owner needs."""
    mine = voice.owner == owner
    models = [
        {"id": card.id, "name": card.name, "here": weights.is_present(card, settings.models_dir), "note": _note(card)}
        for card in cards(speaker_of(voice))
    ]
    why_not = why(settings, voice, models)
    return {
        "id": token(voice.id),
        "object": "voice",
        "name": voice.name,
        "kind": voice.kind,
        "language": voice.language,
        "colour": voice.colour,
        "tags": list(voice.tags),
        "notes": voice.notes if mine else "",
        "tone": asdict(voice.tone),
        "blend": voice.blend,
        "recipe": voice.recipe,
        "shared": voice.shared,
        "mine": mine,
        "imported": voice.imported,
        "version": voice.version,
        "created_at": voice.created_at.timestamp(),
        "recordings": [{**asdict(one), "hints": list(one.hints)} for one in voice.recordings],
        "consent": {
            "state": voice.consent.state,
            "at": voice.consent.at.timestamp() if voice.consent.at else None,
            "language": voice.consent.language,
            "sentence": voice.consent.sentence,
        },
        "tuned": bool(voice.tuned),
        "halves": voice.tuned,
        "models": models,
        "speaks": not why_not,
        "why_not": why_not,
    }


def why(settings: Settings, voice: OwnVoiceView, models: list[dict[str, Any]]) -> str:
    """Why a voice does not speak now, in one sentence; "" where it does."""
    if voice.kind != VoiceKind.BLEND and (silent := why_silent(voice.name, ConsentState(voice.consent.state))):
        return silent
    if any(model["here"] for model in models):
        return ""
    if not models:
        return f"No model can speak as {voice.name}: it needs {what_it_needs(speaker_of(voice))}."
    return f"{voice.name} needs {what_it_needs(speaker_of(voice))}, and none is on this machine yet."


def speaker_of(voice: OwnVoiceView) -> OwnSpeaker:
    """What of a voice can speak."""
    return OwnSpeaker(
        token(voice.id),
        voice.name,
        voice.language,
        voice.family,
        voice.blend,
        bool(voice.tuned),
        bool(voice.recordings),
    )


def draft_json(draft: Draft) -> dict[str, Any]:
    """A draft, with a text to read for another try."""
    return {**asdict(draft), "object": "recording", "reading": _reading(draft.language)}


def asked_json(asked: Asked) -> dict[str, Any]:
    """A sentence to read."""
    return {**asdict(asked), "words": list(asked.words)}


def _reading(language: str) -> str:
    try:
        return judging.reading(language or "en")
    except EngineError:
        return ""


def _note(card: Any) -> str:
    if card.family == KOKORO:
        return "A voice like the recording, quick on any machine."
    return SLOW_HERE if card.family == "qwen3_tts" else ""
