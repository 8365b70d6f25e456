"""Encoder frames -> tokens by connectionist temporal classification: the likeliest of each frame, repeats as one.

A blank between two of the same keeps them two.
Source: A. Graves et al., "Connectionist Temporal Classification" (2006).
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from engine.nn.parts import Parts
from engine.stt.parakeet.checkpoint import head
from engine.stt.parakeet.config import ParakeetConfig
from engine.stt.parakeet.tokens import Emission


@dataclass(frozen=True, slots=True)
class Progress:
    """The frame each row looks at next, and what its last frame said."""

    frame: tuple[int, ...]
    last: tuple[int, ...]


class Ctc:
    """One matrix; no state."""

    def __init__(self, parts: Parts, config: ParakeetConfig) -> None:
        self._blank = config.blank
        self._head = head(parts, "decoder.decoder_layers.0", config.blank + 1)

    def start(self, batch: int) -> Progress:
        """Nothing is said yet."""
        return Progress((0,) * batch, (self._blank,) * batch)

    def greedy(
        self, features: mx.array, ends: Sequence[int], progress: Progress, begin: int = 0
    ) -> tuple[list[list[Emission]], Progress]:
        """As `Transducer.greedy`."""
        logits = self.logits(features).astype(mx.float32)
        tokens = mx.argmax(logits, axis=-1)
        confidence = mx.exp(mx.max(logits, axis=-1) - mx.logsumexp(logits, axis=-1))
        mx.eval(tokens, confidence)
        best, sure = np.array(tokens), np.array(confidence)
        said: list[list[Emission]] = []
        lasts = list(progress.last)
        for row, end in enumerate(ends):
            said.append([])
            for at in range(progress.frame[row], end):
                token, probability = int(best[row, at - begin]), float(sure[row, at - begin])
                if token == self._blank:
                    pass
                elif token != lasts[row]:
                    said[row].append(Emission(token, at, 1, probability))
                elif said[row]:
                    held = said[row][-1]
                    said[row][-1] = Emission(token, held.frame, at + 1 - held.frame, max(held.confidence, probability))
                lasts[row] = token
        frame = tuple(max(at, end) for at, end in zip(progress.frame, ends, strict=True))
        return said, Progress(frame, tuple(lasts))

    def steps(
        self, features: mx.array, ends: Sequence[int], progress: Progress, begin: int = 0
    ) -> Generator[None, None, tuple[list[list[Emission]], Progress]]:
        """As `Transducer.steps`; it is one step."""
        yield
        return self.greedy(features, ends, progress, begin)

    def logits(self, features: mx.array) -> mx.array:
        """[batch, n, d_model] -> [batch, n, vocabulary + 1]"""
        return self._head(features)
