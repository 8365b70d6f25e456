"""What `generate` of a voice gives: a piece of speech under the names that programs know, beside ours."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from engine.metrics import rtf
from engine.types import AudioChunk, Samples, Span, Word

if TYPE_CHECKING:
    import mlx.core as mx


class Clock(float):
    """Seconds, which print as a clock has them: 00:00:02.350."""

    __slots__ = ()

    def __str__(self) -> str:
        thousandths = round(self * 1000)
        seconds, thousandths = divmod(thousandths, 1000)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"

    def __format__(self, spec: str) -> str:
        return float.__format__(self, spec) if spec else str(self)


@dataclass(frozen=True)
class SpeechResult:
    """A piece of speech.

    Attributes:
        samples: float32 [n].
        sample_rate: Hz.
        index: 0, 1, 2, ... within the call.
        segment_idx: which part of the text it speaks, from 0: in a stream the sentence, or the
            part of a long one, that it begins with, else the paragraph.
        real_time_factor: seconds of computing for a second of sound, of the call so far: below 1 is faster than speech.
        is_streaming_chunk: whether more of the stream follows.
        is_final_chunk: whether it is the last result of the call.
        token_count: tokens drawn for it; 0 for models without tokens.
        generated_tokens: tokens drawn for the call so far.
        tokens_per_second: of the call so far.
        time_to_first_token: seconds from the call to its first sound, the same on every piece.
        processing_time_seconds: seconds from the result before it, or from the call, to this one.
        peak_memory_usage: GB that MLX held at most in this process so far.
        total_seconds: seconds from the call to its end by the clock; on the last result only, else None.
        total_audio: seconds of sound in the whole call; likewise.
        span: the part of the text it speaks.
        words: words that begin in it; seconds from the beginning of the call's sound.
        notices: sentences for the person.
    """

    samples: Samples
    sample_rate: int
    index: int
    segment_idx: int
    is_streaming_chunk: bool
    is_final_chunk: bool
    token_count: int
    generated_tokens: int
    tokens_per_second: float
    time_to_first_token: float
    processing_time_seconds: float
    real_time_factor: float
    peak_memory_usage: float
    total_seconds: float | None
    total_audio: float | None
    span: Span
    words: tuple[Word, ...]
    notices: tuple[str, ...]

    @cached_property
    def audio(self) -> "mx.array":
        """The samples as MLX has them: float32 [n]."""
        import mlx.core as mx

        return mx.array(self.samples)

    @property
    def ttfa(self) -> float:
        """As `time_to_first_token`."""
        return self.time_to_first_token

    @property
    def is_final(self) -> bool:
        """As `is_final_chunk`."""
        return self.is_final_chunk

    @property
    def duration_s(self) -> float:
        """Seconds of sound in this piece."""
        return len(self.samples) / self.sample_rate

    @property
    def audio_duration(self) -> Clock:
        """Seconds of sound in this piece; printed, it reads 00:00:02.350."""
        return Clock(self.duration_s)

    @property
    def prompt(self) -> dict[str, float]:
        """Tokens of this piece, and how many a second."""
        return {"tokens": self.token_count, "tokens-per-sec": round(self.tokens_per_second, 2)}

    @property
    def audio_samples(self) -> dict[str, float]:
        """Samples of this piece, and how many a second of computing."""
        seconds = self.processing_time_seconds
        return {
            "samples": len(self.samples),
            "samples-per-sec": round(len(self.samples) / seconds, 2) if seconds else 0,
        }


class Tally:
    """Numbers the results of one call, and counts what adds up over them."""

    def __init__(self, *, is_stream: bool) -> None:
        self._is_stream = is_stream
        self._began = self._last = time.perf_counter()
        self._index = 0
        self._segment = self._begins = -1
        self._tokens = 0
        self._audio_s = 0.0
        self._first_s: float | None = None

    def result(self, chunk: AudioChunk, notices: tuple[str, ...], *, is_last: bool) -> SpeechResult:
        """The next result.

        Args:
            chunk: what was spoken; its tokens are counted from the beginning of the call.
            notices: to be told with it.
            is_last: whether nothing follows.
        """
        now = time.perf_counter()
        if chunk.span[0] != self._begins:
            self._segment, self._begins = self._segment + 1, chunk.span[0]
        if self._first_s is None and len(chunk.samples):
            self._first_s = chunk.ttfa_s or now - self._began
        tokens, self._tokens = chunk.tokens - self._tokens, chunk.tokens
        self._audio_s += chunk.duration_s
        took, self._last = now - self._last, now
        index, self._index = self._index, self._index + 1
        return SpeechResult(
            samples=chunk.samples,
            sample_rate=chunk.sample_rate,
            index=index,
            segment_idx=self._segment,
            is_streaming_chunk=self._is_stream and not is_last,
            is_final_chunk=is_last,
            token_count=tokens,
            generated_tokens=chunk.tokens,
            tokens_per_second=chunk.tokens_per_second,
            time_to_first_token=self._first_s or 0.0,
            processing_time_seconds=took,
            real_time_factor=rtf(now - self._began, self._audio_s),
            peak_memory_usage=_peak_gb(),
            total_seconds=now - self._began if is_last else None,
            total_audio=self._audio_s if is_last else None,
            span=chunk.span,
            words=chunk.words,
            notices=notices,
        )


def _peak_gb() -> float:
    import mlx.core as mx

    return mx.get_peak_memory() / 1e9
