"""What recognition gives, under the names that programs know: a whole, its pieces as they come, sentences, tokens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.calls.fields import Fields
from engine.spacing import gap, text_of
from engine.stt.base import language_of
from engine.stt.parakeet.tokens import Token
from engine.types import Segment, Word


@dataclass(frozen=True, slots=True)
class AlignedToken:
    """A piece of text in time: a model's token, or a whole word where only words are known.

    Attributes:
        text: with a space in front where a word begins.
        start, end: seconds.
        confidence: 0 to 1; None where the model gives none.
        id: number in the model's vocabulary; -1 for a word.
    """

    text: str
    start: float
    end: float
    confidence: float | None
    id: int = -1

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class AlignedSentence:
    """A sentence in time.

    Attributes:
        text: as written.
        start, end: seconds from the beginning of the sound.
        tokens: its words.
        confidence: 0 to 1; None where the model gives none.
    """

    text: str
    start: float
    end: float
    tokens: tuple[AlignedToken, ...]
    confidence: float | None = None

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True)
class Heard:
    """What was said, so far or in all. Printed, it is its text.

    Attributes:
        text: all of it.
        sentences: in order.
        tokens: in order.
        language: BCP 47 tag; "" where nobody knows.
        notices: sentences for the person.
    """

    text: str
    sentences: tuple[AlignedSentence, ...]
    tokens: tuple[AlignedToken, ...]
    language: str = ""
    notices: tuple[str, ...] = ()

    @cached_property
    def segments(self) -> list[Fields]:
        """The sentences as other programs have them: `segment["start"]`, `segment["text"]`."""
        return [
            Fields(id=at, start=one.start, end=one.end, text=one.text, words=_words(one.tokens))
            for at, one in enumerate(self.sentences)
        ]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class HeardChunk:
    """A piece of a recording, as soon as it is decoded. Printed, it is its text; joined, the texts are the whole.

    Attributes:
        text: with the space in front that parts it from the piece before.
        start, end: seconds from the beginning of the recording.
        index: 0, 1, 2, ...
        sentence: the same without the space, with its words.
        language: BCP 47 tag; "" where nobody knows.
    """

    text: str
    start: float
    end: float
    index: int
    sentence: AlignedSentence
    language: str = ""

    def __str__(self) -> str:
        return self.text


def chunk_of(segment: Segment, before: str, index: int) -> HeardChunk:
    """A segment behind a text."""
    space = gap(before, segment.text, segment.space_before)
    sentence = sentence_of(segment)
    return HeardChunk(space + segment.text, segment.start_s, segment.end_s, index, sentence, segment.language)


def heard_of(segments: Sequence[Segment], asked: str, known: Sequence[str], notices: tuple[str, ...] = ()) -> Heard:
    """Segments as a whole."""
    sentences = tuple(map(sentence_of, segments))
    tokens = tuple(token for sentence in sentences for token in sentence.tokens)
    return Heard(text_of(segments), sentences, tokens, language_of(segments, asked, known), notices)


def sentence_of(segment: Segment) -> AlignedSentence:
    """A segment and its words."""
    tokens = words_as_tokens(segment.words)
    return AlignedSentence(segment.text, segment.start_s, segment.end_s, tokens, segment.confidence)


def words_as_tokens(words: Iterable[Word], before: str = "") -> tuple[AlignedToken, ...]:
    """Words, each with the space in front of it."""
    tokens: list[AlignedToken] = []
    for word in words:
        space = gap(before, word.text, word.space_before)
        tokens.append(AlignedToken(space + word.text, word.start_s, word.end_s, word.confidence))
        before = word.text
    return tuple(tokens)


def as_token(token: Token) -> AlignedToken:
    """A Parakeet's own token."""
    return AlignedToken(token.text, token.start_s, token.end_s, token.confidence, token.id)


def _words(tokens: Iterable[AlignedToken]) -> list[Fields]:
    return [Fields(word=token.text, start=token.start, end=token.end, probability=token.confidence) for token in tokens]
