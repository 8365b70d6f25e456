"""Words in a row -> segments: a sentence each, where the words have stops; else what stands between two silences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.spacing import text_of
from engine.stt.stops import ends_clause, ends_sentence
from engine.types import Segment, Word


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """What ends a segment.

    Attributes:
        silence_gap_s: a silence this long, where nothing else tells where a sentence ends: among words without stops.
        sentence_gap_s: a silence this long in the middle of a sentence: whoever spoke has begun anew.
        max_duration_s: a segment that would last longer is parted where that is felt least.
        max_words: likewise one of more words.
    """

    silence_gap_s: float = 0.8
    sentence_gap_s: float = 3.0
    max_duration_s: float = 15.0
    max_words: int = 60


RULES = SegmentRules()
_BREATH_S = 0.25


def segments_of(words: Iterable[Word], rules: SegmentRules = RULES) -> Iterator[Segment]:
    """Gather words into segments.

    Args:
        words: in order of time.
        rules: what ends a segment.

    Yields:
        Segment: in order, each with its words; its confidence is the mean of theirs, None where none has any.
    """
    words = list(words)
    has_stops = any(ends_sentence(word) or ends_clause(word) for word in words)
    gap_s = rules.sentence_gap_s if has_stops else rules.silence_gap_s
    held: list[Word] = []
    for word in words:
        if held and (ends_sentence(held[-1], word) or word.start_s - held[-1].end_s >= gap_s):
            yield _segment(held)
            held = []
        while held and (word.end_s - held[0].start_s > rules.max_duration_s or len(held) >= rules.max_words):
            cut = _place_to_part(held, word)
            yield _segment(held[:cut])
            held = held[cut:]
        held.append(word)
    if held:
        yield _segment(held)


def _place_to_part(held: Sequence[Word], following: Word) -> int:
    """How many of the words stay together: up to the longest breath of the second half, else its last comma."""
    after = [*held[1:], following]
    places = range((len(held) + 1) // 2, len(held) + 1)
    breath = max(places, key=lambda at: after[at - 1].start_s - held[at - 1].end_s)
    if after[breath - 1].start_s - held[breath - 1].end_s >= _BREATH_S:
        return breath
    return next((at for at in reversed(places) if ends_clause(held[at - 1])), len(held))


def _segment(words: Sequence[Word]) -> Segment:
    known = [word.confidence for word in words if word.confidence is not None]
    confidence = sum(known) / len(known) if known else None
    end_s = max(word.end_s for word in words)
    return Segment(text_of(words), words[0].start_s, end_s, tuple(words), confidence)
