"""What the engine knows of recordings of voices, asked in one place: the best stretch, hints, a cleaned one, likeness.

Imported when it is asked: a studio that keeps no recorded voice never loads it.
"""

import random
from dataclasses import dataclass
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


def hints(samples: Samples) -> list[dict[str, Any]]:
    """What may be wrong with a recording, as a person reads it."""
    from engine.voices import quality

    return [{"kind": hint.kind, "sentence": hint.sentence} for hint in quality.hints(samples, RATE)]


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

    return language.partition("-")[0] in {one.partition("-")[0] for one in consent.WEAK}


def was_read(sentence: ToRead, heard: str) -> bool:
    """Whether what a recogniser heard is that sentence, its two words above all."""
    from engine.voices import consent

    made = consent.ConsentSentence(sentence.text, sentence.words, sentence.language)
    return consent.heard(made, heard)


def likeness(one: Samples, other: Samples) -> float:
    """How alike two speakers are.

    Raises:
        ModelNotDownloaded: what compares voices is not here; the sentence says how it is got.
    """
    from engine.voices import embedding

    return float(embedding.similarity(embedding.embed(one, RATE), embedding.embed(other, RATE)))


def same_person() -> float:
    """From which likeness on two recordings are taken for one person's."""
    from engine.voices import embedding

    return embedding.SAME_PERSON
