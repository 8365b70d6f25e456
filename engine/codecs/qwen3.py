"""Qwen's codec, 12.5 frames of sixteen codes a second, decoded by state: 1920 samples at 24 kHz for each frame.

It looks at nothing to come, so a frame is a chunk, and any chunks equal the whole: every layer keeps what it needs of
the past (`engine.nn.causal`), the attention the 71 frames before. The reference decodes windows with 25 frames of
context, which is not exact beyond the first window.

Source: Qwen3-TTS, QwenLM (Apache-2.0), tokenizer_12hz.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from engine.errors import WeightsError
from engine.nn.causal import CausalChain, CausalConv, CausalLayer, CausalResidual, CausalTranspose, Framewise, State
from engine.nn.conv import Conv1d, Frames
from engine.nn.parts import Map, Parts
from engine.nn.periodic import snake_beta

MODEL = "Qwen3-TTS codec"
_DILATIONS = (1, 3, 9)
_AGAIN = "Get the model again."


@dataclass(frozen=True, slots=True)
class CodecConfig:
    """Mirrors `decoder_config` of speech_tokenizer/config.json; the defaults are the published one's."""

    heads: int = 16
    head_dim: int = 64
    layers: int = 8
    window: int = 72
    rope_theta: float = 10000.0
    eps: float = 1e-5
    upsample_rates: tuple[int, ...] = (8, 5, 4, 3)
    upsampling_ratios: tuple[int, ...] = (2, 2)
    quantizers: int = 16
    codes: int = 2048

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "CodecConfig":
        """From what config.json holds; what it leaves out is as published."""
        names = {
            "heads": "num_attention_heads",
            "head_dim": "head_dim",
            "layers": "num_hidden_layers",
            "window": "sliding_window",
            "rope_theta": "rope_theta",
            "eps": "rms_norm_eps",
            "upsample_rates": "upsample_rates",
            "upsampling_ratios": "upsampling_ratios",
            "quantizers": "num_quantizers",
            "codes": "codebook_size",
        }
        given: dict[str, Any] = {own: found[name] for own, name in names.items() if found.get(name) is not None}
        for name in ("upsample_rates", "upsampling_ratios"):
            given[name] = tuple(given.get(name, cls.__dataclass_fields__[name].default))
        return cls(**given)


def read_config(folder: Path) -> dict[str, Any]:
    """A codec folder's config.json.

    Raises:
        WeightsError: missing or damaged.
    """
    try:
        found: Any = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return {**found}
    except (OSError, ValueError, TypeError, RecursionError) as exc:
        raise WeightsError(f"The config.json of the {MODEL} is missing or damaged. {_AGAIN}") from exc


class Qwen3Decoder:
    """Codes to sound. Holds weights only; every stream has its own state.

    Args:
        config: shapes.
        weights: the codec's tensors, float32, those of the decoder at least.

    Raises:
        WeightsError: a tensor is missing.
    """

    def __init__(self, config: CodecConfig, weights: Mapping[str, mx.array]) -> None:
        self.config = config
        parts = Parts(weights, MODEL)
        self._tables = _tables(config, parts)
        self.stages = _stages(config, parts)
        self._whole = CausalChain(self.stages)
        mx.eval(self._tables)

    def begin(self, batch: int = 1) -> State:
        """The state before the first frame."""
        return self._whole.begin(batch)

    def step(self, codes: mx.array, state: State) -> tuple[mx.array, State]:
        """The next frames' samples.

        Args:
            codes: int [batch, n, 16], n at least 1.
            state: behind the frames before; not changed.

        Returns:
            float32 [batch, n * 1920], and the state behind them.
        """
        y, after = self._whole(self.latents(codes), state)
        return y[:, :, 0], after

    def decode(self, codes: mx.array) -> mx.array:
        """All of a short signal at once: int [batch, n, 16] -> float32 [batch, n * 1920]"""
        return self.step(codes, self.begin(codes.shape[0]))[0]

    def latents(self, codes: mx.array) -> Frames:
        """int [batch, n, 16] -> [batch, n, 512]: looked up, projected and summed."""
        total = self._tables[0][codes[..., 0]]
        for book in range(1, self.config.quantizers):
            total = total + self._tables[book][codes[..., book]]
        return total


