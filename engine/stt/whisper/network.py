"""Whisper's network: mel frames to features, tokens and features to logits. It knows neither words nor time.

Parameters have the names of the mlx-community conversions, which are OpenAI's; `files` renames Hugging Face's. What a
stream has computed already lies in its `State`, never here.

Source: OpenAI, whisper/model.py (MIT); transformers, modeling_whisper.py (Apache-2.0).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from engine.nn.kv_cache import KVCache
from engine.nn.smooth import attention, gelu
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.contract import State

KeysValues = tuple[mx.array, mx.array]
"""[batch, heads, frames, head_dim] each"""


@dataclass(slots=True)
class NetworkState:
    """A `State` in MLX's arrays."""

    text: list[KVCache]
    sound: list[KeysValues]

    @property
    def offset(self) -> int:
        """Tokens heard so far."""
        return self.text[0].offset

    def rows(self, index: Sequence[int]) -> None:
        """Keep only these rows of the batch, in this order."""
        chosen = mx.array(list(index))
        for cache in self.text:
            cache.rows(chosen)
        self.sound = [(keys[chosen], values[chosen]) for keys, values in self.sound]

    def shorten(self, count: int) -> None:
        """Forget the last tokens."""
        for cache in self.text:
            cache.shorten(count)

    def fresh(self, index: Sequence[int]) -> "NetworkState":
        """A state for these rows that has heard no token yet; the sound is not computed again."""
        same = list(index) == list(range(self.sound[0][0].shape[0]))
        chosen = mx.array(list(index))
        sound = list(self.sound) if same else [(keys[chosen], values[chosen]) for keys, values in self.sound]
        return NetworkState([KVCache() for _ in self.text], sound)

    def held(self) -> list[mx.array]:
        """All arrays, for evaluation."""
        return [array for cache in self.text for array in cache.held()] + [a for pair in self.sound for a in pair]


