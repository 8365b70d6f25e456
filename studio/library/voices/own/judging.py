"""What the engine knows of recordings of voices, asked in one place: the best stretch, hints, a cleaned one, likeness.

Imported when it is asked: a studio that keeps no recorded voice never loads it.
"""

import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.types import Samples
from studio.library.voices.own.sounds import RATE


@dataclass(frozen=True, slots=True)
class ToRead:
    """A sentence that somebody reads to agree.

    Attributes:
        text: the sentence.
        words: the two words in it that were drawn.
        language: BCP 47 tag.
        is_weak: whether the recogniser is known to hear this language badly.
    """

    text: str
    words: tuple[str, ...]
    language: str
    is_weak: bool


def best(samples: Samples) -> tuple[float, float]:
    """The stretch that a model should hear: its start and end in seconds."""
    from engine.voices import stretch

    start_s, end_s = stretch.best(samples, RATE)
    return float(start_s), float(end_s)


def hints(samples: Samples, models_dir: Path | None) -> list[dict[str, Any]]:
    """What may be wrong with a recording, as a person reads it; whether two speak, where what tells voices is here."""
    from engine.voices import quality

    return [asdict(hint) for hint in quality.hints(samples, RATE, models_dir)]


def one_sided(channels: Samples, sample_rate: int) -> list[dict[str, Any]]:
    """Whether one of the channels of float32 [n, channels] is dead, as a hint."""
    from engine.voices import quality

    return [asdict(hint) for hint in quality.hints(channels, sample_rate) if hint.kind == "one_sided"]


def cleaned(samples: Samples) -> Samples:
    """A recording with less noise in it."""
    from engine.voices import cleaning

    return cleaning.cleaned(samples, RATE)


def reading(language: str) -> str:
    """A text to read for a recording."""
    from engine.voices import reading as texts

    return texts.text(language)


def to_read(language: str, name: str) -> ToRead:
    """A sentence to agree by, with two words that were drawn now."""
    from engine.voices import consent

    made = consent.sentence(language, name, random.SystemRandom())
    return ToRead(made.text, tuple(made.words), made.language, is_weak(made.language))


def is_weak(language: str) -> bool:
    """Whether the recogniser is known to hear a language badly."""
    from engine.voices import consent

    return consent.spoken_language(language) in consent.WEAK


def was_read(sentence: ToRead, heard: str) -> bool:
    """Whether what a recogniser heard is that sentence, its two words above all."""
    from engine.voices import consent

    first, second = sentence.words
    return consent.heard(consent.ConsentSentence(sentence.text, (first, second), sentence.language), heard)


def likeness(one: Samples, other: Samples, models_dir: Path | None) -> float:
    """How alike two speakers are, -1 to 1.

    Raises:
        ModelNotDownloaded: what compares voices is not here; the sentence says how it is got.
    """
    from engine.voices import embedding

    mine, theirs = (embedding.embed(samples, RATE, models_dir) for samples in (one, other))
    return float(embedding.similarity(mine, theirs))


def same_person() -> float:
    """From which likeness on two recordings are taken for one person's."""
    from engine.voices import embedding

    return embedding.SAME_PERSON
