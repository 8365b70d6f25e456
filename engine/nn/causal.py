"""Causal layers as functions of what came before: (frames, state) -> (frames, state), exact at any call size.

A state is a list of arrays whose shapes never change: it can be kept, written to a file and begun from again, any
number of times, and several streams are rows of one batch. A whole signal is one call from the beginning's state.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import mlx.core as mx

from engine.nn.conv import Conv1d, ConvTranspose1d, Frames

State = list[mx.array]


class CausalLayer(Protocol):
    """A map over time that looks at nothing to come."""

    size: int
    """How many arrays its state has."""

    def begin(self, batch: int) -> State:
        """The state before the first frame."""
        ...

    def __call__(self, x: Frames, state: State) -> tuple[Frames, State]:
        """The outputs of these frames, [B, n, C] -> [B, n * stride, C'], and the state behind them."""
        ...


class Framewise:
    """Anything that treats each frame by itself."""

    size = 0

    def __init__(self, function: Callable[[Frames], Frames]) -> None:
        self._function = function

    def begin(self, batch: int) -> State:
        """Nothing."""
        return []

    def __call__(self, x: Frames, state: State) -> tuple[Frames, State]:
        """See CausalLayer."""
        return self._function(x), state


class CausalConv:
    """A convolution that remembers `reach` frames.

    Args:
        conv: without padding.
        channels: of its input.
    """

    size = 1

    def __init__(self, conv: Conv1d, channels: int) -> None:
        self._conv = conv
        self._channels = channels

    def begin(self, batch: int) -> State:
        """Zeros: [B, reach, C]"""
        return [mx.zeros((batch, self._conv.reach, self._channels))]

    def __call__(self, x: Frames, state: State) -> tuple[Frames, State]:
        """See CausalLayer."""
        held = mx.concatenate([state[0], x], axis=1)
        return self._conv.valid(held), [held[:, held.shape[1] - self._conv.reach :]]


class CausalTranspose:
    """A transposed convolution whose end is trimmed; it remembers the input frames that overlap.

    Args:
        conv: its kernel a multiple of its stride.
        channels: of its input.
    """

    size = 1

    def __init__(self, conv: ConvTranspose1d, channels: int) -> None:
        self._conv = conv
        self._channels = channels

    def begin(self, batch: int) -> State:
        """Zeros: [B, kernel / stride - 1, C]"""
        return [mx.zeros((batch, self._conv.overlaps - 1, self._channels))]

    def __call__(self, x: Frames, state: State) -> tuple[Frames, State]:
        """See CausalLayer."""
        held = mx.concatenate([state[0], x], axis=1)
        return self._conv.ahead(held), [held[:, x.shape[1] :]]


class CausalChain:
    """Layers one after the other."""

    def __init__(self, layers: Sequence[CausalLayer]) -> None:
        self._layers = list(layers)
        self.size = sum(layer.size for layer in self._layers)

    def begin(self, batch: int) -> State:
        """All layers' in order."""
        return [array for layer in self._layers for array in layer.begin(batch)]

    def __call__(self, x: Frames, state: State) -> tuple[Frames, State]:
        """See CausalLayer."""
        after: State = []
        at = 0
        for layer in self._layers:
            x, one = layer(x, state[at : at + layer.size])
            after += one
            at += layer.size
        return x, after


class CausalResidual:
    """x + inner(x)."""

    def __init__(self, inner: CausalLayer) -> None:
        self._inner = inner
        self.size = inner.size

    def begin(self, batch: int) -> State:
        """The inner layer's."""
        return self._inner.begin(batch)

    def __call__(self, x: Frames, state: State) -> tuple[Frames, State]:
        """See CausalLayer."""
        y, after = self._inner(x, state)
        return x + y, after