class Attention(nn.Module):
    """Attention over the sequence itself or over the sound."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self._scale = (width // heads) ** -0.5
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def keys_values(self, x: mx.array) -> KeysValues:
        """[batch, n, width] -> keys and values of every head."""
        return self._split(self.key(x)), self._split(self.value(x))

    def __call__(self, x: mx.array, held: KeysValues, mask: str | None = None) -> mx.array:
        """[batch, n, width] attends to what is held -> [batch, n, width]"""
        keys, values = held
        queries = self._split(self.query(x))
        out = attention(queries, keys, values, self._scale, mask)
        return self.out(out.transpose(0, 2, 1, 3).reshape(x.shape))

    def scores(self, x: mx.array, keys: mx.array, heads: Sequence[int]) -> mx.array:
        """Before the softmax, of some heads only: [batch, len(heads), n, frames], float32."""
        chosen = mx.array(list(heads))
        queries = self._split(self.query(x))[:, chosen].astype(mx.float32) * self._scale
        return queries @ keys[:, chosen].astype(mx.float32).swapaxes(-1, -2)

    def _split(self, x: mx.array) -> mx.array:
        return x.reshape(x.shape[0], x.shape[1], self._heads, -1).transpose(0, 2, 1, 3)


class Block(nn.Module):
    """Attention to itself, to the sound where there is one, and a feed-forward layer, each behind a norm."""

    def __init__(self, width: int, heads: int, hears: bool = False) -> None:
        super().__init__()
        self.attn = Attention(width, heads)
        self.attn_ln = nn.LayerNorm(width)
        if hears:
            self.cross_attn = Attention(width, heads)
            self.cross_attn_ln = nn.LayerNorm(width)
        self.mlp1 = nn.Linear(width, 4 * width)
        self.mlp2 = nn.Linear(4 * width, width)
        self.mlp_ln = nn.LayerNorm(width)

    def encode(self, x: mx.array) -> mx.array:
        """[batch, frames, width] -> the same"""
        normed = self.attn_ln(x)
        x = x + self.attn(normed, self.attn.keys_values(normed))
        return self._forward(x)

    def decode(
        self, x: mx.array, cache: KVCache, sound: KeysValues, heads: Sequence[int] = ()
    ) -> tuple[mx.array, mx.array | None]:
        """[batch, n, width] -> the same, and the scores of the attention to the sound of some heads."""
        normed = self.attn_ln(x)
        held = cache.update(*self.attn.keys_values(normed))
        x = x + self.attn(normed, held, "causal" if x.shape[1] > 1 else None)
        normed = self.cross_attn_ln(x)
        scores = self.cross_attn.scores(normed, sound[0], heads) if heads else None
        x = x + self.cross_attn(normed, sound)
        return self._forward(x), scores

    def _forward(self, x: mx.array) -> mx.array:
        return x + self.mlp2(gelu(self.mlp1(self.mlp_ln(x))))


class Encoder(nn.Module):
    """Mel frames to features, one for two frames."""

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        width = config.n_audio_state
        self.conv1 = nn.Conv1d(config.n_mels, width, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(width, width, kernel_size=3, stride=2, padding=1)
        self.blocks = [Block(width, config.n_audio_head) for _ in range(config.n_audio_layer)]
        self.ln_post = nn.LayerNorm(width)
        self._positions = sinusoids(config.n_audio_ctx, width)

    @property
    def positions(self) -> mx.array:
        """Added to the frames, [n_audio_ctx, width]."""
        return self._positions

    def place(self, positions: mx.array) -> None:
        """Take the positions of a checkpoint that has its own, [n_audio_ctx, width]."""
        if positions.shape == self._positions.shape:
            self._positions = positions

    def __call__(self, mel: mx.array) -> mx.array:
        """[batch, 2 n, n_mels] -> [batch, n, width]; n is n_audio_ctx, or less."""
        x = gelu(self.conv1(mel))
        x = gelu(self.conv2(x))
        x = x + self._positions[: x.shape[1]].astype(x.dtype)
        for block in self.blocks:
            x = block.encode(x)
        return self.ln_post(x)


class Decoder(nn.Module):
    """Tokens and sound to hidden states."""

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        width = config.n_text_state
        self.token_embedding = nn.Embedding(config.n_vocab, width)
        self.positional_embedding = mx.zeros((config.n_text_ctx, width))
        self.blocks = [Block(width, config.n_text_head, hears=True) for _ in range(config.n_text_layer)]
        self.ln = nn.LayerNorm(width)

    def __call__(
        self, tokens: mx.array, state: NetworkState, heads: Sequence[tuple[int, int]] = ()
    ) -> tuple[mx.array, list[mx.array]]:
        """[batch, n] -> [batch, n, width], and of each asked (layer, head) the scores [batch, n, frames]."""
        begin = state.offset
        x = self.token_embedding(tokens) + self.positional_embedding[begin : begin + tokens.shape[1]]
        found: dict[tuple[int, int], mx.array] = {}
        for at, (block, cache, sound) in enumerate(zip(self.blocks, state.text, state.sound, strict=True)):
            mine = [head for layer, head in heads if layer == at]
            x, scores = block.decode(x, cache, sound, mine)
            if scores is not None:
                found |= {(at, head): scores[:, row] for row, head in enumerate(mine)}
        return self.ln(x), [found[pair] for pair in heads]


class WhisperNetwork(nn.Module):
    """A `Network` in MLX. Lives on one thread; holds no state of any stream."""

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    @property
    def dtype(self) -> mx.Dtype:
        """See Network."""
        return self.encoder.conv1.weight.dtype

    def encode(self, mel: mx.array) -> mx.array:
        """See Network."""
        return self.encoder(mel.astype(self.dtype))

    def begin(self, features: mx.array) -> NetworkState:
        """See Network."""
        blocks = self.decoder.blocks
        # Lying as every token reads them: MLX's CPU products copy a matrix whose rows are not adjacent.
        pairs = [tuple(map(mx.contiguous, block.cross_attn.keys_values(features))) for block in blocks]
        return NetworkState([KVCache() for _ in blocks], [(keys, values) for keys, values in pairs])

    def together(self, states: Sequence[State]) -> NetworkState:
        """See Network."""
        sounds = [_mine(state).sound for state in states]
        blocks = range(len(self.decoder.blocks))
        pairs = [([sound[at][0] for sound in sounds], [sound[at][1] for sound in sounds]) for at in blocks]
        return NetworkState(
            [KVCache() for _ in blocks], [(mx.concatenate(keys), mx.concatenate(values)) for keys, values in pairs]
        )

    def hidden(self, tokens: mx.array, state: State) -> mx.array:
        """See Network."""
        return self.decoder(tokens, _mine(state))[0]

    def attended(
        self, tokens: mx.array, state: State, heads: Sequence[tuple[int, int]]
    ) -> tuple[mx.array, list[mx.array]]:
        """See Network."""
        return self.decoder(tokens, _mine(state), heads)

    def logits(self, hidden: mx.array) -> mx.array:
        """See Network."""
        return self.decoder.token_embedding.as_linear(hidden).astype(mx.float32)


def _mine(state: State) -> NetworkState:
    if not isinstance(state, NetworkState):
        raise TypeError("this state belongs to another network")
    return state


def sinusoids(length: int, channels: int) -> mx.array:
    """The encoder's fixed positions, [length, channels]."""
    half = channels // 2
    rates = np.exp(-np.log(10000.0) / max(1, half - 1) * np.arange(half))
    angles = np.arange(length)[:, None] * rates[None, :]
    return mx.array(np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32))
