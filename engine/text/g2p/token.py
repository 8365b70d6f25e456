"""One stretch of text with its sounds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.types import Span

Pronounce = Callable[[str], str]
"""A text -> IPA with "^" between the letters of one sound, from somebody who knows every word (espeak-ng)."""


@dataclass(frozen=True, slots=True)
class Pronounced:
    """A word or a mark.

    Attributes:
        text: as it stands in the text.
        span: where it stands there.
        phonemes: its sounds; a mark's own character where the voice knows it; "" for what is not heard.
        is_word: False for marks.
        space: whether white space follows.
    """

    text: str
    span: Span
    phonemes: str
    is_word: bool
    space: bool


def joined(tokens: Sequence[Pronounced]) -> str:
    """The phonemes of a whole text."""
    return "".join(token.phonemes + (" " if token.space else "") for token in tokens).strip()
