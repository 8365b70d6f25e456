"""Pronounced words -> rows of phoneme ids, none longer than the network can read, and the words' way back to time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.text.g2p import Pronounced
from engine.types import Word

# How good a place is to divide a row that is too long; a row is cut at the best place in its last half.
_BREAKS = {".": 4, "!": 4, "?": 4, "…": 4, ";": 3, ":": 3, "—": 3, ",": 2, "”": 2, ")": 2}


@dataclass(frozen=True, slots=True)
class Placed:
    """A word and where its phonemes stand in its row: [start, end)."""

    token: Pronounced
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """What the network reads at once.

    Attributes:
        ids: phoneme ids, without the silent ones at both ends.
        words: the words, in order.
        ends_phrase: whether a mark stands at its end.
        goes_on: whether its sentence goes on in the next segment: then the silence that the network makes of an end
            is none of its sound.
    """

    ids: tuple[int, ...]
    words: tuple[Placed, ...]
    ends_phrase: bool
    goes_on: bool = False

    def times(self, durations: npt.NDArray[np.int64], frame_s: float, shift_s: float, end_s: float) -> Iterator[Word]:
        """The words with their times.

        Args:
            durations: frames per phoneme, the silent first and last included.
            frame_s: seconds of a frame.
            shift_s: seconds to add.
            end_s: no word reaches beyond this.
        """
        bounds = np.concatenate([[0], np.cumsum(durations)]) * frame_s + shift_s
        for word in self.words:
            start = min(max(0.0, float(bounds[word.start + 1])), end_s)
            end = min(max(start, float(bounds[word.end + 1])), end_s)
            yield Word(word.token.text, start, end, span=word.token.span)


def rows(tokens: Sequence[Pronounced], vocabulary: Mapping[str, int], longest: int) -> list[Row]:
    """Divide a text into rows; nothing of it is lost.

    Args:
        tokens: words and marks.
        vocabulary: phoneme -> id; what is not in it is not heard.
        longest: phonemes of a row, at most.
    """
    heard = [
        replace(token, phonemes="".join(sound for sound in token.phonemes if sound in vocabulary)) for token in tokens
    ]
    pieces = [piece for token in heard for piece in _divided(token, longest)]
    done: list[Row] = []
    start = 0
    while start < len(pieces):
        end = _fitting(pieces, start, longest)
        row = _row(pieces[start:end], vocabulary)
        if row.ids or row.words:
            done.append(row)
        start = end
    return [row for row in done if row.ids]


def unknown(tokens: Sequence[Pronounced], vocabulary: Mapping[str, int]) -> str:
    """The phonemes that the voice was not taught, each once."""
    return "".join(dict.fromkeys(s for token in tokens for s in token.phonemes if s not in vocabulary and s != " "))


def _divided(token: Pronounced, longest: int) -> Iterator[Pronounced]:
    """A token longer than a row (phonemes typed by hand) in parts; only the first is its word."""
    sounds = token.phonemes
    room = max(1, longest - 1)
    for at in range(0, max(1, len(sounds)), room):
        last = at + room >= len(sounds)
        yield replace(
            token,
            phonemes=sounds[at : at + room],
            space=token.space and last,
            is_word=token.is_word and at == 0,
        )


def _fitting(pieces: Sequence[Pronounced], start: int, longest: int) -> int:
    """Where the row that begins at `start` ends."""
    size = 0
    sizes: list[int] = []
    at = start
    while at < len(pieces):
        size += len(pieces[at].phonemes) + pieces[at].space
        # The space after the last word of a row is not read.
        if size - pieces[at].space > longest:
            break
        sizes.append(size)
        at += 1
    if at == len(pieces):
        return at
    ends = range(start + 1, at + 1)
    best = max(ends, key=lambda end: (sizes[end - start - 1] * 2 >= longest, _quality(pieces[end - 1]), end))
    return max(best, start + 1)


def _quality(token: Pronounced) -> int:
    return _BREAKS.get(token.phonemes[-1:], 1 if token.space else 0)


def _row(pieces: Sequence[Pronounced], vocabulary: Mapping[str, int]) -> Row:
    ids: list[int] = []
    words: list[Placed] = []
    space = vocabulary.get(" ")
    for at, piece in enumerate(pieces):
        start = len(ids)
        ids.extend(vocabulary[sound] for sound in piece.phonemes)
        if piece.is_word:
            words.append(Placed(piece, start, len(ids)))
        if piece.space and space is not None and at + 1 < len(pieces) and ids:
            ids.append(space)
    while ids and ids[-1] == space:
        ids.pop()
    ends = bool(pieces) and pieces[-1].phonemes[-1:] in _BREAKS
    return Row(
        tuple(ids),
        tuple(replace(word, start=min(word.start, len(ids)), end=min(word.end, len(ids))) for word in words),
        ends,
    )
