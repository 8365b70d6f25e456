"""Chunks cut to a length that was asked for, with their words; no sample is lost or changed."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.types import AudioChunk, Samples, Word


def no_longer(chunk: AudioChunk, begin_s: float, longest_s: float) -> Iterator[AudioChunk]:
    """A chunk in pieces of one length, none longer than asked.

    Args:
        chunk: of any length.
        begin_s: where it begins in the stream, seconds.
        longest_s: seconds.
    """
    count = -(-len(chunk.samples) // max(1, round(longest_s * chunk.sample_rate)))
    if count <= 1:
        yield chunk
        return
    words = list(chunk.words)
    for at, samples in enumerate(np.array_split(chunk.samples, count)):
        begin_s += len(samples) / chunk.sample_rate
        is_last = at + 1 == count
        mine: list[Word] = []
        while words and (is_last or words[0].start_s < begin_s):
            mine.append(words.pop(0))
        yield replace(
            chunk,
            samples=samples,
            words=tuple(mine),
            notices=() if at else chunk.notices,
            is_final=chunk.is_final and is_last,
            audio_s=chunk.audio_s if is_last else None,
            wall_s=chunk.wall_s if is_last else None,
        )


class Regrouped:
    """Samples regrouped into pieces of one length. The first sound is never held back.

    Args:
        size: samples in a piece.
        respects_boundaries: whether no piece has samples of two chunks.
    """

    def __init__(self, size: int, *, respects_boundaries: bool) -> None:
        self._size = max(1, size)
        self._respects = respects_boundaries
        self._held: Samples = np.zeros(0, dtype=np.float32)
        self._is_first = True

    def feed(self, samples: Samples) -> Iterator[Samples]:
        """The pieces that are whole with these samples."""
        self._held = np.concatenate([self._held, samples]) if len(self._held) else samples
        while len(self._held) >= self._size:
            yield self._cut(self._size)
        if len(self._held) and (self._respects or self._is_first):
            yield self._cut(len(self._held))

    def finish(self) -> Iterator[Samples]:
        """What is left."""
        if len(self._held):
            yield self._cut(len(self._held))

    def _cut(self, size: int) -> Samples:
        piece, self._held = self._held[:size], self._held[size:]
        self._is_first = False
        return piece
