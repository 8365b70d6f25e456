"""Who speaks and who listens at a door: what a request names, else what the settings name, else the rule of
`engine.defaults`. Every door asks here, and what it is told is what it queues, keeps and plays.

Knows no database: a door that has one says what a person's own voices are made of.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from engine import registry
from engine.defaults import Listener, base, tag, voice_language, who_listens, who_speaks
from engine.errors import EngineError
from engine.text.by_script import LOOKED_AT, language_by_script
from engine.types import SpeechRequest
from studio.library.manuscripts import BookText
from studio.settings import Settings

log = logging.getLogger(__name__)

Kept = Callable[[str, str], str]
"""(a model's family or "", a voice) -> what it is made of where it is a person's own, else the voice as it was."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who speaks.

    Attributes:
        model: a model id.
        voice: as the model knows it; "" is its own default.
        named: the voice as the person calls it: the name of their own blend.
        language: BCP 47 tag; "" is the voice's own.
        notice: a sentence for the person, or "".
        lacks: what would do better and is not here; see `engine.defaults.Speaker`.
    """

    model: str
    voice: str
    named: str
    language: str = ""
    notice: str = ""
    lacks: str = ""

    @property
    def notices(self) -> tuple[str, ...]:
        """The notice, where there is one."""
        return (self.notice,) if self.notice else ()

    def asked(self, request: SpeechRequest) -> SpeechRequest:
        """A request, to this speaker."""
        return replace(request, voice=self.voice, language=self.language, notices=self.notices)


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
    """Who speaks.

    Args:
        settings: what goes before the rule.
        model: who was asked for, or "".
        voice: which voice, or "".
        language: as people write it, or "".
        text: what is to be said, or its beginning.
        hint: the language a document says it is in.
        kept: what a person's own voices are made of.

    Raises:
        ModelNotFound, ModelNotDownloaded, VoiceError: as `engine.defaults.who_speaks`.
    """
    asked = model or settings.speak_model
    if not voice and settings.voice and asked == settings.speak_model:
        # The settings' voice is for the language it speaks.
        made_of = _made_of(asked, settings.voice, kept)
        found = who_speaks("", settings.models_dir, model=asked, voice=made_of)
        wanted = tag(language) or language_by_script(text) or tag(hint)
        if not wanted or base(wanted) == base(tag(voice_language(found.model, found.voice))):
            voice = settings.voice
    made_of = _made_of(asked, voice, kept)
    found = who_speaks(language, settings.models_dir, model=asked, voice=made_of, text=text, hint=hint)
    return Chosen(found.model, found.voice, voice or found.voice, found.language, found.notice, found.lacks)


def default_speaker(settings: Settings) -> Chosen:
    """Who speaks where nothing at all is named. Settings that name nobody who is known are passed over, and logged."""
    try:
        return speaker(settings)
    except EngineError as exc:
        log.warning("the voice in the settings cannot be taken: %s", exc)
        return speaker(settings.model_copy(update={"speak_model": "", "voice": ""}))


def listener(settings: Settings, *, model: str = "", language: str = "", needs: Collection[str] = ()) -> Listener:
    """Who listens.

    Args:
        settings: what goes before the rule.
        model: who was asked for, or "".
        language: what is spoken, or "".
        needs: what it must be able to do besides; see `engine.defaults.who_listens`.

    Raises:
        OptionError, ModelNotDownloaded: as `engine.defaults.who_listens`.
    """
    return who_listens(language, settings.models_dir, model=model or settings.transcribe_model, needs=needs)


def default_listener(settings: Settings) -> Listener:
    """Who listens where nothing at all is named. A machine that has nobody is shown who could be got."""
    try:
        return listener(settings)
    except EngineError as exc:
        log.warning("nobody listens: %s", exc)
        return Listener(next(card.id for card in registry.cards("transcribe") if card.natural))


def beginning(book: BookText) -> str:
    """As much of a book as its language is found out by."""
    parts: list[str] = []
    left = LOOKED_AT
    for chapter in book.chapters:
        for paragraph in chapter.paragraphs:
            if left <= 0:
                return "\n".join(parts)
            parts.append(paragraph[:left])
            left -= len(paragraph)
    return "\n".join(parts)


def _made_of(model: str, voice: str, kept: Kept | None) -> str:
    if not voice or kept is None:
        return voice
    return kept(registry.find(model, "speak").family if model else "", voice)
