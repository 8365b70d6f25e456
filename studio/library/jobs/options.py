"""What a person chooses for a job. Plain frozen values, checked when they are made, kept as JSON in the job's row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self, get_args

from engine import controls
from engine.audio.files.provenance import VoiceKind
from engine.defaults import ALWAYS_LISTENS, ALWAYS_SPEAKS
from engine.errors import OptionError
from engine.stt.base import Guidance, language_of
from engine.stt.exports import FORMATS, default_formats
from engine.types import Pronunciation, Sampling, Segment

BookFormat = Literal["m4b", "mp3", "mp3-chapters", "flac", "wav", "opus"]
Loudness = Literal["acx", "podcast", "none"]

MAX_PRONUNCIATIONS = 10_000
MAX_PROMPT_CHARS, MAX_HOTWORDS = 4000, 200
"""Of what a recogniser is told; a model remembers less."""


@dataclass(frozen=True, slots=True)
class BookOptions:
    """How a book is narrated.

    Attributes:
        model: id of a voice model. The door that submits a job has chosen it, and the job keeps it.
        voice: a voice of it; "" takes the model's default.
        language: BCP 47 tag; "" takes the voice's own.
        speed, pitch: see `engine.controls`.
        instructions: how to say it, for models that take words for it.
        seed: makes a sampling model repeatable; a book always has one, so that a resumed book sounds the same.
        format: of the result.
        loudness: target of the mastering.
        sentence_pause_s, paragraph_pause_s, chapter_pause_s: silences in seconds.
        chapters: indices into Book.chapters to narrate, in order; empty means all.
        speak_titles: whether each chapter begins with its title.
        silence_for_failed: whether a sentence that cannot be spoken may be left silent.
        narrator: for the file's tags; "" takes the voice's name.
        sampling: for models that draw tokens; part of a segment's sound like voice and speed.
        pronunciations: how some words are said, as they were when the job was submitted. They change the text of the
            segments that have those words, and so only these are spoken anew when an entry changes.
        notices: what the person should know of the choice of the voice.
        allow_download: whether the model may be downloaded for this job when it is not here.
        voice_kind: what a voice of one's own is; None of the others.
    """

    model: str = ALWAYS_SPEAKS
    voice: str = ""
    language: str = ""
    speed: float = 1.0
    pitch: float = 1.0
    instructions: str = ""
    seed: int = 0
    format: BookFormat = "m4b"
    loudness: Loudness = "acx"
    sentence_pause_s: float = 0.25
    paragraph_pause_s: float = 0.7
    chapter_pause_s: float = 2.0
    chapters: list[int] = field(default_factory=list[int])
    speak_titles: bool = True
    silence_for_failed: bool = False
    narrator: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    pronunciations: tuple[Pronunciation, ...] = ()
    notices: tuple[str, ...] = ()
    allow_download: bool = False
    voice_kind: VoiceKind | None = None

    def __post_init__(self) -> None:
        _one_of("format", self.format, get_args(BookFormat))
        _one_of("loudness target", self.loudness, get_args(Loudness))
        # A job is refused here, not sentence by sentence in the queue.
        for control in (*controls.VOICE, *controls.PAUSES, controls.SEED):
            control.check(getattr(self, control.name))
        for control in controls.SAMPLING:
            control.check(getattr(self.sampling, control.name))
        if len(self.pronunciations) > MAX_PRONUNCIATIONS:
            raise OptionError(
                f"A book can carry {MAX_PRONUNCIATIONS:,} pronunciations, and {len(self.pronunciations):,} were given."
            )

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        entries = [asdict(entry) for entry in self.pronunciations]
        return asdict(self) | {"pronunciations": entries, "notices": list(self.notices)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """From the row; keys of a later version are ignored."""
        known = _known(cls, kept)
        known["sampling"] = Sampling(**_known(Sampling, known.get("sampling") or {}))
        entries = known.get("pronunciations") or ()
        known["pronunciations"] = tuple(Pronunciation(**_known(Pronunciation, entry)) for entry in entries)
        known["notices"] = tuple(known.get("notices") or ())
        return cls(**known)


@dataclass(frozen=True, slots=True)
class TranscriptionOptions:
    """How a recording is transcribed.

    Attributes:
        model: id of a recogniser; see `BookOptions`.
        language: BCP 47 tag; "" takes the model's default.
        formats: results to write; names in `engine.stt.exports.FORMATS`.
        translate: write English, whatever is spoken; for models that can.
        prompt: text of the kind that is expected; for models that take one.
        hotwords: rare words that may come; likewise.
        allow_download: whether the model may be downloaded for this job when it is not here.
    """

    model: str = ALWAYS_LISTENS
    language: str = ""
    formats: tuple[str, ...] = field(default_factory=default_formats)
    translate: bool = False
    prompt: str = ""
    hotwords: tuple[str, ...] = ()
    allow_download: bool = False

    def __post_init__(self) -> None:
        if not self.formats:
            raise OptionError(f"No result was asked for: choose at least one of {', '.join(FORMATS)}.")
        for name in self.formats:
            _one_of("transcript format", name, tuple(FORMATS))
        if len(self.prompt) > MAX_PROMPT_CHARS:
            raise OptionError(f"The prompt may have {MAX_PROMPT_CHARS:,} characters; shorten it.")
        if len(self.hotwords) > MAX_HOTWORDS or sum(map(len, self.hotwords)) > MAX_PROMPT_CHARS:
            raise OptionError(
                f"{MAX_HOTWORDS} words to expect, with {MAX_PROMPT_CHARS:,} letters, are the most there can be."
            )

    @property
    def guidance(self) -> Guidance:
        """What the recogniser is told before it listens."""
        return Guidance(self.translate, self.prompt, self.hotwords)

    def written_language(self, segments: Iterable[Segment], known: Sequence[str] = ()) -> str:
        """The language the transcript is in; `known` is what the model understands, its default first."""
        return "en" if self.translate else language_of(segments, self.language, known)

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self) | {"formats": list(self.formats), "hotwords": list(self.hotwords)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """From the row; keys of a later version are ignored."""
        known = _known(cls, kept)
        known["formats"] = tuple(known.get("formats", default_formats()))
        known["hotwords"] = tuple(known.get("hotwords") or ())
        return cls(**known)


def _known(cls: type[Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    names = {item.name for item in fields(cls)}
    return {name: value for name, value in kept.items() if name in names}


def _one_of(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise OptionError(f"There is no {what} {value!r}: choose one of {', '.join(choices)}.")
