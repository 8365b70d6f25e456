"""The models a request may name: ours, and OpenAI's, which stand for who speaks or listens where nobody is named."""

from collections.abc import Collection
from functools import cache
from typing import Literal

from engine import registry
from engine.defaults import Listener
from engine.errors import ModelNotFound, OptionError
from engine.registry import ModelCard
from studio.access import check_model_name
from studio.library import listening
from studio.library.voices.dressed import Dressed, Own, default_speaker, dressed
from studio.library.voices.likeness import VOICES
from studio.settings import Settings

SPEAK_ALIASES = frozenset({"tts-1", "tts-1-hd", "tts-1-1106", "tts-1-hd-1106", "gpt-4o-mini-tts"})
TRANSCRIBE_ALIASES = frozenset({"whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"})

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
    default = default_speaker(settings) if task == "speak" else listening.default_listener(settings)
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
    own: Own | None = None,
    exact: bool = False,
) -> Dressed:
    """Who speaks for a request; the arguments are those of `studio.library.voices.dressed`.

    Raises:
        ModelNotFound, ModelNotDownloaded, VoiceError: nobody can.
    """
    named = named_model(model, "speak", settings)
    return dressed(settings, model=named, voice=voice, language=language, text=text, hint=hint, own=own, exact=exact)


def check_free(name: str) -> None:
    """Whether a voice of one's own may be called that.

    Raises:
        OptionError: it is the name of one of OpenAI's voices, or of one of a model's.
    """
    wanted = " ".join(name.split()).casefold()
    if wanted in _taken():
        raise OptionError(f"“{name[:60]}” is the name of another voice; choose one of your own.")


@cache
def _taken() -> frozenset[str]:
    known = (voice.id.casefold() for one in registry.cards("speak") for voice in registry.voices(one.id))
    return frozenset({*known, *(voice.casefold() for voice in VOICES)})


def listener(name: str, settings: Settings, language: str = "", needs: Collection[str] = ()) -> Listener:
    """Who listens for a request.

    Raises:
        ModelNotFound, ModelNotDownloaded, OptionError: nobody can.
    """
    named = named_model(name, "transcribe", settings)
    return listening.listener(settings, model=named, language=language, needs=needs)
