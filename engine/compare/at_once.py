"""A voice that makes each segment in one go, for the models that have no codec to decode a whole with."""

from collections.abc import Iterator

from engine.text.segment import TextSegment
from engine.tts.base import SpeechPiece, Synthesizer
from engine.types import SpeechRequest


class AtOnce(Synthesizer):
    """A loaded family whose segments come in one piece."""

    def __init__(self, model: Synthesizer) -> None:
        self._model = model
        self.sample_rate, self.voices, self.limits = model.sample_rate, model.voices, model.limits

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """As the model's own."""
        return self._model.check(request)

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """One piece, by the model's own way to make several at once where it has one."""
        if self._model.takes_batches:
            yield self._model.synthesize_batch([segment], request)[0]
        else:
            yield self._model.render(segment, request)

    def close(self) -> None:
        """The model is the pool's."""
