"""Text -> segments a model can speak in one breath, each with the pause that follows it and its place in the original."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from engine.types import Span


class Limits(Protocol):
    """Sizes in characters of spoken text; see `engine.tts.base.SegmentLimits`."""

    @property
    def first_chars(self) -> int: ...
    @property
    def target_chars(self) -> int: ...
    @property
    def max_chars(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TextSegment:
    """One speakable unit.

    Attributes:
        index: 0, 1, 2, ... within the text.
        text: the spoken form (normalised), never empty, never cut inside a word.
        span: where it stands in the original text; spans of successive segments are in order and do not overlap.
        pause_s: silence after it, in seconds.
        ends: what the segment closes.
        offsets: for each character of `text` (and one past the end) the offset in the original it stands for.
    """

    index: int
    text: str
    span: Span
    pause_s: float
    ends: Literal["clause", "sentence", "paragraph"]
    offsets: tuple[int, ...] = field(repr=False)

    def to_source(self, start: int, end: int) -> Span:
        """The span of the original text that `text[start:end]` speaks."""
        raise NotImplementedError


def prepare(
    text: str, language: str, limits: Limits, sentence_pause_s: float = 0.25, paragraph_pause_s: float = 0.7
) -> list[TextSegment]:
    """Normalise a text and cut it into segments. Empty when there is nothing to say."""
    raise NotImplementedError
