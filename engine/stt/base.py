"""What every speech-to-text family offers the rest of the engine.

A family is a package or module `engine.stt.<family>` with `load(files) -> Recognizer`. Whole recordings go through
`transcribe.py`, microphones through `live.py`; both hand the family speech at its own sample rate.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast

from engine.errors import OptionError
from engine.types import Samples, Segment, Word

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a streaming decoder believes about one utterance so far; times in seconds from the utterance's start."""

    stable: tuple[Word, ...]
    draft: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Guidance:
    """What a person can tell a recogniser before it listens.

    Attributes:
        translates: write English, whatever is spoken.
        prompt: text of the kind that is expected: names, spelling, punctuation.
        hotwords: rare words that may come.
    """

    translates: bool = False
    prompt: str = ""
    hotwords: tuple[str, ...] = ()

    @classmethod
    def written(cls, translates: bool, prompt: str, hotwords: str) -> "Guidance":
        """As a person writes it: the words with commas between them."""
        words = (" ".join(_plain(word).split()) for word in hotwords.split(","))
        return cls(translates, _plain(prompt).strip(), tuple(word for word in words if word))

    @property
    def needs(self) -> frozenset[str]:
        """What a model must be able to do for it, as in `ModelCard.abilities`."""
        return frozenset({*(["translate"] if self.translates else []), *(["prompt"] if self.text else [])})

    @property
    def text(self) -> str:
        """Prompt and hotwords as one text, for models that take it so."""
        words = ", ".join(word.strip() for word in self.hotwords if word.strip())
        return " ".join(part for part in (self.prompt.strip(), f"{words}." if words else "") if part)


class UtteranceDecoder(Protocol):
    """Streaming decoder for one utterance; its state is here and never on the model."""

    def add(self, samples: Samples) -> Hypothesis:
        """Hear the next samples (any number) and say what is believed of the whole utterance so far."""
        ...

    def finish(self) -> tuple[Word, ...]:
        """The utterance has ended: all its words, final. Begins with every word that was ever stable."""
        ...

    def close(self) -> None:
        """Drop the state without a final decode."""
        ...


class SteppedUtterance(UtteranceDecoder, Protocol):
    """A decoder that takes long over the end of an utterance and lets others have their turn meanwhile."""

    def finish_steps(self) -> Generator[None, None, tuple[Word, ...]]:
        """As `finish`, in steps; the last one gives the words."""
        ...


class Recognizer(Protocol):
    """A loaded recogniser. Lives on one thread; holds no state of any stream."""

    @property
    def sample_rate(self) -> int:
        """Hz it wants to hear."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """BCP 47 tags it understands, the default first."""
        ...

    @property
    def max_region_s(self) -> float:
        """The longest stretch of speech `recognize` takes at once."""
        ...

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """Decode a batch of speech regions, each float32 [n]; one Segment each, times from the region's own start.

        A region without words gives a Segment with empty text.
        """
        ...

    def utterance(self, language: str) -> UtteranceDecoder:
        """Begin a streaming decode of one utterance. Several may be open at once."""
        ...

    def close(self) -> None:
        """Give back memory and handles."""
        ...


class BatchRecognizer(Recognizer, Protocol):
    """A recogniser that decodes several regions at once at less cost than one after the other."""

    @property
    def batch_s(self) -> float:
        """Seconds of speech it likes to be given in one call of `recognize`."""
        ...

    # May have `pause_s` too: seconds of silence that part two regions, where it is not what ends a turn.


class GuidedRecognizer(Recognizer, Protocol):
    """A recogniser that can be told what to expect."""

    def guided(self, guidance: Guidance) -> Recognizer:
        """The same model, guided.

        Raises:
            OptionError: it cannot do what is asked.
        """
        ...


class FollowingRecognizer(Recognizer, Protocol):
    """A recogniser that hears better where it knows what was said before."""

    def following(self, words: Sequence[Word]) -> Recognizer:
        """The same model, that knows these words came before what it hears."""
        ...


class SteppedRecognizer(Recognizer, Protocol):
    """A recogniser that takes long over a region and lets others have their turn meanwhile."""

    def recognize_steps(self, regions: Sequence[Samples], language: str) -> Generator[None, None, list[Segment]]:
        """As `recognize`, in steps of some ten milliseconds; the last one gives the segments. Closing it stops."""
        ...


def _plain(text: str) -> str:
    """Without what no tokenizer and no database takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def last(steps: Generator[None, None, T]) -> T:
    """All steps at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def language_of(segments: Iterable[Segment], asked: str, known: Sequence[str]) -> str:
    """The language of a transcript: what was asked for, else what was mostly heard, else the model's default."""
    heard = Counter(segment.language for segment in segments if segment.language)
    return asked or next((language for language, _ in heard.most_common(1)), "") or next(iter(known), "")


def guided(model: Recognizer, guidance: Guidance | None) -> Recognizer:
    """The model, told what to expect.

    Raises:
        OptionError: it takes no guidance, or cannot do what is asked.
    """
    if guidance is None or guidance == Guidance():
        return model
    if not hasattr(model, "guided"):
        what = "translate" if guidance.translates else "take a prompt or words to expect"
        raise OptionError(f"This recogniser cannot {what}. Choose another for that.")
    return cast("GuidedRecognizer", model).guided(guidance)