def _tables(config: CodecConfig, parts: Parts) -> list[mx.array]:
    """Looking up a code and projecting it out is one table: [codes, 512] a codebook."""
    made: list[mx.array] = []
    for book in range(config.quantizers):
        group, layer = ("rvq_first", 0) if book == 0 else ("rvq_rest", book - 1)
        name = f"decoder.quantizer.{group}"
        kept = f"{name}.vq.layers.{layer}._codebook"
        usage = mx.maximum(parts.array(f"{kept}.cluster_usage"), 1e-5)
        entries = parts.array(f"{kept}.embedding_sum") / usage[:, None]
        made.append(entries @ parts.array(f"{name}.output_proj.weight")[:, :, 0].T)
    return made


def _stages(config: CodecConfig, parts: Parts) -> list[CausalLayer]:
    """From latents to samples."""
    stages: list[CausalLayer] = [_conv(parts, "decoder.pre_conv.conv"), _transformer(config, parts)]
    for index, ratio in enumerate(config.upsampling_ratios):
        name = f"decoder.upsample.{index}"
        stages.append(CausalChain([_transpose(parts, f"{name}.0.conv", ratio), _next(parts, f"{name}.1")]))
    stages.append(_conv(parts, "decoder.decoder.0.conv"))
    for index, rate in enumerate(config.upsample_rates, 1):
        name = f"decoder.decoder.{index}.block"
        units = [_unit(parts, f"{name}.{place}", dilation) for place, dilation in enumerate(_DILATIONS, 2)]
        stages.append(CausalChain([_snake(parts, f"{name}.0"), _transpose(parts, f"{name}.1.conv", rate), *units]))
    last = len(config.upsample_rates) + 1
    stages += [_snake(parts, f"decoder.decoder.{last}"), _conv(parts, f"decoder.decoder.{last + 1}.conv")]
    return [*stages, Framewise(lambda x: mx.clip(x, -1.0, 1.0))]


def _conv(parts: Parts, name: str, dilation: int = 1, *, depthwise: bool = False) -> CausalConv:
    weight = parts.array(f"{name}.weight").transpose(0, 2, 1)
    groups = weight.shape[0] if depthwise else 1
    return CausalConv(Conv1d(weight, parts.bias(name), dilation, groups), weight.shape[2] * groups)


def _transpose(parts: Parts, name: str, stride: int) -> CausalTranspose:
    weight = parts.array(f"{name}.weight")
    return CausalTranspose(parts.conv_transpose(name, stride, (0, weight.shape[2] - stride)), weight.shape[0])


def _snake(parts: Parts, name: str) -> Framewise:
    return Framewise(snake_beta(parts.array(f"{name}.alpha"), parts.array(f"{name}.beta")))


def _unit(parts: Parts, name: str, dilation: int) -> CausalResidual:
    inner = [
        _snake(parts, f"{name}.act1"),
        _conv(parts, f"{name}.conv1.conv", dilation),
        _snake(parts, f"{name}.act2"),
        _conv(parts, f"{name}.conv2.conv"),
    ]
    return CausalResidual(CausalChain(inner))


def _next(parts: Parts, name: str) -> CausalResidual:
    """A ConvNeXt block."""
    norm = parts.layer_norm(f"{name}.norm", 1e-6)
    widen, narrow = parts.linear(f"{name}.pwconv1"), parts.linear(f"{name}.pwconv2")
    gain = parts.array(f"{name}.gamma")
    depthwise = _conv(parts, f"{name}.dwconv.conv", depthwise=True)
    return CausalResidual(CausalChain([depthwise, Framewise(lambda x: gain * narrow(nn.gelu(widen(norm(x)))))]))


