"""What every text-to-speech family offers the rest of the engine.

A family is a package `engine.tts.<family>` with one function, `load(files) -> Synthesizer`, that the pool calls by name
on the thread where the model will live. Everything else (splitting, pauses, spans, metrics) is written once in
`speak.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.text.segment import TextSegment
from engine.types import Samples, SpeechRequest, Voice, Word


@dataclass(frozen=True, slots=True)
class SpeechPiece:
    """What a family yields while it speaks one segment.

    Attributes:
        samples: float32 [n], the next samples of the segment.
        words: words that begin in this piece; times in seconds from the start of the segment, spans in `segment.text`.
        tokens: tokens the model generated for this piece.
        notices: sentences for the person.
    """

    samples: Samples
    words: tuple[Word, ...] = ()
    tokens: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentLimits:
    """How much text the family likes at once, in characters of spoken text.

    Attributes:
        first_chars: aim for the first segment of a stream, small so that sound starts early.
        target_chars: aim for the later ones.
        max_chars: never more than this.
        grows: whether a text that somebody waits for is cut by words, a short clause first (`engine.text.growing`);
            the two aims then hold for books only. For families that speak a short segment sooner than a long one.
    """

    first_chars: int
    target_chars: int
    max_chars: int
    grows: bool = False


class Synthesizer(Protocol):
    """A loaded voice model. Lives on one thread; holds no state of any stream."""

    @property
    def sample_rate(self) -> int:
        """Hz of everything it yields."""
        ...

    @property
    def voices(self) -> Sequence[Voice]:
        """All voices it can speak as, the default first."""
        ...

    @property
    def limits(self) -> SegmentLimits:
        """Segment sizes that suit the model."""
        ...

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """Fill defaults (voice, language) and refuse what cannot be spoken.

        Raises:
            VoiceError: no such voice.
            OptionError: speed or pitch out of range, or a control this family lacks.
        """
        ...

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """Speak one segment, piece by piece, without any silence after it. Closing the iterator stops the work.

        The same segment and request give the same samples whatever was spoken before (seeded where the model samples).
        """
        ...

    def close(self) -> None:
        """Give back memory and handles."""
        ...


class WholeSynthesizer(Synthesizer, Protocol):
    """A model that speaks a segment at less cost when nobody waits for its first piece. Audiobooks use it."""

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        """Speak one segment in one piece: the samples, words and notices that `synthesize` gives."""
        ...


class BatchSynthesizer(Synthesizer, Protocol):
    """A model that speaks several segments at less cost than one after the other. Audiobooks use it."""

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        """Speak segments of any lengths in one pass: one piece each, the same that `synthesize` gives (within 1e-4)."""
        ...

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """About how many bytes such a pass takes at its peak, beyond the loaded model."""
        ...


class AheadSynthesizer(Synthesizer, Protocol):
    """A model that begins the next segment while it finishes this one: a writer of codes beside their decoder."""

    def synthesize_all(
        self, segments: Iterable[TextSegment], request: SpeechRequest
    ) -> Iterator[tuple[TextSegment, SpeechPiece]]:
        """Speak segments in order, each with the pieces that `synthesize` gives, at least one.

        The next segment is asked for when this one is written, which may be before its last piece is out. Closing the
        iterator stops the work.
        """
        ...


class Family(Protocol):
    """The module `engine.tts.<family>`.

    A family whose cards name companions (a codec it speaks through) has instead
    `load(files: Path | None, companions: Mapping[str, Path]) -> Synthesizer`. The mapping goes from the last part of
    each companion's hub id ("snac_24khz" for "mlx-community/snac_24khz") to its verified folder, which lies beside the
    model among the downloads, or as a subfolder of that name in a model's folder of a person's own.
    `engine.pool.loading.load_model` decides by the card which of the two to call.
    """

    def load(self, files: Path | None) -> Synthesizer:
        """Load from a verified folder; built-in families take None."""
        ...
