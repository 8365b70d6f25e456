"""OpenAI's names for models and voices, and what they mean here: the one place where the two vocabularies meet.

A client written for OpenAI asks for "tts-1" and "alloy". Here the models' names stand for the defaults in the settings,
and the voices' names for the default voice, in a variant of its own where the model has variants.
"""

from typing import Literal

from engine import registry
from engine.errors import ModelNotFound
from engine.registry import ModelCard
from studio.access import check_model_name
from studio.settings import Settings

SPEAK_ALIASES = frozenset({"tts-1", "tts-1-hd", "tts-1-1106", "tts-1-hd-1106", "gpt-4o-mini-tts"})
TRANSCRIBE_ALIASES = frozenset({"whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"})

VOICE_VARIANTS = {
    "alloy": "",
    "ash": "+m1",
    "ballad": "+m2",
    "cedar": "+m3",
    "coral": "+f1",
    "echo": "+m4",
    "fable": "+m5",
    "marin": "+f2",
    "nova": "+f3",
    "onyx": "+m6",
    "sage": "+f4",
    "shimmer": "+f5",
    "verse": "+m7",
}
"""OpenAI's voice -> what is added to the default voice's id. A model without that variant speaks with its default."""

Task = Literal["speak", "transcribe"]


def model_id(name: str, task: Task, settings: Settings) -> str:
    """The model a request means.

    Args:
        name: an id of ours, one of OpenAI's, or "" for the default.
        task: what it must be able to do.
        settings: the defaults.

    Raises:
        ModelNotFound: nobody knows it, or it does something else.
    """
    default = settings.speak_model if task == "speak" else settings.transcribe_model
    aliases = SPEAK_ALIASES if task == "speak" else TRANSCRIBE_ALIASES
    if not name or name in aliases:
        return default
    if name in SPEAK_ALIASES | TRANSCRIBE_ALIASES:
        doing = "speak" if task == "speak" else "transcribe"
        raise ModelNotFound(f"The model {name} does not {doing}; leave `model` out to use {default}.")
    return card(name, task, settings).id


def card(name: str, task: Task | None, settings: Settings) -> ModelCard:
    """The card for a name that is not one of OpenAI's.

    Raises:
        ModelNotFound: nobody knows it, it does something else, or it is a folder and a stranger may be asking.
    """
    check_model_name(name, settings)
    return registry.find(name, task)


def voice_id(name: str, model: str, settings: Settings) -> str:
    """The voice a request means; "" is the model's own default."""
    default = settings.voice if model == settings.speak_model else ""
    if not name:
        return default
    if name not in VOICE_VARIANTS:
        return name
    known = {voice.id for voice in registry.voices(model)}
    if name in known:
        return name
    variant = default + VOICE_VARIANTS[name]
    return variant if default and variant in known else default