def _transformer(config: CodecConfig, parts: Parts) -> CausalChain:
    name = "decoder.pre_transformer"
    norm = rms_norm(parts, f"{name}.norm", config.eps)
    outward = parts.linear(f"{name}.output_proj")
    layers = [WindowedBlock(config, parts, f"{name}.layers.{layer}") for layer in range(config.layers)]
    ending = Framewise(lambda x: outward(norm(x)))
    return CausalChain([Framewise(parts.linear(f"{name}.input_proj")), *layers, ending])


def rms_norm(parts: Parts, name: str, eps: float) -> Map:
    """Over the last axis."""
    weight = parts.array(f"{name}.weight")
    return lambda x: mx.fast.rms_norm(x, weight, eps)


class WindowedBlock:
    """A block of the decoder's transformer: a frame sees itself and the 71 before.

    Its state is the keys and values of those 71 before any rotation, and how many of them there are: turning depends on
    differences of place alone, so that a place is counted from the oldest one kept, and nothing grows.
    """

    size = 3

    def __init__(self, config: CodecConfig, parts: Parts, name: str) -> None:
        self._heads, self._size, self._kept = config.heads, config.head_dim, config.window - 1
        self._theta = config.rope_theta
        self._queries, self._keys, self._values, self._out = (
            parts.linear(f"{name}.self_attn.{one}_proj") for one in ("q", "k", "v", "o")
        )
        self._before = rms_norm(parts, f"{name}.input_layernorm", config.eps)
        self._between = rms_norm(parts, f"{name}.post_attention_layernorm", config.eps)
        self._gains = [parts.array(f"{name}.{one}_layer_scale.scale") for one in ("self_attn", "mlp")]
        self._gate, self._up, self._down = (parts.linear(f"{name}.mlp.{one}_proj") for one in ("gate", "up", "down"))

    def begin(self, batch: int) -> State:
        """No frame yet."""
        nothing = mx.zeros((batch, self._heads, self._kept, self._size))
        return [nothing, nothing, mx.zeros((1,), dtype=mx.int32)]

    def __call__(self, x: Frames, state: State) -> tuple[Frames, State]:
        """See CausalLayer."""
        y, after = self._attended(self._before(x), state)
        x = x + self._gains[0] * y
        y = self._between(x)
        return x + self._gains[1] * self._down(nn.silu(self._gate(y)) * self._up(y)), after

    def _attended(self, x: Frames, state: State) -> tuple[Frames, State]:
        batch, n, _ = x.shape
        queries, keys, values = (self._split(one(x)) for one in (self._queries, self._keys, self._values))
        keys, values = (mx.concatenate([old, new], axis=2) for old, new in zip(state, (keys, values), strict=False))
        out = mx.fast.scaled_dot_product_attention(
            self._turned(queries, self._kept),
            self._turned(keys, 0),
            values,
            scale=self._size**-0.5,
            mask=self._mask(n, state[2]),
        )
        kept = [array[:, :, n:] for array in (keys, values)]
        known = mx.minimum(state[2] + n, self._kept)
        return self._out(out.transpose(0, 2, 1, 3).reshape(batch, n, -1)), [*kept, known]

    def _split(self, x: mx.array) -> mx.array:
        return x.reshape(x.shape[0], x.shape[1], self._heads, self._size).transpose(0, 2, 1, 3)

    def _turned(self, x: mx.array, offset: int) -> mx.array:
        return mx.fast.rope(x, self._size, traditional=False, base=self._theta, scale=1.0, offset=offset)

    def _mask(self, n: int, known: mx.array) -> mx.array:
        """[n, kept + n]: the window, and of what is kept only what was ever there."""
        places, own = mx.arange(self._kept + n)[None], mx.arange(n)[:, None]
        return (places >= own) & (places <= own + self._kept) & (places >= self._kept - known)
