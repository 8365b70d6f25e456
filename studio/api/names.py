"""OpenAI's names for models and voices, and what they mean here: the one place where the two vocabularies meet.

A client written for OpenAI asks for "tts-1" and "alloy". Here the models' names stand for whoever speaks or listens
where nobody is named. The voices' names stand for voices of that model: of Kokoro's, each for another one; of eSpeak's,
for the default one in a timbre of its own.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from engine import registry, weights
from engine.defaults import Listener, base
from engine.errors import ModelNotFound
from engine.registry import ModelCard
from engine.tts.kokoro.best import has_voice
from studio.access import check_model_name
from studio.library import chosen
from studio.library.chosen import Chosen, Kept
from studio.settings import Settings

SPEAK_ALIASES = frozenset({"tts-1", "tts-1-hd", "tts-1-1106", "tts-1-hd-1106", "gpt-4o-mini-tts"})
TRANSCRIBE_ALIASES = frozenset({"whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"})

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

Task = Literal["speak", "transcribe"]


def named_model(name: str, task: Task, settings: Settings) -> str:
    """The model a request names; "" where it names none, or one of OpenAI's.

    Args:
        name: an id of ours, one of OpenAI's, or "".
        task: what it must be able to do.
        settings: who may be named.

    Raises:
        ModelNotFound: nobody knows it, or it does something else.
    """
    aliases = SPEAK_ALIASES if task == "speak" else TRANSCRIBE_ALIASES
    if not name or name in aliases:
        return ""
    if name in SPEAK_ALIASES | TRANSCRIBE_ALIASES:
        doing = "speak" if task == "speak" else "transcribe"
        raise ModelNotFound(f"The model {name} does not {doing}; leave `model` out, and the studio chooses one.")
    return card(name, task, settings).id


def model_id(name: str, task: Task, settings: Settings) -> str:
    """The same, with a default: whoever speaks or listens where nothing is named. Raises as `named_model`."""
    named = named_model(name, task, settings)
    if named:
        return named
    default = chosen.default_speaker(settings) if task == "speak" else chosen.default_listener(settings)
    return default.model


def card(name: str, task: Task | None, settings: Settings) -> ModelCard:
    """The card for a name that is not one of OpenAI's.

    Raises:
        ModelNotFound: nobody knows it, it does something else, or it is a folder and a stranger may be asking.
    """
    check_model_name(name, settings)
    return registry.find(name, task)


def speaker(
    settings: Settings,
    *,
    model: str = "",
    voice: str = "",
    language: str = "",
    text: str = "",
    hint: str = "",
    kept: Kept | None = None,
) -> Chosen:
    """Who speaks for a request; the arguments are those of `studio.library.chosen.speaker`.

    Raises:
        ModelNotFound, ModelNotDownloaded, VoiceError: nobody can.
    """
    named = named_model(model, "speak", settings)
    is_openais = voice in VOICES and not (named and voice in {one.id for one in registry.voices(named)})
    found = chosen.speaker(
        settings,
        model=named,
        voice="" if is_openais else voice,
        language=language,
        text=text,
        hint=hint,
        kept=kept,
    )
    if not is_openais:
        return found
    likeness = _likeness(voice, found, settings)
    return replace(found, voice=likeness, named=likeness)


def listener(name: str, settings: Settings, language: str = "", needs: Collection[str] = ()) -> Listener:
    """Who listens for a request.

    Raises:
        ModelNotFound, ModelNotDownloaded, OptionError: nobody can.
    """
    named = named_model(name, "transcribe", settings)
    return chosen.listener(settings, model=named, language=language, needs=needs)


def _likeness(name: str, found: Chosen, settings: Settings) -> str:
    """The voice of a model that stands for one of OpenAI's."""
    card = registry.find(found.model, "speak")
    timbre, english = VOICES[name]
    if card.family == "kokoro":
        wanted = english if base(found.language or "en") == "en" else _alike(english, found)
        folder = weights.folder_of(card, settings.models_dir) if weights.is_present(card, settings.models_dir) else None
        return wanted if has_voice(wanted, folder) else found.voice
    variant = found.voice + timbre
    return variant if found.voice and variant in {one.id for one in registry.voices(found.model)} else found.voice


def _alike(english: str, found: Chosen) -> str:
    """A voice of the language that is spoken, of the sex of an English one; who shares one takes turns."""
    genders = {one.id: one.gender for one in registry.voices(found.model)}
    alike = [
        one.id
        for one in registry.voices(found.model)
        if one.language == found.language and one.gender == genders[english]
    ]
    turn = [other for _, other in VOICES.values() if genders[other] == genders[english]].index(english)
    return alike[turn % len(alike)] if alike else found.voice
