"""A stage of the chain: samples in, as many out, in phase with them, and the same whatever pieces they come in."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from engine.types import Samples

EMPTY: Samples = np.zeros(0, dtype=np.float32)


class Stage(Protocol):
    """One stream's. All that `feed` and `finish` return, joined, is as long as all that was fed."""

    def feed(self, samples: Samples) -> Samples:
        """Take the next float32 [n] and return what is ready, possibly nothing."""
        ...

    def finish(self) -> Samples:
        """The stream has ended: return the rest."""
        ...


class Block(Protocol):
    """What works on blocks of one size, and may be late."""

    @property
    def size(self) -> int:
        """Samples in a block."""
        ...

    @property
    def delay(self) -> int:
        """How many samples late the output is."""
        ...

    def block(self, samples: Samples) -> Samples:
        """float32 [size] -> float32 [size]."""
        ...


class OnBlocks:
    """A stage of something that works on blocks: its grid begins with the stream, so no cut is heard."""

    def __init__(self, inner: Block) -> None:
        self._inner = inner
        self._waiting = EMPTY
        self._skip = inner.delay
        self._taken = 0
        self._given = 0

    def feed(self, samples: Samples) -> Samples:
        self._taken += len(samples)
        size = self._inner.size
        waiting = np.concatenate([self._waiting, samples])
        whole = len(waiting) - len(waiting) % size
        self._waiting = waiting[whole:]
        return self._run(waiting[:whole].reshape(-1, size))

    def finish(self) -> Samples:
        size = self._inner.size
        rest = [EMPTY]
        while self._given < self._taken:
            last = np.zeros((1, size), dtype=np.float32)
            last[0, : len(self._waiting)] = self._waiting
            self._waiting = EMPTY
            rest.append(self._run(last))
        return np.concatenate(rest)

    def _run(self, blocks: npt.NDArray[np.float32]) -> Samples:
        if not len(blocks):
            return EMPTY
        made = np.concatenate([self._inner.block(one) for one in blocks])
        made, self._skip = made[self._skip :], max(0, self._skip - len(made))
        made = made[: self._taken - self._given]
        self._given += len(made)
        return made
