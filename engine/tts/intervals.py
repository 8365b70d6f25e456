"""Chunks of one length, whatever a family's pieces are: for whoever asks for sound every so many seconds."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.types import AudioChunk, Word


def at_intervals(
    chunks: Iterator[AudioChunk], interval_s: float, started_at: float, first_at_once: bool = False
) -> Iterator[AudioChunk]:
    """A stream cut anew: every chunk as long as asked for, the last one shorter and never empty.

    Samples, words and notices are those of the stream. A chunk's span covers all that sounds in it; a word stands in
    the chunk in which it begins.

    Args:
        chunks: a whole stream, its last chunk final.
        interval_s: seconds of sound in a chunk, more than 0.
        started_at: `time.perf_counter()` of the request, for `ttfa_s`.
        first_at_once: let the first sound through as it comes, however short it is.

    Yields:
        AudioChunk: numbered anew.
    """
    held = _Held(started_at)
    for chunk in chunks:
        size = max(1, round(interval_s * chunk.sample_rate))
        held.add(chunk)
        if first_at_once and held.index == 0 and held.length and not chunk.is_final:
            yield held.take(min(held.length, size))
        while held.length > size or (held.length == size and not chunk.is_final):
            yield held.take(size)
        if chunk.is_final:
            yield held.rest(chunk)


class _Held:
    """Sound that is there and was not given yet."""

    def __init__(self, started_at: float) -> None:
        self._started_at = started_at
        self._chunks: list[AudioChunk] = []
        self._words: list[Word] = []
        self._notices: list[str] = []
        self._given = 0
        self._ttfa_s = 0.0
        self.length = 0
        self.index = 0

    def add(self, chunk: AudioChunk) -> None:
        """More of it."""
        self._words.extend(chunk.words)
        self._notices.extend(chunk.notices)
        self._chunks.append(chunk)
        self.length += len(chunk.samples)

    def take(self, size: int) -> AudioChunk:
        """The next so many samples, of those that are there."""
        parts: list[AudioChunk] = []
        while size:
            chunk = self._chunks.pop(0)
            if len(chunk.samples) > size:
                self._chunks.insert(0, replace(chunk, samples=chunk.samples[size:]))
                chunk = replace(chunk, samples=chunk.samples[:size])
            size -= len(chunk.samples)
            parts.append(chunk)
        self.length -= sum(len(part.samples) for part in parts)
        return self._made(parts, replace(parts[-1], is_final=False, audio_s=None, wall_s=None))

    def rest(self, final: AudioChunk) -> AudioChunk:
        """All that is left, with the figures of the whole."""
        parts, self._chunks, self.length = self._chunks, [], 0
        return self._made(parts, final)

    def _made(self, parts: list[AudioChunk], like: AudioChunk) -> AudioChunk:
        if self.index == 0:
            self._ttfa_s = time.perf_counter() - self._started_at
        samples = np.concatenate([part.samples for part in parts])
        self._given += len(samples)
        ends_s = self._given / like.sample_rate
        words = tuple(word for word in self._words if like.is_final or word.start_s < ends_s)
        self._words = self._words[len(words) :]
        notices, self._notices = tuple(self._notices), []
        chunk = replace(
            like,
            samples=samples,
            index=self.index,
            span=(parts[0].span[0], max(part.span[1] for part in parts)),
            words=words,
            notices=notices,
            ttfa_s=self._ttfa_s,
        )
        self.index += 1
        return chunk
