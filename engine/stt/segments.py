"""Words in a row -> segments of about a sentence: ended by a full stop, a silence, or their length."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.spacing import text_of
from engine.stt.stops import ends_sentence
from engine.types import Segment, Word


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """What ends a segment.

    Attributes:
        silence_gap_s: a silence this long.
        max_duration_s: a word that would end later than this after the segment's beginning begins another one.
        max_words: so many words.
    """

    silence_gap_s: float = 0.8
    max_duration_s: float = 15.0
    max_words: int = 60


RULES = SegmentRules()


def segments_of(words: Iterable[Word], rules: SegmentRules = RULES) -> Iterator[Segment]:
    """Gather words into segments.

    Args:
        words: in order of time.
        rules: what ends a segment.

    Yields:
        Segment: in order, each with its words; its confidence is the mean of theirs, None where none has any.
    """
    held: list[Word] = []
    for word in words:
        if held and _ends(held, word, rules):
            yield _segment(held)
            held = []
        held.append(word)
    if held:
        yield _segment(held)


def _ends(held: Sequence[Word], word: Word, rules: SegmentRules) -> bool:
    return (
        ends_sentence(held[-1], word)
        or word.start_s - held[-1].end_s >= rules.silence_gap_s
        or word.end_s - held[0].start_s > rules.max_duration_s
        or len(held) >= rules.max_words
    )


def _segment(words: Sequence[Word]) -> Segment:
    known = [word.confidence for word in words if word.confidence is not None]
    confidence = sum(known) / len(known) if known else None
    end_s = max(word.end_s for word in words)
    return Segment(text_of(words), words[0].start_s, end_s, tuple(words), confidence)
