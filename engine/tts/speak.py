"""The whole way from text to sound, on one page.

text -> normalise -> segment -> family -> chunks with spans, word times, pauses and metrics. The first chunk leaves
before the second sentence is begun; closing the iterator stops the family within one piece.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np

from engine import controls
from engine.errors import GenerationError, TextError
from engine.metrics import tokens_per_second
from engine.text.pronunciation import dictionary
from engine.text.segment import TextSegment, segments
from engine.tts import pauses
from engine.tts.base import SpeechPiece, Synthesizer
from engine.tts.intervals import at_intervals
from engine.tts.lead import Ahead, Lead
from engine.tts.pace import Pace
from engine.tts.toned import Toned
from engine.types import AudioChunk, SpeechRequest, Word


def speak(
    model: Synthesizer, request: SpeechRequest, started_at: float | None = None, pace: Pace | None = None
) -> Iterator[AudioChunk]:
    """Speak a text as a stream of chunks.

    Args:
        model: a loaded family, on its own thread.
        request: text and how to say it.
        started_at: `time.perf_counter()` of the person's request, for ttfa; now when None.
        pace: what is known of how fast this model speaks here, and what learns more of it; nothing when None.

    Yields:
        AudioChunk: in order; the last one has is_final, audio_s and wall_s, and is not empty. Each is as long as the
            request's streaming_interval, if it has one, save the last.

    Raises:
        TextError: nothing in the text can be spoken.
        VoiceError, OptionError: from the family's own check.
        GenerationError: the family spoke no sample at all.
    """
    started_at = time.perf_counter() if started_at is None else started_at
    request = model.check(request)
    model = Toned(model, request)
    wanted = request.chunking
    controls.STREAMING_INTERVAL.check(wanted.streaming_interval)
    with closing(_spoken(model, request, started_at, pace)) as chunks:
        if wanted.streaming_interval is None:
            yield from chunks
        else:
            yield from at_intervals(chunks, wanted.streaming_interval, started_at, wanted.ultra_low_latency)


def _spoken(model: Synthesizer, request: SpeechRequest, started_at: float, pace: Pace | None) -> Generator[AudioChunk]:
    """A checked request's chunks, as the family gives its pieces."""
    # Cut as it is spoken: the first sentence of a long text waits for nothing behind it.
    said = dictionary(request.pronunciations, request.language) if request.pronunciations else None
    moods = [mood for mood, _ in request.moods]
    told = Ahead(segments(request.text, request.language, model.limits, *pauses.of(request), said, moods))
    lead = Lead(pace or Pace(), told, len(request.text), request.speed)
    stream = _Chunks(model.sample_rate, started_at, lead, (*request.notices, *model.left_out(request)))
    segment: TextSegment | None = None
    owed_s, resumed_at = 0.0, time.perf_counter()
    for segment, piece, is_pause in _pieces(model, told, request):
        owed_s += time.perf_counter() - resumed_at
        if is_pause:
            lead.close()
        else:
            lead.add(segment, owed_s, len(piece.samples) / model.sample_rate)
            owed_s = 0.0
        if len(piece.samples) or piece.words or piece.notices:
            yield stream.chunk(piece, segment)
        else:
            stream.count(piece)  # a codec may hold back all that these tokens gave
        resumed_at = time.perf_counter()
    lead.close()
    if segment is None:
        raise TextError("There is nothing to say: the text has no words.")
    if stream.spoken_samples == 0:
        raise GenerationError("The voice made no sound for this text. Try another voice, or another wording.")
    yield stream.final(segment)


def speak_segment(model: Synthesizer, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
    """One segment and the pause after it."""
    model = Toned(model, request)
    yield from model.synthesize(segment, request)
    yield from _pause(model, segment.pause_s)


def _pieces(model: Synthesizer, told: Ahead, request: SpeechRequest) -> Iterator[tuple[TextSegment, SpeechPiece, bool]]:
    """The pieces of all segments and, marked as such, the pauses between them; a model that works ahead begins the next
    one meanwhile."""
    if not model.works_ahead:
        for segment in told:
            yield from ((segment, piece, False) for piece in model.synthesize(segment, request))
            if told.look(0) is not None:
                yield from ((segment, pause, True) for pause in _pause(model, segment.pause_s))
        return
    before: TextSegment | None = None
    for segment, piece in model.synthesize_all(told, request):
        if before is not None and segment is not before:
            yield from ((before, pause, True) for pause in _pause(model, before.pause_s))
        before = segment
        yield segment, piece, False


def _pause(model: Synthesizer, pause_s: float) -> Iterator[SpeechPiece]:
    if pause := round(pause_s * model.sample_rate):
        yield SpeechPiece(np.zeros(pause, dtype=np.float32))


class _Chunks:
    """Counts samples and tokens of one stream and numbers its chunks."""

    def __init__(self, sample_rate: int, started_at: float, lead: Lead, notices: tuple[str, ...]) -> None:
        self._sample_rate = sample_rate
        self._told_first = notices
        self._lead = lead
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
        lead_s = self._lead.wait_s(self.spoken_samples / self._sample_rate) if len(piece.samples) else 0.0
        return self._make(piece, segment, words, lead_s=lead_s)

    def count(self, piece: SpeechPiece) -> None:
        """Tokens that became no sound yet."""
        self._tokens += piece.tokens

    def final(self, segment: TextSegment) -> AudioChunk:
        """The silence behind the last word, with the figures of the whole."""
        silence = np.zeros(round(pauses.ending(segment.pause_s) * self._sample_rate), dtype=np.float32)
        self.spoken_samples += len(silence)
        return self._make(SpeechPiece(silence), segment, (), is_final=True)

    def _make(
        self,
        piece: SpeechPiece,
        segment: TextSegment,
        words: tuple[Word, ...],
        lead_s: float = 0.0,
        is_final: bool = False,
    ) -> AudioChunk:
        elapsed_s = time.perf_counter() - self._started_at
        chunk = AudioChunk(
            samples=piece.samples,
            sample_rate=self._sample_rate,
            index=self._index,
            is_final=is_final,
            span=segment.span,
            words=words,
            tokens=self._tokens,
            tokens_per_second=tokens_per_second(self._tokens, elapsed_s),
            ttfa_s=self._ttfa_s,
            audio_s=self.spoken_samples / self._sample_rate if is_final else None,
            wall_s=elapsed_s if is_final else None,
            notices=piece.notices if self._index else (*self._told_first, *piece.notices),
            lead_s=lead_s,
        )
        self._index += 1
        return chunk

    @staticmethod
    def _placed(word: Word, offset_s: float, segment: TextSegment) -> Word:
        """The word in the stream's time and the person's text."""
        span = segment.to_source(*word.span) if word.span else None
        return replace(word, start_s=word.start_s + offset_s, end_s=word.end_s + offset_s, span=span)
