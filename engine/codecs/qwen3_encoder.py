"""Sound to the codes of Qwen's codec: for recordings to sound like, whole ones only.

Mimi's encoder with transformers' names; of its 32 codebooks the first sixteen are used.

Source: Mimi, Défossez and others 2024, arXiv:2410.00037; transformers (Apache-2.0), as Qwen3-TTS uses it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import mlx.core as mx
import mlx.nn as nn

from engine.codecs.qwen3 import MODEL
from engine.nn.conv import Conv1d
from engine.nn.parts import Parts
from engine.types import Samples

SEMANTIC, ACOUSTIC = "semantic_residual_vector_quantizer", "acoustic_residual_vector_quantizer"


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """Mirrors `encoder_config` of speech_tokenizer/config.json; the defaults are the published one's."""

    num_attention_heads: int = 8
    head_dim: int = 64
    num_hidden_layers: int = 8
    sliding_window: int = 250
    rope_theta: float = 10000.0
    norm_eps: float = 1e-5
    upsampling_ratios: tuple[int, ...] = (8, 6, 5, 4)

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "EncoderConfig":
        """From what config.json holds; what it leaves out is as published."""
        given: dict[str, Any] = {name: found[name] for name in cls.__slots__ if found.get(name) is not None}
        ratios = given.get("upsampling_ratios", cls.__dataclass_fields__["upsampling_ratios"].default)
        given["upsampling_ratios"] = tuple(ratios)
        return cls(**given)


class Qwen3Encoder:
    """Sound to codes. Holds weights only.

    Args:
        config: shapes.
        weights: the codec's tensors, float32, those of the encoder at least.
        codebooks: how many codes a frame has.

    Raises:
        WeightsError: a tensor is missing.
    """

    def __init__(self, config: EncoderConfig, weights: Mapping[str, mx.array], codebooks: int = 16) -> None:
        self.config = config
        self._parts = Parts(weights, MODEL)
        self._codebooks = codebooks

    def encode(self, samples: Samples) -> mx.array:
        """Samples [n] at 24 kHz -> codes int32 [ceil(n / 1920), 16]."""
        x = self.convolved(mx.array(samples)[None, :, None])
        return self.quantised(self.downsampled(self.attended(x, self.config.sliding_window)))

    def convolved(self, x: mx.array) -> mx.array:
        """[1, n, 1] -> [1, frames at 25 Hz, hidden]"""
        name = "encoder.encoder.layers"
        x = self._conv(x, f"{name}.0.conv")
        place = 1
        for ratio in reversed(self.config.upsampling_ratios):
            inner = self._conv(nn.elu(x), f"{name}.{place}.block.1.conv")
            x = x + self._conv(nn.elu(inner), f"{name}.{place}.block.3.conv")
            x = self._conv(nn.elu(x), f"{name}.{place + 2}.conv", stride=ratio)
            mx.eval(x)
            place += 3
        return self._conv(nn.elu(x), f"{name}.{place + 1}.conv")

    def attended(self, x: mx.array, window: int | None) -> mx.array:
        """The transformer, [1, n, hidden] -> [1, n, hidden]; a frame sees so many, itself among them, or all before."""
        n = x.shape[1]
        places = mx.arange(n)
        mask = places[None] <= places[:, None]
        if window is not None:
            mask = mask & (places[None] > places[:, None] - window)
        for layer in range(self.config.num_hidden_layers):
            x = self._block(x, f"encoder.encoder_transformer.layers.{layer}", mask)
            mx.eval(x)
        return x

    def downsampled(self, x: mx.array) -> mx.array:
        """25 Hz -> 12.5 Hz"""
        return self._conv(x, "encoder.downsample.conv", stride=2, padding="edge")

    def quantised(self, x: mx.array) -> mx.array:
        """[1, n, hidden] -> codes int32 [n, 16]; the acoustic ones begin again at the whole."""
        first = self._nearest(x[0], SEMANTIC, 1)
        return mx.stack([*first, *self._nearest(x[0], ACOUSTIC, self._codebooks - 1)], axis=1)

    def _nearest(self, x: mx.array, group: str, count: int) -> list[mx.array]:
        name = f"encoder.quantizer.{group}"
        rest = x @ self._parts.array(f"{name}.input_proj.weight")[:, :, 0].T
        found: list[mx.array] = []
        for layer in range(count):
            kept = f"{name}.layers.{layer}.codebook"
            usage = mx.maximum(self._parts.array(f"{kept}.cluster_usage"), 1e-5)
            entries = self._parts.array(f"{kept}.embed_sum") / usage[:, None]
            distances = mx.sum(mx.square(entries), axis=-1) - 2 * (rest @ entries.T)
            found.append(mx.argmin(distances, axis=-1).astype(mx.int32))
            rest = rest - entries[found[-1]]
        return found

    def _block(self, x: mx.array, name: str, mask: mx.array) -> mx.array:
        parts, config = self._parts, self.config
        y = parts.layer_norm(f"{name}.input_layernorm", config.norm_eps)(x)
        shape = (1, x.shape[1], config.num_attention_heads, config.head_dim)
        queries, keys, values = (
            parts.linear(f"{name}.self_attn.{one}_proj")(y).reshape(shape).transpose(0, 2, 1, 3) for one in "qkv"
        )
        queries, keys = (
            mx.fast.rope(one, config.head_dim, traditional=False, base=config.rope_theta, scale=1.0, offset=0)
            for one in (queries, keys)
        )
        y = mx.fast.scaled_dot_product_attention(queries, keys, values, scale=config.head_dim**-0.5, mask=mask)
        y = parts.linear(f"{name}.self_attn.o_proj")(y.transpose(0, 2, 1, 3).reshape(1, x.shape[1], -1))
        x = x + parts.array(f"{name}.self_attn_layer_scale.scale") * y
        y = parts.layer_norm(f"{name}.post_attention_layernorm", config.norm_eps)(x)
        y = parts.linear(f"{name}.mlp.fc2")(nn.gelu(parts.linear(f"{name}.mlp.fc1")(y)))
        return x + parts.array(f"{name}.mlp_layer_scale.scale") * y

    def _conv(self, x: mx.array, name: str, stride: int = 1, padding: Literal["zeros", "edge"] = "zeros") -> mx.array:
        """A causal convolution; at the end so much is added that no frame is lost."""
        weight, bias = self._parts.array(f"{name}.weight").transpose(0, 2, 1), self._parts.bias(name)
        kernel, n = weight.shape[1], x.shape[1]
        left = kernel - stride
        right = (math.ceil(n / stride) - 1) * stride + kernel - left - n
        mode = "constant" if padding == "zeros" else "edge"
        x = mx.pad(x, [(0, 0), (left, right), (0, 0)], mode=mode)
        if stride == 1:
            return Conv1d(weight, bias).valid(x)
        y = mx.conv1d(x, weight, stride=stride)
        return y if bias is None else y + bias
