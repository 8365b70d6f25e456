"""Who speaks where nobody named a model. The rule:

    a model is named             it speaks; what else was left out is filled in below
    only a voice is named        the model that has it: Kokoro's and its blends, eSpeak's, else a model that is here
    neither                      Kokoro the languages it has, each in its best voice; eSpeak all others

The language is the one that was named, else the one the text's letters give away, else the one its document says, else
English. Kokoro is the natural set's, else the first downloaded one. Where it is missing, or lacks what reads Japanese
or Mandarin, eSpeak speaks, and a sentence says what to get.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from engine import registry, weights
from engine.defaults.named import base, name, tag
from engine.defaults.notices import extra_is_missing, natural_is_missing, read_as
from engine.errors import ModelNotDownloaded, VoiceError
from engine.registry import ModelCard
from engine.text.by_script import language_by_script
from engine.text.g2p.extras import missing
from engine.tts.espeak import catalogue
from engine.tts.kokoro.best import best_voice
from engine.tts.kokoro.voices import HALVES, described, language_of, parse
from engine.tts.kokoro.voices import voices as kokoro_voices
from engine.weights.missing import ABSENT, NATURAL, gets

ALWAYS_SPEAKS = "espeak-ng"
"""The voice that comes with the installation."""

DEFAULT_LANGUAGE = "en-us"

# Englishes that are nearer to London's than to Washington's.
_BRITISH = frozenset({"gb", "uk", "ie", "au", "nz", "za", "in", "sg", "hk", "mt"})


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks.

    Attributes:
        model: a model id.
        voice: a voice of it; "" is its own default.
        language: BCP 47 tag to speak; "" is the voice's own.
        notice: a sentence for the person; "" where there is nothing to say.
        lacks: what would do better and is not here: "natural" for Kokoro itself, "ja" or "zh" for what reads it.
    """

    model: str
    voice: str = ""
    language: str = ""
    notice: str = ""
    lacks: str = ""


def who_speaks(
    language: str = "",
    models_dir: Path | None = None,
    *,
    model: str = "",
    voice: str = "",
    text: str = "",
    hint: str = "",
) -> Speaker:
    """Who speaks a text.

    Args:
        language: as people write it ("fr", "pt-BR", "French"); "" where nobody says.
        models_dir: where models are kept; None is the hub's own cache.
        model: who was named, or "".
        voice: a voice that was named, or ""; a blend by what it is made of.
        text: what is to be said, or its beginning; its letters may give the language away.
        hint: the language a document says it is in; one that nobody speaks is no hint.

    Raises:
        ModelNotFound: no such model.
        VoiceError: no model has the voice, or nobody speaks the language.
        ModelNotDownloaded: the voice is of a model that is not here.
    """
    wanted = tag(language)
    if model:
        return _named_model(model, voice, wanted, text, tag(hint), models_dir)
    if voice:
        card = _owner_of(voice, models_dir)
        return Speaker(card.id, voice, _in_voice(card, voice, wanted, text))
    letters = "" if wanted else language_by_script(text)
    if not wanted and not letters and hint:
        with suppress(VoiceError):
            return _by_language(tag(hint), models_dir)
    speaker = _by_language(wanted or letters or DEFAULT_LANGUAGE, models_dir)
    if letters and not speaker.notice:
        speaker = replace(speaker, notice=read_as(name(letters), registry.find(speaker.model).name))
    return speaker


def voice_language(model: str, voice: str) -> str:
    """The language of a voice that was named; "" of one that is not known.

    Raises:
        ModelNotFound: no such model.
    """
    card = registry.find(model, "speak")
    with suppress(VoiceError):
        if card.family == "kokoro":
            return described(parse(voice).first).language
        if card.family == "espeak":
            return catalogue.find(voice)[0].language
    return next((known.language for known in registry.voices(model) if known.id == voice), "")


