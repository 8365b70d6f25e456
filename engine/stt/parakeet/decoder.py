"""What makes tokens of encoder frames, whichever way."""

from collections.abc import Generator, Sequence
from typing import Any, Protocol

import mlx.core as mx

from engine.stt.parakeet.tokens import Emission

Found = tuple[list[list[Emission]], Any]
"""New tokens of each row, and the decoder's own progress, to be given back to it."""


class Decoder(Protocol):
    """Greedy decoding of a batch that a stream can interrupt anywhere; no state but its progress."""

    def start(self, batch: int) -> Any:
        """Nothing is said yet."""
        ...

    def greedy(self, features: mx.array, ends: Sequence[int], progress: Any, begin: int = 0) -> Found:
        """Decode as far as there are frames.

        Args:
            features: [batch, n, d_model], encoder frames `begin` and on.
            ends: for each row the frame behind its last.
            progress: how far the rows are.
            begin: the number of the first frame.
        """
        ...

    def steps(
        self, features: mx.array, ends: Sequence[int], progress: Any, begin: int = 0
    ) -> Generator[None, None, Found]:
        """The same, with pauses in which others may have their turn."""
        ...
