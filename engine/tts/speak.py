"""The whole way from text to sound, on one page.

text -> normalise -> segment -> family -> chunks with spans, word times, pauses and metrics. The first chunk leaves
before the second sentence is begun; closing the iterator stops the family within one piece.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

import numpy as np

from engine.errors import GenerationError, TextError
from engine.metrics import tokens_per_second
from engine.text.pronunciation import dictionary
from engine.text.segment import TextSegment, segments
from engine.tts.base import AheadSynthesizer, SpeechPiece, Synthesizer
from engine.types import AudioChunk, SpeechRequest, Word


def speak(model: Synthesizer, request: SpeechRequest, started_at: float | None = None) -> Iterator[AudioChunk]:
    """Speak a text as a stream of chunks.

    Args:
        model: a loaded family, on its own thread.
        request: text and how to say it.
        started_at: `time.perf_counter()` of the person's request, for ttfa; now when None.

    Yields:
        AudioChunk: in order; the last one has is_final and total_seconds.

    Raises:
        TextError: nothing in the text can be spoken.
        VoiceError, OptionError: from the family's own check.
        GenerationError: the family spoke no sample at all.
    """
    started_at = time.perf_counter() if started_at is None else started_at
    request = model.check(request)
    stream = _Chunks(model.sample_rate, started_at, request.notices)
    segment: TextSegment | None = None
    # Cut as it is spoken: the first sentence of a long text waits for nothing behind it.
    said = dictionary(request.pronunciations, request.language) if request.pronunciations else None
    told = segments(
        request.text, request.language, model.limits, request.sentence_pause_s, request.paragraph_pause_s, said
    )
    for segment, piece in _pieces(model, told, request):
        if len(piece.samples) or piece.words or piece.notices:
            yield stream.chunk(piece, segment)
        else:
            stream.count(piece)  # a codec may hold back all that these tokens gave
    if segment is None:
        raise TextError("There is nothing to say: the text has no words.")
    if stream.spoken_samples == 0:
        raise GenerationError("The voice made no sound for this text. Try another voice, or another wording.")
    yield stream.final(segment)


def speak_segment(model: Synthesizer, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
    """One segment and the pause after it. Audiobook jobs call this, one cached segment at a time."""
    yield from model.synthesize(segment, request)
    yield from _pause(model, segment)


def _pieces(
    model: Synthesizer, told: Iterable[TextSegment], request: SpeechRequest
) -> Iterator[tuple[TextSegment, SpeechPiece]]:
    """The pieces of all segments and the pause after each; a model that works ahead begins the next one meanwhile."""
    if not hasattr(model, "synthesize_all"):
        yield from ((segment, piece) for segment in told for piece in speak_segment(model, segment, request))
        return
    before: TextSegment | None = None
    for segment, piece in cast("AheadSynthesizer", model).synthesize_all(told, request):
        if before is not None and segment is not before:
            for pause in _pause(model, before):
                yield before, pause
        before = segment
        yield segment, piece
    if before is not None:
        for pause in _pause(model, before):
            yield before, pause


def _pause(model: Synthesizer, segment: TextSegment) -> Iterator[SpeechPiece]:
    pause = round(segment.pause_s * model.sample_rate)
    if pause > 0:
        yield SpeechPiece(np.zeros(pause, dtype=np.float32))


class _Chunks:
    """Counts samples and tokens of one stream and numbers its chunks."""

    def __init__(self, sample_rate: int, started_at: float, notices: tuple[str, ...]) -> None:
        self._sample_rate = sample_rate
        self._told_first = notices
        self._started_at = started_at
        self._ttfa_s = 0.0
        self._index = 0
        self._tokens = 0
        self._segment: TextSegment | None = None
        self._segment_start = 0
        self.spoken_samples = 0

    def chunk(self, piece: SpeechPiece, segment: TextSegment) -> AudioChunk:
        if segment is not self._segment:
            self._segment, self._segment_start = segment, self.spoken_samples
        if self.spoken_samples == 0 and len(piece.samples):
            self._ttfa_s = time.perf_counter() - self._started_at
        self.count(piece)
        self.spoken_samples += len(piece.samples)
        offset_s = self._segment_start / self._sample_rate
        words = tuple(self._placed(word, offset_s, segment) for word in piece.words)
        return self._make(piece, segment, words, total_seconds=None)

    def count(self, piece: SpeechPiece) -> None:
        """Tokens that became no sound yet."""
        self._tokens += piece.tokens

    def final(self, segment: TextSegment) -> AudioChunk:
        empty = SpeechPiece(np.zeros(0, dtype=np.float32))
        return self._make(empty, segment, (), total_seconds=self.spoken_samples / self._sample_rate)

    def _make(
        self, piece: SpeechPiece, segment: TextSegment, words: tuple[Word, ...], total_seconds: float | None
    ) -> AudioChunk:
        chunk = AudioChunk(
            samples=piece.samples,
            sample_rate=self._sample_rate,
            index=self._index,
            is_final=total_seconds is not None,
            span=segment.span,
            words=words,
            tokens=self._tokens,
            tokens_per_second=tokens_per_second(self._tokens, time.perf_counter() - self._started_at),
            ttfa_s=self._ttfa_s,
            total_seconds=total_seconds,
            notices=piece.notices if self._index else (*self._told_first, *piece.notices),
        )
        self._index += 1
        return chunk

    @staticmethod
    def _placed(word: Word, offset_s: float, segment: TextSegment) -> Word:
        """The word in the stream's time and the person's text."""
        span = segment.to_source(*word.span) if word.span else None
        return replace(word, start_s=word.start_s + offset_s, end_s=word.end_s + offset_s, span=span)
