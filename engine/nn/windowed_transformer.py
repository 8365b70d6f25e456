"""The causal transformer inside Mimi and its kin, as MLX computes it: a window, layer scales, fused projections.

LayerNorm before each half, rotary positions on neighbouring numbers, GELU. Its caches are a stream's own, so that calls
of any size give the same numbers. The same in NumPy is `engine.nn.processor.transformer`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import mlx.nn as nn

from engine.nn.conv import Frames
from engine.nn.parts import Parts
from engine.nn.processor.host import gelu, gelu_tanh, seen
from engine.nn.processor.transformer import HostLayerWeights, HostTransformer
from engine.nn.windowed_cache import WindowedCache

BASE = 10000.0


@dataclass(frozen=True, slots=True)
class _Layer:
    norm1: tuple[mx.array, mx.array]
    norm2: tuple[mx.array, mx.array]
    in_proj: mx.array
    out_proj: mx.array
    up: mx.array
    down: mx.array
    scale1: mx.array | None
    scale2: mx.array | None


class WindowedTransformer:
    """A checkpoint's `name.layers.N`, in kyutai's names.

    Args:
        parts: the checkpoint.
        name: where the layers are.
        heads: of the attention.
        window: how many positions a query sees.
        exact: GELU by the error function, or by tanh.
    """

    def __init__(self, parts: Parts, name: str, heads: int, window: int, exact: bool = True) -> None:
        self._layers = _read(parts, name)
        self._heads, self.window = heads, window
        self._gelu = nn.gelu if exact else nn.gelu_approx

    def caches(self) -> list[WindowedCache]:
        """A stream's own."""
        return [WindowedCache(self.window) for _ in self._layers]

    def __call__(self, x: Frames, caches: Sequence[WindowedCache]) -> Frames:
        """The next positions: [B, n, width] -> [B, n, width]; the caches go on."""
        batch, n, width = x.shape
        if n == 0:
            return x
        mask = caches[0].mask(n)
        for layer, cache in zip(self._layers, caches, strict=True):
            fused = (mx.fast.layer_norm(x, *layer.norm1, 1e-5) @ layer.in_proj.T).reshape(batch, n, 3, self._heads, -1)
            queries, keys, values = (fused[:, :, part].transpose(0, 2, 1, 3) for part in range(3))
            offset = cache.offset
            seen_keys, seen_values = cache.update(_rotated(keys, offset), values)
            found = mx.fast.scaled_dot_product_attention(
                _rotated(queries, offset), seen_keys, seen_values, scale=keys.shape[-1] ** -0.5, mask=mask
            )
            y = found.transpose(0, 2, 1, 3).reshape(batch, n, width) @ layer.out_proj.T
            x = x + (y if layer.scale1 is None else y * layer.scale1)
            y = self._gelu(mx.fast.layer_norm(x, *layer.norm2, 1e-5) @ layer.up.T) @ layer.down.T
            x = x + (y if layer.scale2 is None else y * layer.scale2)
        return x


def host_transformer(parts: Parts, name: str, heads: int, window: int | None, exact: bool = True) -> HostTransformer:
    """The same for a processor."""
    layers = [
        HostLayerWeights(
            (seen(layer.norm1[0]), seen(layer.norm1[1])),
            (seen(layer.norm2[0]), seen(layer.norm2[1])),
            *(seen(matrix) for matrix in (layer.in_proj, layer.out_proj, layer.up, layer.down)),
            scale1=None if layer.scale1 is None else seen(layer.scale1),
            scale2=None if layer.scale2 is None else seen(layer.scale2),
        )
        for layer in _read(parts, name)
    ]
    return HostTransformer(layers, heads, window, gelu if exact else gelu_tanh, BASE)


def _read(parts: Parts, name: str) -> list[_Layer]:
    layers: list[_Layer] = []
    while not layers or parts.has(f"{name}.layers.{len(layers)}.norm1.weight"):
        one = f"{name}.layers.{len(layers)}"
        scales = [f"{one}.layer_scale_{half}.scale" for half in (1, 2)]
        norms = [
            (parts.array(f"{one}.{norm}.weight"), parts.array(f"{one}.{norm}.bias")) for norm in ("norm1", "norm2")
        ]
        matrices = [
            parts.array(f"{one}.{matrix}.weight")
            for matrix in ("self_attn.in_proj", "self_attn.out_proj", "linear1", "linear2")
        ]
        factors = [parts.array(scale) if parts.has(scale) else None for scale in scales]
        layers.append(_Layer(norms[0], norms[1], *matrices, scale1=factors[0], scale2=factors[1]))
    return layers


def _rotated(x: mx.array, offset: int) -> mx.array:
    return mx.fast.rope(x, x.shape[-1], traditional=True, base=BASE, scale=1.0, offset=offset)
