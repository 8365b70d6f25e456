"""Whisper's network on the processor: the same numbers as `network`, in NumPy, which is many times quicker there.

It reads the weights where MLX keeps them. Rows of sound are shared out among threads twice a block, for keys and values
must be whole before anybody attends to them. The sound's keys lie transposed and its heads apart, as each token reads
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from engine.nn.conv import on_gpu
from engine.nn.processor import host
from engine.nn.processor.cores import single_products, spread
from engine.nn.processor.host import Floats
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.contract import Network, State
from engine.stt.whisper.network import Attention, Block, WhisperNetwork

_STEP = 128  # tokens that a state grows by
_ROWS = 256  # of sound at a time: their scores are 1.5 MB


@dataclass(slots=True)
class HostState:
    """As `network.State`: what the decoder has computed for a batch of windows."""

    keys: list[Floats]
    """Of the text, a layer: [batch, heads, room, head_dim], filled up to `offset`."""
    values: list[Floats]
    sound: list[tuple[Floats, Floats]]
    """A layer: keys [batch, heads, head_dim, frames], values [batch, heads, frames, head_dim]."""
    offset: int = 0

    def rows(self, index: Sequence[int]) -> None:
        """Keep only these rows of the batch, in this order."""
        chosen = list(index)
        self.keys = [keys[chosen] for keys in self.keys]
        self.values = [values[chosen] for values in self.values]
        self.sound = [(keys[chosen], values[chosen]) for keys, values in self.sound]

    def shorten(self, count: int) -> None:
        """Forget the last tokens."""
        self.offset -= count

    def fresh(self, index: Sequence[int]) -> "HostState":
        """A state for these rows that has heard no token yet; the sound is not computed again."""
        chosen = list(index)
        same = chosen == list(range(len(self.sound[0][0])))
        sound = list(self.sound) if same else [(keys[chosen], values[chosen]) for keys, values in self.sound]
        return HostState.silent(sound)

    def held(self) -> list[mx.array]:
        """Nothing waits to be evaluated."""
        return []

    @staticmethod
    def silent(sound: list[tuple[Floats, Floats]]) -> "HostState":
        """Before any token."""
        batch, heads, width, _ = sound[0][0].shape
        empty = np.zeros((batch, heads, 0, width), dtype=np.float32)
        return HostState([empty] * len(sound), [empty] * len(sound), sound)

    def make_room(self, count: int) -> None:
        """For so many more tokens."""
        if self.offset + count > self.keys[0].shape[2]:
            more = -(-(self.offset + count) // _STEP) * _STEP
            self.keys = [_longer(keys, self.offset, more) for keys in self.keys]
            self.values = [_longer(values, self.offset, more) for values in self.values]


def _longer(kept: Floats, filled: int, room: int) -> Floats:
    fresh = np.zeros((*kept.shape[:2], room, kept.shape[3]), dtype=np.float32)
    fresh[:, :, :filled] = kept[:, :, :filled]
    return fresh


class HostNetwork:
    """A `Network` in NumPy, of the weights of one in MLX. Lives on its thread; holds no state of any stream."""

    def __init__(self, network: WhisperNetwork) -> None:
        encoder, decoder = network.encoder, network.decoder
        self.config: WhisperConfig = network.config
        self.dtype = mx.float32
        self._encoder = _Encoder(
            [_convolution(encoder.conv1), _convolution(encoder.conv2)],
            host.seen(encoder.positions),
            [_Block.of(block) for block in encoder.blocks],
            _Norm.of(encoder.ln_post),
            network.config.n_audio_head,
        )
        self._blocks = [_Block.of(block) for block in decoder.blocks]
        self._norm = _Norm.of(decoder.ln)
        self._embedding = host.seen(decoder.token_embedding.weight)
        self._positions = host.seen(decoder.positional_embedding)
        self._heads = network.config.n_text_head

    def encode(self, mel: mx.array) -> mx.array:
        """See Network."""
        return mx.array(np.stack([self._encoder(window) for window in host.seen(mel)]))

    def begin(self, features: mx.array) -> HostState:
        """See Network."""
        heard = host.seen(features)
        batch, frames, width = heard.shape
        sound: list[tuple[Floats, Floats]] = []
        for block in self._blocks:
            assert block.cross is not None
            keys = np.empty((batch, self._heads, width // self._heads, frames), dtype=np.float32)
            values = np.empty((batch, self._heads, frames, width // self._heads), dtype=np.float32)

            def share(begin: int, end: int, cross: _Attention = block.cross, to: _Pair = (keys, values)) -> None:
                for row in range(batch):
                    x = heard[row, begin:end]
                    to[0][row, :, :, begin:end] = _apart(cross.key(x), self._heads).transpose(0, 2, 1)
                    to[1][row, :, begin:end] = _apart(cross.value(x), self._heads)

            spread(share, frames, _ROWS)
            sound.append((keys, values))
        return HostState.silent(sound)

    def together(self, states: Sequence[State]) -> HostState:
        """See Network."""
        sounds = [_mine(state).sound for state in states]
        return HostState.silent(
            [
                (np.concatenate([sound[at][0] for sound in sounds]), np.concatenate([sound[at][1] for sound in sounds]))
                for at in range(len(self._blocks))
            ]
        )

    def hidden(self, tokens: mx.array, state: State) -> mx.array:
        """See Network."""
        return self.attended(tokens, state, ())[0]

    def attended(
        self, tokens: mx.array, state: State, heads: Sequence[tuple[int, int]]
    ) -> tuple[mx.array, list[mx.array]]:
        """See Network."""
        mine = _mine(state)
        ids = np.array(tokens)
        batch, n = ids.shape
        x = self._embedding[ids.reshape(-1)]
        x = x.reshape(batch, n, -1) + self._positions[mine.offset : mine.offset + n]
        x = x.reshape(batch * n, -1)
        mine.make_room(n)
        found: dict[tuple[int, int], Floats] = {}
        # Products of a few rows are no quicker on several cores, and many times slower where those are busy.
        with single_products():
            for at, block in enumerate(self._blocks):
                wanted = [head for layer, head in heads if layer == at]
                for head, scores in zip(wanted, self._decode(block, x, batch, mine, at, wanted), strict=True):
                    found[at, head] = scores
        mine.offset += n
        return mx.array(self._norm(x).reshape(batch, n, -1)), [mx.array(found[pair]) for pair in heads]

    def logits(self, hidden: mx.array) -> mx.array:
        """See Network."""
        rows = host.seen(hidden).reshape(-1, hidden.shape[-1])
        return mx.array(host.rows_times(rows, self._embedding)).reshape(*hidden.shape[:-1], -1)

    def _decode(
        self, block: "_Block", x: Floats, batch: int, state: HostState, layer: int, wanted: Sequence[int]
    ) -> list[Floats]:
        """One block over x [batch * n, width], in place; the scores of the attention to the sound of some heads."""
        n = len(x) // batch
        scale = np.float32((x.shape[1] // self._heads) ** -0.5)
        normed = block.attn_ln(x)
        keys, values = state.keys[layer], state.values[layer]
        begin, end = state.offset, state.offset + n
        keys[:, :, begin:end] = self._parted(block.attn.key(normed), batch)
        values[:, :, begin:end] = self._parted(block.attn.value(normed), batch)
        queries = self._parted(block.attn.query(normed), batch) * scale
        scores: Floats = np.matmul(queries, keys[:, :, :end].swapaxes(-1, -2))
        if n > 1:
            scores[..., np.arange(end)[None, :] > np.arange(begin, end)[:, None]] = -np.inf
        sums = host.softmax(scores)
        x += block.attn.out(self._joined(scores @ values[:, :, :end] / sums))

        assert block.cross is not None and block.cross_ln is not None
        queries = self._parted(block.cross.query(block.cross_ln(x)), batch) * scale
        keys, values = state.sound[layer]
        scores = np.matmul(queries, keys)
        kept = [scores[:, head].copy() for head in wanted]
        sums = host.softmax(scores)
        x += block.cross.out(self._joined(scores @ values / sums))
        block.forward(x)
        return kept

    def _parted(self, x: Floats, batch: int) -> Floats:
        """[batch * n, width] -> [batch, heads, n, head_dim]"""
        return x.reshape(batch, len(x) // batch, self._heads, -1).transpose(0, 2, 1, 3)

    @staticmethod
    def _joined(x: Floats) -> Floats:
        """[batch, heads, n, head_dim] -> [batch * n, width]"""
        batch, heads, n, width = x.shape
        return x.transpose(0, 2, 1, 3).reshape(batch * n, heads * width)


def where_quickest(network: WhisperNetwork) -> Network:
    """The network itself on a GPU or where its weights are whole numbers, else one that NumPy computes."""
    return network if on_gpu() or network.config.quantization is not None else HostNetwork(network)


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: Floats
    bias: Floats | None

    @staticmethod
    def of(layer: nn.Linear) -> "_Linear":
        return _Linear(host.seen(layer.weight), host.seen(layer.bias) if "bias" in layer else None)

    def __call__(self, x: Floats) -> Floats:
        return host.linear(x, self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Floats
    bias: Floats
    eps: float

    @staticmethod
    def of(layer: nn.LayerNorm) -> "_Norm":
        return _Norm(host.seen(layer.weight), host.seen(layer.bias), layer.eps)

    def __call__(self, x: Floats) -> Floats:
        return host.layer_norm(x, self.weight, self.bias, self.eps)


@dataclass(frozen=True, slots=True)
class _Attention:
    query: _Linear
    key: _Linear
    value: _Linear
    out: _Linear

    @staticmethod
    def of(layer: Attention) -> "_Attention":
        return _Attention(*map(_Linear.of, (layer.query, layer.key, layer.value, layer.out)))


@dataclass(frozen=True, slots=True)
class _Block:
    attn: _Attention
    attn_ln: _Norm
    mlp1: _Linear
    mlp2: _Linear
    mlp_ln: _Norm
    cross: _Attention | None
    cross_ln: _Norm | None

    @staticmethod
    def of(block: Block) -> "_Block":
        hears = "cross_attn" in block
        return _Block(
            _Attention.of(block.attn),
            _Norm.of(block.attn_ln),
            _Linear.of(block.mlp1),
            _Linear.of(block.mlp2),
            _Norm.of(block.mlp_ln),
            _Attention.of(block.cross_attn) if hears else None,
            _Norm.of(block.cross_attn_ln) if hears else None,
        )

    def forward(self, x: Floats) -> None:
        """The feed-forward layer, added to x [n, width] in place."""
        hidden = self.mlp1(self.mlp_ln(x))
        host.gelu(hidden, hidden)
        x += self.mlp2(hidden)


@dataclass(frozen=True, slots=True)
class _Encoder:
    """One window at a time."""

    convolutions: list[_Linear]
    positions: Floats
    blocks: list[_Block]
    norm: _Norm
    heads: int

    def __call__(self, mel: Floats) -> Floats:
        """[2 n, n_mels] -> [n, width]"""
        first, second = self.convolutions
        x = _convolved(_convolved(mel, first, 1), second, 2)
        x += self.positions[: len(x)]
        qkv = np.empty((3, *x.shape), dtype=np.float32)
        for block in self.blocks:

            def look(begin: int, end: int, attn: _Attention = block.attn, norm: _Norm = block.attn_ln) -> None:
                normed = norm(x[begin:end])
                for at, layer in enumerate((attn.query, attn.key, attn.value)):
                    qkv[at, begin:end] = layer(normed)

            def go_on(begin: int, end: int, block: _Block = block) -> None:
                rows = x[begin:end]
                rows += block.attn.out(self._attend(qkv, slice(begin, end)))
                block.forward(rows)

            spread(look, len(x), _ROWS)
            spread(go_on, len(x), _ROWS)
        return self.norm(x)

    def _attend(self, qkv: Floats, rows: slice) -> Floats:
        queries, keys, values = qkv
        out = np.empty_like(queries[rows])
        size = out.shape[1] // self.heads
        for head in range(self.heads):
            mine = slice(head * size, (head + 1) * size)
            scores = (queries[rows, mine] * np.float32(size**-0.5)) @ keys[:, mine].T
            sums = host.softmax(scores)
            out[:, mine] = scores @ values[:, mine]
            out[:, mine] /= sums
        return out


_Pair = tuple[Floats, Floats]


def _convolution(layer: nn.Conv1d) -> _Linear:
    """Kernel and channels as one row: [out, 3, in] -> [out, 3 in]"""
    weight = host.seen(layer.weight)
    return _Linear(np.ascontiguousarray(weight.reshape(len(weight), -1)), host.seen(layer.bias))


def _convolved(x: Floats, layer: _Linear, stride: int) -> Floats:
    """gelu of a convolution of kernel 3 with a zero on each side: [n, in] -> [n / stride, out]"""
    padded = np.pad(x, ((1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=0)[::stride].transpose(0, 2, 1)
    out = np.empty((len(windows), len(layer.weight)), dtype=np.float32)

    def share(begin: int, end: int) -> None:
        y = layer(np.ascontiguousarray(windows[begin:end]).reshape(end - begin, -1))
        host.gelu(y, out[begin:end])

    spread(share, len(out), _ROWS)
    return out


def _apart(x: Floats, heads: int) -> Floats:
    """[n, width] -> [heads, n, head_dim]"""
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def _mine(state: State) -> HostState:
    if not isinstance(state, HostState):
        raise TypeError("this state belongs to another network")
    return state
