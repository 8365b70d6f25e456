"""What was asked -> who speaks: whom a request names, else whom the settings name, else the rule of `engine.defaults`.

A voice may be a model's, a blend, a person's own by its name, or one of OpenAI's. Every door asks here and nowhere
else, and what it is told is what it queues, keeps and plays. Knows no database: a door that has one brings the
person's own.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine import registry
from engine.audio.files.provenance import VoiceKind
from engine.defaults import base, tag, voice_language, who_speaks
from engine.errors import EngineError
from engine.text.by_script import LOOKED_AT, language_by_script
from engine.types import SpeechRequest
from studio.library.narration.manuscripts import BookText
from studio.library.voices.likeness import VOICES, likeness
from studio.library.voices.own.speaker import OwnSpeaker, model_for
from studio.settings import Settings

log = logging.getLogger(__name__)

Own = Callable[[str, str], str | OwnSpeaker]
"""(a model's family or "", a voice) -> what it is made of where it is a person's own, else the voice as it was."""


@dataclass(frozen=True, slots=True)
class Dressed:
    """Who speaks.

    Attributes:
        model: a model id.
        voice: as the model knows it; "" is its own default. Of a voice of one's own it is its token, which `worn` turns
            into what the model takes.
        named: the voice as the person calls it: the name of their own blend.
        language: BCP 47 tag; "" is the voice's own.
        notice: a sentence for the person, or "".
        lacks: what would do better and is not here; see `engine.defaults.Speaker`.
        kind: what a voice of one's own is; None of the others, whose requests tell it.
    """

    model: str
    voice: str
    named: str
    language: str = ""
    notice: str = ""
    lacks: str = ""
    kind: VoiceKind | None = None

    @property
    def notices(self) -> tuple[str, ...]:
        """The notice, where there is one."""
        return (self.notice,) if self.notice else ()

    def asked(self, request: SpeechRequest) -> SpeechRequest:
        """A request, to this speaker."""
        return replace(request, voice=self.voice, language=self.language, notices=(*self.notices, *request.notices))


def dressed(
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
    """Who speaks.

    Args:
        settings: what goes before the rule.
        model: who was asked for, or "".
        voice: which voice, or "".
        language: as people write it, or "".
        text: what is to be said, or its beginning.
        hint: the language a document says it is in.
        own: what a person's own voices are made of.
        exact: see `engine.defaults.who_speaks`.

    Raises:
        ModelNotFound, ModelNotDownloaded, VoiceError: as `engine.defaults.who_speaks`.
        NotFound: a voice of one's own that is gone.
    """
    if voice in VOICES and not (model and voice in {one.id for one in registry.voices(model)}):
        found = dressed(settings, model=model, language=language, text=text, hint=hint, own=own, exact=exact)
        alike = likeness(voice, found.model, found.voice, found.language, settings)
        return replace(found, voice=alike, named=alike)
    asked = model or settings.speak_model
    if not voice and settings.voice and asked == settings.speak_model:
        # The settings' voice is for the language it speaks.
        made_of = _made_of(asked, settings.voice, own)
        if isinstance(made_of, OwnSpeaker):
            spoken = made_of.language
        else:
            found = who_speaks("", settings.models_dir, model=asked, voice=made_of)
            spoken = voice_language(found.model, found.voice)
        wanted = tag(language) or language_by_script(text) or tag(hint)
        if not wanted or base(wanted) == base(tag(spoken)):
            voice = settings.voice
    made_of = _made_of(asked, voice, own)
    if isinstance(made_of, OwnSpeaker):
        return _as_their_own(settings, made_of, model, language, text)
    found = who_speaks(language, settings.models_dir, model=asked, voice=made_of, text=text, hint=hint, exact=exact)
    return Dressed(found.model, found.voice, voice or found.voice, found.language, found.notice, found.lacks)


def _as_their_own(settings: Settings, voice: OwnSpeaker, model: str, language: str, text: str) -> Dressed:
    """A voice of one's own speaks its own language, unless another is named or the letters are another's."""
    card = model_for(voice, settings.models_dir, model=model, preferred=settings.speak_model)
    wanted = language or language_by_script(text) or voice.language
    if wanted and not language and base(tag(wanted)) not in {base(tag(one)) for one in card.languages}:
        wanted = ""
    found = who_speaks(wanted, settings.models_dir, model=card.id, voice=voice.blend or voice.token, text=text)
    kind = voice.kind_by(card)
    return Dressed(card.id, voice.token, voice.name, found.language, found.notice, found.lacks, kind)


def default_speaker(settings: Settings) -> Dressed:
    """Who speaks where nothing at all is named. Settings that name nobody who is known are passed over, and logged."""
    try:
        return dressed(settings)
    except EngineError as exc:
        log.warning("the voice in the settings cannot be taken: %s", exc)
        return dressed(settings.model_copy(update={"speak_model": "", "voice": ""}))


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


def _made_of(model: str, voice: str, own: Own | None) -> str | OwnSpeaker:
    if not voice or own is None:
        return voice
    return own(registry.find(model, "speak").family if model else "", voice)
