"""OpenAI's names of voices, and which voice here stands for each: of Kokoro's for another one, of eSpeak's for the
default one in a timbre of its own.
"""

from engine import registry, weights
from engine.defaults import base
from engine.tts.kokoro.best import has_voice
from studio.settings import Settings

VOICES: dict[str, tuple[str, str]] = {
    "alloy": ("", "af_heart"),
    "ash": ("+m1", "am_michael"),
    "ballad": ("+m2", "bm_george"),
    "cedar": ("+m3", "bm_lewis"),
    "coral": ("+f1", "af_bella"),
    "echo": ("+m4", "am_echo"),
    "fable": ("+m5", "bm_fable"),
    "marin": ("+f2", "af_sarah"),
    "nova": ("+f3", "af_nova"),
    "onyx": ("+m6", "am_fenrir"),
    "sage": ("+f4", "af_kore"),
    "shimmer": ("+f5", "af_aoede"),
    "verse": ("+m7", "am_puck"),
}
"""OpenAI's voice -> (what is added to eSpeak's default voice, Kokoro's voice for English).

In Kokoro's other languages it is a voice of that language and of the same sex. What a model has not is its default."""


def likeness(name: str, model: str, voice: str, language: str, settings: Settings) -> str:
    """The voice of a model that stands for one of OpenAI's.

    Args:
        name: one of VOICES.
        model: who speaks.
        voice: who would speak if nobody were named.
        language: BCP 47 tag that is spoken; "" is the voice's own.
        settings: where models are.
    """
    card = registry.find(model, "speak")
    timbre, english = VOICES[name]
    if card.family == "kokoro":
        wanted = english if base(language or "en") == "en" else _alike(english, model, voice, language)
        folder = weights.folder_of(card, settings.models_dir) if weights.is_present(card, settings.models_dir) else None
        return wanted if has_voice(wanted, folder) else voice
    variant = voice + timbre
    return variant if voice and variant in {one.id for one in registry.voices(model)} else voice


def _alike(english: str, model: str, voice: str, language: str) -> str:
    """A voice of the language that is spoken, of the sex of an English one; who shares one takes turns."""
    genders = {one.id: one.gender for one in registry.voices(model)}
    alike = [one.id for one in registry.voices(model) if one.language == language and one.gender == genders[english]]
    turn = [other for _, other in VOICES.values() if genders[other] == genders[english]].index(english)
    return alike[turn % len(alike)] if alike else voice
