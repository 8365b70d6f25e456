"""The sentences about signs that nobody has words for: a listener learns what a reader would have seen."""

from engine.text.segment import TextSegment


def in_a_stream(segment: TextSegment) -> dict[str, str]:
    """sign -> the sentence about it, with its place in the text."""
    return {
        sign: f"“{sign}” has no words in this language, so it was left out (character {at + 1})."
        for sign, at in reversed(segment.unsaid)
    }


def in_a_book(segment: TextSegment) -> tuple[str, ...]:
    """The sentences about a segment that is kept, the same wherever the sign stands."""
    signs = dict.fromkeys(sign for sign, _ in segment.unsaid)
    return tuple(f"“{sign}” has no words in this language, so it was left out." for sign in signs)
