"""What a network of Whisper's offers, wherever it computes: with MLX (`network`), or with NumPy (`host`)."""

from collections.abc import Sequence
from typing import Protocol

import mlx.core as mx

from engine.stt.whisper.config import WhisperConfig


class State(Protocol):
    """What the decoder has computed for a batch of windows: each layer's keys and values, of the text and the sound."""

    @property
    def offset(self) -> int:
        """Tokens heard so far."""
        ...

    def rows(self, index: Sequence[int]) -> None:
        """Keep only these rows of the batch, in this order."""
        ...

    def shorten(self, count: int) -> None:
        """Forget the last tokens."""
        ...

    def fresh(self, index: Sequence[int]) -> "State":
        """A state for these rows that has heard no token yet; the sound is not computed again."""
        ...

    def held(self) -> list[mx.array]:
        """All that waits to be evaluated."""
        ...


class Network(Protocol):
    """Encoder and decoder. Lives on one thread; holds no state of any stream."""

    @property
    def config(self) -> WhisperConfig:
        """The network's shape."""
        ...

    @property
    def dtype(self) -> mx.Dtype:
        """Of what flows through it."""
        ...

    def encode(self, mel: mx.array) -> mx.array:
        """float32 [batch, 2 n, n_mels] -> features [batch, n, width]"""
        ...

    def begin(self, features: mx.array) -> State:
        """The state of windows whose text has not begun: the sound's keys and values, computed once."""
        ...

    def together(self, states: Sequence[State]) -> State:
        """The states of single windows, before any token, as one of a batch."""
        ...

    def hidden(self, tokens: mx.array, state: State) -> mx.array:
        """The next tokens of each row, int [batch, n] -> [batch, n, width]; the state is advanced."""
        ...

    def attended(
        self, tokens: mx.array, state: State, heads: Sequence[tuple[int, int]]
    ) -> tuple[mx.array, list[mx.array]]:
        """As `hidden`, and of each (layer, head) where it listened: scores before the softmax, [batch, n, frames]."""
        ...

    def logits(self, hidden: mx.array) -> mx.array:
        """[..., width] -> float32 [..., n_vocab]"""
        ...
