"""A stream of samples cut anew into pieces of one length. Knows no model."""

from collections.abc import Iterator

import numpy as np

from engine.types import Samples


class Recut:
    """Belongs to its stream.

    Args:
        length: samples of each piece but the last; 0 leaves all as it comes.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._rest: Samples = np.zeros(0, dtype=np.float32)

    def feed(self, samples: Samples, is_last: bool) -> Iterator[Samples]:
        """The pieces that are whole with these, float32 [n]; with the last ones what is left too. None is empty."""
        if not self._length:
            if len(samples):
                yield samples
            return
        held = np.concatenate([self._rest, samples])
        whole = len(held) // self._length * self._length
        for start in range(0, whole, self._length):
            yield held[start : start + self._length]
        self._rest = held[whole:]
        if is_last and len(self._rest):
            yield self._rest
