"""A voice of one's own as `dressed` knows it, and which model speaks it. Knows no database and loads nothing."""

from dataclasses import dataclass
from pathlib import Path

from engine import registry, weights
from engine.audio.files.provenance import VoiceKind
from engine.errors import ModelNotDownloaded, VoiceError
from engine.registry import ModelCard, saying
from engine.weights.missing import gets

KOKORO = "kokoro"
QUICKER = ("pocket_tts", "qwen3_tts")
"""Families that clone, the one that is quicker on a processor first; others come behind them."""


@dataclass(frozen=True, slots=True)
class OwnSpeaker:
    """A voice that `worn` turns into what a model takes, right before it speaks.

    Attributes:
        token: by which requests and jobs name it.
        name: as its owner calls it.
        language: that it speaks unless another is named, or "".
        family: of the models that can speak its blend; "" of a voice that is none.
        blend: what it is made of, or "".
        is_tuned: whether a Kokoro voice was fitted to it.
        has_recording: whether a model that clones can speak it.
        silent: why nobody may speak as it, or "".
        is_designed: whether its recording was made of a description.
    """

    token: str
    name: str
    language: str = ""
    family: str = ""
    blend: str = ""
    is_tuned: bool = False
    has_recording: bool = False
    silent: str = ""
    is_designed: bool = False

    def kind_by(self, card: ModelCard) -> VoiceKind:
        """What the voice is where a model speaks it, for what is written into files."""
        if self.blend:
            return "blend"
        if card.family == KOKORO:
            return "tuned"
        return "designed" if self.is_designed else "cloned"


def model_for(voice: OwnSpeaker, models_dir: Path | None, *, model: str = "", preferred: str = "") -> ModelCard:
    """Who speaks as a voice of one's own.

    Args:
        voice: which.
        models_dir: where models are kept.
        model: who was named, or "".
        preferred: who goes before the rule where it can speak the voice.

    Raises:
        ModelNotFound: no such model.
        VoiceError: the model that was named cannot speak it, nobody could, or nobody may.
        ModelNotDownloaded: nobody who is here can; the sentence says what to get.
    """
    if voice.silent:
        raise VoiceError(voice.silent)
    if model:
        card = registry.find(model, "speak")
        if not can_speak(card, voice):
            raise VoiceError(f"{card.name} cannot speak as {voice.name}: it needs {what_it_needs(voice)}.")
        return card
    able = cards(voice)
    here = [card for card in able if weights.is_present(card, models_dir)]
    chosen = next((card for card in here if card.id == preferred), here[0] if here else None)
    if chosen is not None:
        return chosen
    if not able:
        raise VoiceError(f"No model can speak as {voice.name}: it needs {what_it_needs(voice)}.")
    first = able[0]
    raise ModelNotDownloaded(
        f"{voice.name} needs {what_it_needs(voice)}, and none is on this machine yet; "
        f"{gets('natural' if first.natural else first.id)}."
    )


def cards(voice: OwnSpeaker) -> list[ModelCard]:
    """The models that can speak a voice, in the order in which they are asked: tuned before cloned."""
    return sorted((card for card in registry.cards("speak") if can_speak(card, voice)), key=_rank)


def can_speak(card: ModelCard, voice: OwnSpeaker) -> bool:
    """Whether a model can speak a voice, as far as its card says."""
    if voice.blend:
        return card.family == voice.family and "blend" in card.abilities
    return (voice.is_tuned and card.family == KOKORO) or (voice.has_recording and "clone" in card.abilities)


def what_it_needs(voice: OwnSpeaker) -> str:
    """The kind of model that it takes."""
    if voice.blend:
        return "a model that blends its voices"
    if voice.is_tuned and not voice.has_recording:
        return f"a {saying.family_name(registry.find(KOKORO))}"
    if voice.has_recording:
        return "a model that clones voices"
    return "a recording first"


def _rank(card: ModelCard) -> tuple[bool, int, bool, int]:
    quick = QUICKER.index(card.family) if card.family in QUICKER else len(QUICKER)
    return card.family != KOKORO, quick, not card.natural, card.memory_bytes
