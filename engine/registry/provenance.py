"""Where a sound comes from: a model's card and what was asked of it -> what its files say."""

from contextlib import suppress
from importlib import import_module

from engine.audio.files.provenance import Provenance, VoiceKind
from engine.errors import EngineError
from engine.registry import find, voices
from engine.registry.card import ModelCard
from engine.types import SpeechRequest

FREE = ("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0", "GPL-3.0-or-later")
"""Licences of models that bind who passes the model on, and nobody who speaks with it. Every other one is written into
what is made."""


def made_by(model: str, request: SpeechRequest, named: str = "", kind: VoiceKind | None = None) -> Provenance:
    """What the files say of a sound.

    Args:
        model: a model id.
        request: what was asked of it; only the voice counts.
        named: the voice as the person calls it; the request's own name when "".
        kind: what the voice is, where somebody knows more than the request says (a described voice speaks by a
            recording too); None goes by the request.
    """
    try:
        card = find(model)
    except EngineError:  # a model that is not there any more has spoken all the same
        return Provenance(model, named or request.voice, kind or "stock")
    return Provenance(card.name, named or _name(card, request.voice), kind or kind_of(card, request), binding(card))


def binding(card: ModelCard) -> str:
    """The model's licence where it binds what is made with it; else ""."""
    return "" if card.licence in FREE else card.licence


def kind_of(card: ModelCard, request: SpeechRequest) -> VoiceKind:
    """What the voice of a request is."""
    if request.state is not None:
        return "tuned"
    if request.prompt is not None:
        return "cloned"
    if request.voice in _house(card):
        return "house"
    known = {voice.id for voice in voices(card.id)}
    if request.voice and known and request.voice not in known:
        return "blend"
    return "designed" if "design" in card.abilities and request.instructions else "stock"


def _name(card: ModelCard, voice: str) -> str:
    return next((one.name for one in voices(card.id) if one.id == voice), voice)


def _house(card: ModelCard) -> frozenset[str]:
    """The voices that the studio made for a family: its module `house` names them."""
    with suppress(ModuleNotFoundError):
        return frozenset(import_module(f"{card.module}.house").names())
    return frozenset()
