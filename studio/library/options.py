"""What a person chooses for a job. Plain frozen values, checked when they are made, kept as JSON in the job's row."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self, get_args

from engine.errors import OptionError

BookFormat = Literal["m4b", "mp3", "mp3-chapters", "flac", "wav", "opus"]
Loudness = Literal["acx", "podcast", "none"]
TranscriptFormat = Literal["txt", "md", "srt", "vtt", "json", "csv", "docx"]

MAX_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class BookOptions:
    """How a book is narrated.

    Attributes:
        model: id of a voice model.
        voice: a voice of it; "" takes the model's default.
        language: BCP 47 tag; "" takes the voice's own.
        speed: 0.5 to 2.0.
        pitch: 0.5 to 2.0.
        instructions: how to say it, for models that take words for it.
        seed: makes a sampling model repeatable; a book always has one, so that a resumed book sounds the same.
        format: of the result.
        loudness: target of the mastering.
        sentence_pause_s, paragraph_pause_s, chapter_pause_s: silences, 0 to 30 seconds.
        chapters: indices into Book.chapters to narrate, in order; empty means all.
        speak_titles: whether each chapter begins with its title.
        silence_for_failed: whether a sentence that cannot be spoken may be left silent.
        narrator: for the file's tags; "" takes the voice's name.
    """

    model: str = "espeak-ng"
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

    def __post_init__(self) -> None:
        _one_of("format", self.format, get_args(BookFormat))
        _one_of("loudness target", self.loudness, get_args(Loudness))
        _within("speed", self.speed, 0.5, 2.0)
        _within("pitch", self.pitch, 0.5, 2.0)
        _within("pause between sentences", self.sentence_pause_s, 0.0, MAX_PAUSE_S)
        _within("pause between paragraphs", self.paragraph_pause_s, 0.0, MAX_PAUSE_S)
        _within("pause between chapters", self.chapter_pause_s, 0.0, MAX_PAUSE_S)

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """From the row; keys of a later version are ignored."""
        return cls(**_known(cls, kept))


@dataclass(frozen=True, slots=True)
class TranscriptionOptions:
    """How a recording is transcribed.

    Attributes:
        model: id of a recogniser.
        language: BCP 47 tag; "" takes the model's default.
        formats: results to write.
    """

    model: str = "pocketsphinx"
    language: str = ""
    formats: tuple[TranscriptFormat, ...] = ("txt", "srt", "vtt", "json")

    def __post_init__(self) -> None:
        if not self.formats:
            raise OptionError(f"No result was asked for: choose at least one of {', '.join(get_args(TranscriptFormat))}.")
        for name in self.formats:
            _one_of("transcript format", name, get_args(TranscriptFormat))

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self) | {"formats": list(self.formats)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """From the row; keys of a later version are ignored."""
        known = _known(cls, kept)
        known["formats"] = tuple(known.get("formats", ("txt", "srt", "vtt", "json")))
        return cls(**known)


def _known(cls: type[Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    names = {item.name for item in fields(cls)}
    return {name: value for name, value in kept.items() if name in names}


def _one_of(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise OptionError(f"There is no {what} {value!r}: choose one of {', '.join(choices)}.")


def _within(what: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise OptionError(f"The {what} must lie between {low:g} and {high:g}, and {value:g} does not.")
