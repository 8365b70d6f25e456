"""A causal transformer in NumPy, for models that speak on a processor: a frame at a time, several voices at once.

LayerNorm before each half, fused queries, keys and values, rotary positions on neighbouring numbers, GELU; grouped
keys, layer scales and a window where a model has them. Rows of different length go through the large matrices side by
side, since a product of one row costs what reading the matrix costs; each row's attention is its own, so that a row
computes what it would alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.nn.processor import host
from engine.nn.processor.cores import cores, spread
from engine.nn.processor.host import Floats

STEP = 256
WIDE = 1 << 19
"""Numbers of a matrix from which it is worth sharing out among threads."""


@dataclass(frozen=True, slots=True)
class HostLayerWeights:
    """One layer's arrays, matrices [out, in].

    Attributes:
        norm1, norm2: weight and bias of the norms, [width] each.
        in_proj: [(heads + 2 * kv heads) * head_dim, width]: queries, keys, values.
        out_proj: [width, heads * head_dim].
        up, down: the feed-forward's matrices.
        scale1, scale2: layer scales [width]; None where a model has none.
    """

    norm1: tuple[Floats, Floats]
    norm2: tuple[Floats, Floats]
    in_proj: Floats
    out_proj: Floats
    up: Floats
    down: Floats
    scale1: Floats | None = None
    scale2: Floats | None = None


class HostState:
    """The keys and values of one row in all layers, and how many positions it has.

    Args:
        layers: how many.
        heads, size: of the keys.
        window: how many positions a query sees; None for all.
    """

    def __init__(self, layers: int, heads: int, size: int, window: int | None) -> None:
        self.position = 0
        self._start = 0  # where in the arrays the oldest held position is
        self._held = 0
        self._window = window
        self._shape = (layers, 2, heads, 0, size)
        self._arrays = np.zeros(self._shape, dtype=np.float32)

    def copy(self) -> "HostState":
        """The same content, to be continued independently."""
        layers, _, heads, _, size = self._shape
        twin = HostState(layers, heads, size, self._window)
        twin.position, twin._held = self.position, self._held
        twin._arrays = self._arrays[:, :, :, self._start : self._start + self._held].copy()
        return twin

    @property
    def arrays(self) -> Floats:
        """What is held: [layers, 2 (keys, values), heads, positions, head_dim], keys rotated."""
        return self._arrays[:, :, :, self._start : self._start + self._held]

    @classmethod
    def of(cls, arrays: Floats, window: int | None = None) -> "HostState":
        """From `arrays` of another one."""
        layers, _, heads, positions, size = arrays.shape
        state = cls(layers, heads, size, window)
        state.position = state._held = positions
        state._arrays = np.ascontiguousarray(arrays, dtype=np.float32)
        return state

    def make_room(self, n: int) -> None:
        """For n more positions, in front of all layers' `put`; what no query sees any more is let go."""
        if self._window is not None and self._held >= self._window:
            gone = self._held - (self._window - 1)
            self._start, self._held = self._start + gone, self._window - 1
        end = self._start + self._held + n
        if end > self._arrays.shape[3]:
            room = self._held + n + (STEP if self._window is None else max(0, self._window))
            layers, two, heads, _, size = self._shape
            fresh = np.zeros((layers, two, heads, room, size), dtype=np.float32)
            fresh[:, :, :, : self._held] = self.arrays
            self._arrays, self._start = fresh, 0

    def put(self, layer: int, keys: Floats, values: Floats) -> tuple[Floats, Floats]:
        """A layer's next n positions [heads, n, head_dim] -> all it holds with them."""
        begin = self._start + self._held
        end = begin + keys.shape[1]
        self._arrays[layer, 0, :, begin:end] = keys
        self._arrays[layer, 1, :, begin:end] = values
        return self._arrays[layer, 0, :, self._start : end], self._arrays[layer, 1, :, self._start : end]

    def advance(self, n: int) -> None:
        """All layers have put n positions."""
        self.position += n
        self._held += n