def kokoros_tag(language: str) -> str:
    """Kokoro's own tag for a language, of whatever region; "" for one that it does not speak.

    Args:
        language: as `named.tag` gives it.
    """
    primary, _, region = language.partition("-")
    return "en-gb" if primary == "en" and base(region) in _BRITISH else language_of(language)


def kokoro_here(models_dir: Path | None) -> ModelCard | None:
    """The Kokoro that speaks where nobody named one: the natural set's, else the first downloaded one."""
    return next((card for card in _kokoros() if weights.is_present(card, models_dir)), None)


def _named_model(model: str, voice: str, language: str, text: str, hint: str, models_dir: Path | None) -> Speaker:
    card = registry.find(model, "speak")
    if voice:
        return Speaker(model, voice, _in_voice(card, voice, language, text))
    if not language:
        found = language_by_script(text) or hint
        # What the model does not speak it refuses itself, by its own name.
        language = found if base(found) in {base(tag(one)) for one in card.languages} else ""
    spoken = kokoros_tag(language) if card.family == "kokoro" else ""
    if spoken and weights.is_present(card, models_dir):
        voice = best_voice(spoken, weights.folder_of(card, models_dir))
    return Speaker(model, voice, _as_told(card, language))


def _in_voice(card: ModelCard, voice: str, language: str, text: str) -> str:
    """The language a voice that was named is to speak; "" is its own."""
    if language or card.family != "kokoro":
        return _as_told(card, language)
    letters = kokoros_tag(language_by_script(text))
    return letters if letters and missing(letters) is None else ""


def _as_told(card: ModelCard, language: str) -> str:
    return kokoros_tag(language) or language if language and card.family == "kokoro" else language


def _by_language(language: str, models_dir: Path | None) -> Speaker:
    spoken = kokoros_tag(language)
    if not spoken:
        return _espeak(language)
    card = kokoro_here(models_dir)
    if card is None:
        return _espeak(language, natural_is_missing(), NATURAL)
    if extra := missing(spoken):
        return _espeak(language, extra_is_missing(extra), extra.language)
    voice = best_voice(spoken, weights.folder_of(card, models_dir))
    return Speaker(card.id, voice, spoken) if voice else _espeak(language)


def _espeak(language: str, notice: str = "", lacks: str = "") -> Speaker:
    # The commonest is known without reading a hundred files of voices.
    voice = DEFAULT_LANGUAGE if language in ("en", DEFAULT_LANGUAGE) else catalogue.for_language(language).id
    return Speaker(ALWAYS_SPEAKS, voice, language, notice, lacks)


def _kokoros() -> list[ModelCard]:
    return [card for card in registry.cards("speak") if card.family == "kokoro"]


def _owner_of(voice: str, models_dir: Path | None) -> ModelCard:
    """The model that has a voice. Raises VoiceError, ModelNotDownloaded."""
    owners = _owners(voice)
    here = next((card for card in owners if weights.is_present(card, models_dir)), None)
    if here is not None:
        return here
    if not owners:
        raise VoiceError(f"No model here has a voice called “{voice[:60]}”. `studio voices` lists those there are.")
    how = NATURAL if owners[0].natural else owners[0].id
    raise ModelNotDownloaded(f"The voice {voice[:60]} is one of {owners[0].name}, which {ABSENT} yet; {gets(how)}.")


def _owners(voice: str) -> list[ModelCard]:
    """The models that have a voice, here or not."""
    parts = {part.partition(":")[0].strip() for half in voice.split(HALVES) for part in half.split("+")}
    if parts <= {known.id for known in kokoro_voices()}:
        return _kokoros()
    with suppress(VoiceError):
        catalogue.find(voice)
        return [registry.find(ALWAYS_SPEAKS)]
    others = (card for card in registry.cards("speak") if card.family not in ("kokoro", "espeak"))
    return [card for card in others if voice in {known.id for known in registry.voices(card.id)}]
