"""A family with a person's tone: what every voice does after its model, for streams, books and whole segments alike.

Whoever speaks with a loaded family wraps it here, so that a tone and what is told of moods are the same on every way.
A neutral tone passes each piece on as it is.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from engine.audio.tone.chain import NEUTRAL, Chain, apply
from engine.audio.tone.stage import EMPTY
from engine.text.segment import TextSegment
from engine.tts import moods
from engine.tts.base import SpeechPiece, Synthesizer
from engine.types import SpeechRequest, VoicePrompt, VoiceState, Word


class Toned(Synthesizer):
    """A loaded family for one request; the family stays its owner's.

    Word times stay as they are: a tone moves no sound in time. A word is told with the sound that it begins in.
    """

    def __init__(self, model: Synthesizer, request: SpeechRequest) -> None:
        """Wrap.

        Args:
            model: the family.
            request: what it will be asked; its tone holds for all segments.
        """
        for name in Synthesizer.__annotations__:
            if hasattr(model, name):
                setattr(self, name, getattr(model, name))
        self._model = model
        self._tone = request.tone
        # Who begins the next segment early does not say when this one is over, and its last samples would wait.
        self.works_ahead = self.works_ahead and self._tone == NEUTRAL
        self._told: set[str] = set()

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """As the family's own."""
        return self._model.check(request)

    def left_out(self, request: SpeechRequest) -> tuple[str, ...]:
        """As the family's own."""
        return self._model.left_out(request)

    def prepare(self, prompt: VoicePrompt) -> VoiceState:
        """As the family's own."""
        return self._model.prepare(prompt)

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """As the family's own; a tone takes next to nothing."""
        return self._model.batch_memory(segments)

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """The family's pieces with the tone; a missing mood is told once a stream."""
        yield from self._noticed(segment, request)
        pieces = self._model.synthesize(segment, request)
        if self._tone == NEUTRAL:
            yield from pieces
        else:
            yield from self._toned(pieces)

    def synthesize_all(
        self, segments: Iterable[TextSegment], request: SpeechRequest
    ) -> Iterator[tuple[TextSegment, SpeechPiece]]:
        """As the family does it, working ahead where it can."""
        if self._tone != NEUTRAL:
            yield from super().synthesize_all(segments, request)
            return
        before: TextSegment | None = None
        for segment, piece in self._model.synthesize_all(segments, request):
            if segment is not before:
                yield from ((segment, one) for one in self._noticed(segment, request))
            before = segment
            yield segment, piece

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        """One segment in one piece, which is kept with all that is told of it."""
        return self._whole(segment, self._model.render(segment, request), request)

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        """Segments in one piece each; as `render`."""
        made = self._model.synthesize_batch(segments, request)
        return [self._whole(segment, piece, request) for segment, piece in zip(segments, made, strict=True)]

    def _whole(self, segment: TextSegment, piece: SpeechPiece, request: SpeechRequest) -> SpeechPiece:
        notices = (*piece.notices, *moods.missing(request, segment, self._model.clones))
        if self._tone == NEUTRAL:
            return replace(piece, notices=notices)
        return replace(piece, samples=apply(self._tone, piece.samples, self.sample_rate), notices=notices)

    def _noticed(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        fresh = [one for one in moods.missing(request, segment, self._model.clones) if one not in self._told]
        if fresh:
            self._told.update(fresh)
            yield SpeechPiece(EMPTY, notices=tuple(fresh))

    def _toned(self, pieces: Iterator[SpeechPiece]) -> Iterator[SpeechPiece]:
        chain, words, given = Chain(self._tone, self.sample_rate), list[Word](), 0
        with closing(_closable(pieces)) as spoken:
            for piece in spoken:
                samples = chain.feed(piece.samples)
                given += len(samples)
                words += piece.words
                begun, words = _begun(words, given / self.sample_rate)
                yield replace(piece, samples=samples, words=tuple(begun))
        if len(rest := chain.finish()) or words:
            yield SpeechPiece(rest, tuple(words))


def _closable(pieces: Iterator[SpeechPiece]) -> Generator[SpeechPiece]:
    yield from pieces


def _begun(words: list[Word], until_s: float) -> tuple[list[Word], list[Word]]:
    """Those that begin before a time, and those that wait."""
    count = next((at for at, word in enumerate(words) if word.start_s >= until_s), len(words))
    return words[:count], words[count:]
