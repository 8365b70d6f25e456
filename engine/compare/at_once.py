"""A voice that makes each segment in one go, for the models that have no codec to decode a whole with."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from engine.text.segment import TextSegment
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.types import SpeechRequest, Voice


class AtOnce:
    """A loaded family whose segments come in one piece: by its own way to do that, or by joining its pieces."""

    def __init__(self, model: Synthesizer) -> None:
        self._model: Any = model

    @property
    def sample_rate(self) -> int:
        return self._model.sample_rate

    @property
    def voices(self) -> Sequence[Voice]:
        return self._model.voices

    @property
    def limits(self) -> SegmentLimits:
        return self._model.limits

    def check(self, request: SpeechRequest) -> SpeechRequest:
        return self._model.check(request)

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """One piece."""
        if hasattr(self._model, "render"):
            yield self._model.render(segment, request)
        elif hasattr(self._model, "synthesize_batch"):
            yield self._model.synthesize_batch([segment], request)[0]
        else:
            pieces = list(self._model.synthesize(segment, request))
            yield SpeechPiece(
                np.concatenate([np.zeros(0, dtype=np.float32), *(piece.samples for piece in pieces)]),
                tokens=sum(piece.tokens for piece in pieces),
                notices=tuple(notice for piece in pieces for notice in piece.notices),
            )

    def close(self) -> None:
        """The model is the pool's."""
