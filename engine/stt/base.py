"""What every speech-to-text family offers the rest of the engine.

A family is a package or module `engine.stt.<family>` with `load(files) -> Recognizer`. Whole recordings go through
`transcribe.py`, microphones through `live.py`; both hand the family speech at its own sample rate.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from engine.controls import PARTIAL_INTERVAL
from engine.errors import OptionError
from engine.types import Samples, Segment, Word

T = TypeVar("T")
Steps = Generator[None, None, T]
"""Work with pauses in which others may have their turn; what it gives comes at the end."""


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


class UtteranceDecoder:
    """Streaming decoder for one utterance; its state is here and never on the model.

    Attributes:
        is_endless: whether it lets go of sound by itself, so that nobody needs to cut a long turn.
    """

    is_endless: bool = False

    def add(self, samples: Samples) -> Hypothesis:
        """Hear the next samples (any number) and say what is believed of the whole utterance so far."""
        raise NotImplementedError

    def finish(self) -> tuple[Word, ...]:
        """The utterance has ended: all its words, final. Begins with every word that was ever stable."""
        raise NotImplementedError

    def finish_steps(self) -> Generator[None, None, tuple[Word, ...]]:
        """As `finish`, in steps between which others have their turn; the last one gives the words."""
        yield from ()
        return self.finish()

    def settle(self, words: Sequence[Word]) -> tuple[Word, ...] | None:
        """It has ended, and was heard as a whole elsewhere: all its words, with these behind the stable ones.

        None where the decoder knows better than they do; then it is to be finished.
        """
        return None

    def close(self) -> None:
        """Drop the state without a final decode."""


class PacedUtterance(UtteranceDecoder):
    """A decoder that hears as it goes, asked once an interval: its words change no more often.

    Args:
        decoder: closed with this one.
        interval: samples from one question to the next.
    """

    def __init__(self, decoder: UtteranceDecoder, interval: int) -> None:
        self.is_endless = decoder.is_endless
        self._decoder = decoder
        self._interval = max(1, interval)
        self._waiting: list[Samples] = []
        self._waits = 0  # samples that wait
        self._hypothesis = Hypothesis((), ())

    def add(self, samples: Samples) -> Hypothesis:
        at = 0
        while at < len(samples):
            part = samples[at : at + self._interval - self._waits]
            self._waiting.append(part)
            self._waits += len(part)
            at += len(part)
            if self._waits == self._interval:
                self._ask()
        return self._hypothesis

    def finish(self) -> tuple[Word, ...]:
        return last(self.finish_steps())

    def finish_steps(self) -> Generator[None, None, tuple[Word, ...]]:
        if self._waits:
            self._ask()
        return (yield from self._decoder.finish_steps())

    def close(self) -> None:
        self._waiting, self._waits = [], 0
        self._decoder.close()

    def _ask(self) -> None:
        heard = np.concatenate(self._waiting)
        self._waiting, self._waits = [], 0
        self._hypothesis = self._decoder.add(heard)


class Recognizer:
    """A loaded recogniser. Lives on one thread; holds no state of any stream.

    A family says what it is (the first three attributes) and decodes (`recognize`, `utterance`). What it leaves alone
    holds as written here, and its card's abilities are held to it by a test of all families.

    Attributes:
        sample_rate: Hz it wants to hear.
        languages: BCP 47 tags it understands, the default first.
        max_region_s: the longest stretch of speech `recognize` takes at once.
        batch_s: seconds of speech it likes to be given in one call; 0 is a region at a time.
        pause_s: seconds of silence that part two regions of a recording; 0 is `engine.stt.vad.RECORDING`.
        takes_steps: whether a region takes long, and others have their turn meanwhile.
        is_translating: whether its words are in another language than it hears.
        hears_better_whole: whether half a minute heard at once is understood better than in the pieces it came in.
    """

    sample_rate: int
    languages: Sequence[str]
    max_region_s: float
    batch_s: float = 0.0
    pause_s: float = 0.0
    takes_steps: bool = False
    is_translating: bool = False
    hears_better_whole: bool = False

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """Decode a batch of speech regions, each float32 [n]; one Segment each, times from the region's own start.

        A region without words gives a Segment with empty text.
        """
        raise NotImplementedError

    def recognize_steps(self, regions: Sequence[Samples], language: str) -> Generator[None, None, list[Segment]]:
        """As `recognize`, in steps of some ten milliseconds; the last one gives the segments. Closing it stops."""
        yield from ()
        return self.recognize(regions, language)

    def recognize_draft(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """As `recognize`, perhaps quicker, of what will be heard again; what may be no speech comes too, not sure."""
        return self.recognize(regions, language)

    def utterance(self, language: str) -> UtteranceDecoder:
        """Begin a streaming decode of one utterance. Several may be open at once."""
        raise NotImplementedError

    def utterance_every(self, language: str, partial_interval_s: float) -> UtteranceDecoder:
        """As `utterance`, whose words change at most once in so many seconds of sound; see `PARTIAL_INTERVAL`."""
        return PacedUtterance(self.utterance(language), round(partial_interval_s * self.sample_rate))

    def guided(self, guidance: Guidance) -> "Recognizer":
        """The same model, told what to expect.

        Raises:
            OptionError: it takes no guidance, or cannot do what is asked.
        """
        what = "translate" if guidance.translates else "take a prompt or words to expect"
        raise OptionError(f"This recogniser cannot {what}. Choose another for that.")

    def following(self, words: Sequence[Word]) -> "Recognizer":
        """The same model, that knows these words came before what it hears."""
        return self

    def expecting(self, words: Sequence[Word], language: str, before: Sequence[Word] = ()) -> "Recognizer":
        """The same model, that guesses at these words first, and knows that others came before what it hears."""
        return self

    def detect_language(self, samples: Samples) -> str:
        """What is spoken, for one that writes another language than it hears; "" where nobody can tell."""
        return ""

    def close(self) -> None:
        """Give back memory and handles; arrays go with the object."""


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


def checked_interval(partial_interval_s: object) -> float | None:
    """Seconds between a microphone's partial answers; None is the recogniser's own.

    Raises:
        OptionError: no number, or outside `PARTIAL_INTERVAL`, which is in milliseconds.
    """
    if partial_interval_s is None:
        return None
    if isinstance(partial_interval_s, bool) or not isinstance(partial_interval_s, int | float):
        raise OptionError(f"The partial interval must be a number of seconds, not “{str(partial_interval_s)[:40]}”.")
    PARTIAL_INTERVAL.check(round(partial_interval_s * 1000, 3))
    return partial_interval_s


def guided(model: Recognizer, guidance: Guidance | None) -> Recognizer:
    """The model, told what to expect.

    Raises:
        OptionError: it takes no guidance, or cannot do what is asked.
    """
    if guidance is None or guidance == Guidance():
        return model
    return model.guided(guidance)
