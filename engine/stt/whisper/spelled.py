"""Pieces of text in time -> whole words in time, with the spaces that stand between them.

The text is the decoder's own, letter for letter: a piece that does not begin with a space goes on with the word before,
save in scripts that have no spaces. Marks have no time of their own: the model gives them the pauses.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.spacing import parted


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole characters as the decoder wrote them.

    Attributes:
        text: with the space before it, if there is one.
        begin, end: in any unit of time.
        chances: of each token, 0 to 1.
    """

    text: str
    begin: float
    end: float
    chances: Sequence[float]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A word; `begin` and `end` in the unit of its pieces, `confidence` the mean chance of its sounding tokens."""

    text: str
    begin: float
    end: float
    confidence: float
    space_before: bool | None


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word in its window's time; `space_before` as in `engine.types.Word`."""

    text: str
    start_s: float
    end_s: float
    confidence: float
    space_before: bool | None = None


def spelled(pieces: Sequence[Piece]) -> list[Spelled]:
    """The words of a text that comes in pieces."""
    letters = [letter for number, piece in enumerate(pieces) for letter in _letters(number, piece)]
    found: list[Spelled] = []
    for part in parted("".join(piece.text for piece in pieces)):
        mine = letters[part.begin : part.end]
        sounding = [letter for letter in mine if letter.sounds] or [letter for letter in mine if not letter.is_space]
        numbers = sorted({letter.piece for letter in sounding})
        chances = [chance for number in numbers for chance in pieces[number].chances]
        confidence = sum(chances) / len(chances) if chances else 0.0
        found.append(Spelled(part.text, sounding[0].begin, sounding[-1].end, confidence, part.space_before))
    return found


@dataclass(frozen=True, slots=True)
class _Letter:
    piece: int
    begin: float
    end: float
    sounds: bool
    is_space: bool


def _letters(number: int, piece: Piece) -> list[_Letter]:
    """A piece's letters share its time; a space has none."""
    count = sum(not char.isspace() for char in piece.text)
    each, at = (piece.end - piece.begin) / max(1, count), 0
    found: list[_Letter] = []
    for char in piece.text:
        begin = piece.begin + at * each
        at += not char.isspace()
        sounds = unicodedata.category(char)[0] not in "PZC"
        found.append(_Letter(number, begin, piece.begin + at * each, sounds, char.isspace()))
    return found
