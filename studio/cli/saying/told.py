"""What is told of chunks while they pass: their notices, and a line each for who wants to know more."""

from collections.abc import Iterator

from rich.console import Console

from engine.metrics import rtf
from engine.types import AudioChunk


class Told(Iterator[AudioChunk]):
    """Passes chunks on and tells of them on standard error.

    Args:
        chunks: of one text.
        verbose: whether every chunk has a line.
    """

    def __init__(self, chunks: Iterator[AudioChunk], verbose: bool = False) -> None:
        self._chunks = chunks
        self._verbose = verbose
        self._last: AudioChunk | None = None
        self._errors = Console(stderr=True, highlight=False)

    def __next__(self) -> AudioChunk:
        chunk = next(self._chunks)
        for notice in chunk.notices:
            self.tell(notice)
        if self._verbose and len(chunk.samples):
            self.tell(line_of(chunk))
        self._last = chunk
        return chunk

    def tell(self, sentence: str) -> None:
        """A sentence for the person."""
        self._errors.print(sentence, markup=False, soft_wrap=True)

    def report(self) -> None:
        """How it went, once the last chunk has passed."""
        last = self._last
        if last is None or last.audio_s is None:
            return
        if self._verbose:
            self.tell(summary_of(last))
        elif self._errors.is_terminal:
            sentence = f"{last.audio_s:.1f} s of speech, first sound after {last.ttfa_s * 1000:.0f} ms"
            self._errors.print(sentence, style="dim")


def line_of(chunk: AudioChunk) -> str:
    """A chunk as one line; tokens and their pace are those of the stream so far."""
    tokens = f", {chunk.tokens} tokens, {chunk.tokens_per_second:.1f} tokens/s" if chunk.tokens else ""
    return f"chunk {chunk.index}: {chunk.duration_s:.3f} s, first sound after {chunk.ttfa_s * 1000:.0f} ms{tokens}"


def summary_of(last: AudioChunk) -> str:
    """The whole as one line.

    Args:
        last: the final chunk.
    """
    audio_s, wall_s = last.audio_s or 0.0, last.wall_s or 0.0
    tokens = f", {last.tokens} tokens, {last.tokens_per_second:.1f} tokens/s" if last.tokens else ""
    return (
        f"{audio_s:.2f} s of speech in {wall_s:.2f} s, real-time factor {rtf(wall_s, audio_s):.2f}, "
        f"first sound after {last.ttfa_s * 1000:.0f} ms{tokens}"
    )