class HostTransformer:
    """The layers; holds no state.

    Args:
        layers: their arrays.
        heads: of the queries.
        window: how many positions a query sees, itself among them; None for all.
        gelu: `host.gelu` or `host.gelu_tanh`.
        base: of the rotary positions.
    """

    def __init__(
        self,
        layers: Sequence[HostLayerWeights],
        heads: int,
        window: int | None = None,
        gelu: Callable[[Floats, Floats], None] = host.gelu_tanh,
        base: float = 10000.0,
    ) -> None:
        self._layers = list(layers)
        self._heads = heads
        self.size = layers[0].out_proj.shape[1] // heads
        self._kv_heads = (layers[0].in_proj.shape[0] // self.size - heads) // 2
        self._window = window
        self._gelu = gelu
        half = self.size // 2
        self._frequencies = np.exp(np.arange(half, dtype=np.float32) * np.float32(-np.log(base) / half))

    @property
    def width(self) -> int:
        """Numbers of a position."""
        return self._layers[0].out_proj.shape[0]

    def state(self) -> HostState:
        """A row at its beginning."""
        return HostState(len(self._layers), self._kv_heads, self.size, self._window)

    def fits(self, arrays: Floats) -> bool:
        """Whether these can be a row's `HostState.arrays`."""
        expected = (len(self._layers), 2, self._kv_heads, self.size)
        return arrays.ndim == 5 and (*arrays.shape[:3], arrays.shape[4]) == expected

    def __call__(self, x: Floats, states: Sequence[HostState], counts: Sequence[int], shared: bool = False) -> Floats:
        """The next positions of each row.

        Args:
            x: [sum of counts, width], row after row.
            states: one a row; advanced.
            counts: how many positions each row has now.
            shared: whether the large matrices may be shared out among threads.

        Returns:
            [sum of counts, width].
        """
        edges = np.cumsum([0, *counts])
        turns = [self._turns(state.position, n) for state, n in zip(states, counts, strict=True)]
        masks = [self._mask(state, n) for state, n in zip(states, counts, strict=True)]
        product = _shared if shared and cores() > 1 else _alone
        for index, layer in enumerate(self._layers):
            fused = product(host.layer_norm(x, *layer.norm1), layer.in_proj)
            seen = np.empty((len(x), self._heads * self.size), dtype=np.float32)
            for row, state in enumerate(states):
                some = slice(edges[row], edges[row + 1])
                self._attend(index, fused[some], state, turns[row], masks[row], seen[some])
            x = _added(x, product(seen, layer.out_proj), layer.scale1)
            inner = product(host.layer_norm(x, *layer.norm2), layer.up)
            if inner.size > host.BLOCK and shared:
                inner = host.in_blocks(self._gelu, inner)
            else:
                self._gelu(inner, activated := np.empty_like(inner))
                inner = activated
            x = _added(x, product(inner, layer.down), layer.scale2)
        for state, n in zip(states, counts, strict=True):
            state.advance(n)
        return x

    def _turns(self, position: int, n: int) -> tuple[Floats, Floats]:
        angles = np.arange(position, position + n, dtype=np.float32)[:, None] * self._frequencies
        return np.cos(angles), np.sin(angles)

    def _mask(self, state: HostState, n: int) -> Floats | None:
        """What is added to the scores of n queries, [n, held + n]; None where all is seen."""
        state.make_room(n)
        if n == 1:
            return None
        held = state.arrays.shape[3]
        back = np.arange(held, held + n)[:, None] - np.arange(held + n)[None]
        hidden = (back < 0) if self._window is None else (back < 0) | (back >= self._window)
        return np.where(hidden, np.float32(-np.inf), np.float32(0))

    def _attend(
        self,
        index: int,
        fused: Floats,
        state: HostState,
        turns: tuple[Floats, Floats],
        mask: Floats | None,
        out: Floats,
    ) -> None:
        """One row's attention in one layer, [n, in_proj rows] -> out [n, heads * head_dim]."""
        n, size, kv = len(fused), self.size, self._kv_heads
        parts = fused.reshape(n, -1, size)
        rotated = _rotated(parts[:, : self._heads + kv], turns)
        keys, values = state.put(
            index, rotated[:, self._heads :].transpose(1, 0, 2), parts[:, self._heads + kv :].transpose(1, 0, 2)
        )
        # Queries that share keys lie behind one another: [kv heads, queries a head * n, head_dim].
        share = self._heads // kv
        queries = rotated[:, : self._heads].reshape(n, kv, share, size).transpose(1, 2, 0, 3).reshape(kv, -1, size)
        scores = np.matmul(queries * np.float32(size**-0.5), keys.transpose(0, 2, 1))
        if mask is not None:
            scores.reshape(kv, share, n, -1)[...] += mask
        sums = host.softmax(scores)
        found = np.matmul(scores, values)
        found /= sums
        out.reshape(n, kv, share, size)[...] = found.reshape(kv, share, n, size).transpose(2, 0, 1, 3)


def _rotated(x: Floats, turns: tuple[Floats, Floats]) -> Floats:
    """Neighbouring numbers turned: [n, heads, size]."""
    cosine, sine = (turn[:, None] for turn in turns)
    out = np.empty_like(x)
    even, odd = x[..., 0::2], x[..., 1::2]
    out[..., 0::2] = even * cosine - odd * sine
    out[..., 1::2] = even * sine + odd * cosine
    return out


def _added(x: Floats, y: Floats, scale: Floats | None) -> Floats:
    if scale is not None:
        y *= scale
    y += x
    return y


def _alone(x: Floats, weight: Floats) -> Floats:
    return host.linear(x, weight, None)


def _shared(x: Floats, weight: Floats) -> Floats:
    """x [n, in] through weight [out, in], the outputs shared out among threads."""
    if weight.size < WIDE:
        return _alone(x, weight)
    y = np.empty((len(x), len(weight)), dtype=np.float32)

    def work(begin: int, end: int) -> None:
        y[:, begin:end] = host.linear(x, weight[begin:end], None)

    spread(work, len(weight), -(-len(weight) // cores()))
    return y
