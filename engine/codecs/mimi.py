"""Mimi: 12.5 frames a second of up to 32 codes each, 24 kHz; CSM, Moshi and their kin write its codes.

Strictly causal, no look-ahead: the samples of a frame are final when its codes are there. Whole and stream give the
same samples for calls of any size, with memory and work per frame that do not grow: each layer keeps its own left
context, and the attention a window of keys. On a GPU MLX computes, on a processor NumPy.

Source: Défossez et al. 2024, arXiv:2410.00037; reference kyutai's `moshi` 0.2 (MIT), weights CC-BY-4.0. Loads kyutai's
files and transformers'. The reference's own stream differs from its whole once its window is full; this one does not.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from engine.codecs import seanet
from engine.errors import GenerationError, WeightsError
from engine.nn.conv import Frames, Sequential, on_gpu
from engine.nn.parts import Parts
from engine.nn.processor.host import seen
from engine.nn.processor.streams import HostConv, HostStreams, HostUpsample
from engine.nn.rvq import SplitQuantiser
from engine.nn.strided import DepthwiseUpsample, StridedConv1d
from engine.nn.windowed_transformer import WindowedTransformer, host_transformer
from engine.types import Samples

SAMPLE_RATE = 24000
ENCODED_AT_ONCE = 25
"""Frames, on a processor: two seconds stay in its caches."""


@dataclass(frozen=True, slots=True)
class MimiConfig:
    """What the tensors do not show; the defaults are the published model's, whose own file says nothing.

    Attributes:
        heads: of both transformers.
        window: positions a query sees; two a frame.
    """

    heads: int = 8
    window: int = 250

    @classmethod
    def read(cls, path: Path) -> "MimiConfig":
        """From transformers' config.json; the published model's where there is none.

        Raises:
            WeightsError: damaged.
        """
        if not path.is_file():
            return cls()
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(found.get("num_attention_heads", 8)), int(found.get("sliding_window", 250)))
        except (OSError, ValueError, TypeError, AttributeError) as exc:
            raise WeightsError("Mimi's config.json is damaged. Get the model again.") from exc


class Mimi:
    """A loaded Mimi. Holds weights only; every stream has its own state.

    Args:
        config: what the tensors do not show.
        weights: by kyutai's names or transformers'; see `canonical`.

    Raises:
        WeightsError: a tensor is missing.
    """

    sample_rate = SAMPLE_RATE

    def __init__(self, config: MimiConfig, weights: Mapping[str, mx.array]) -> None:
        parts = Parts(canonical(weights, config.heads), "Mimi")
        self._quantiser = SplitQuantiser.read(parts, "quantizer")
        down, up = parts.array("downsample.conv.weight"), parts.array("upsample.conv.weight")
        # How many samples a frame is: both rates, that of the convolutions and that of the frames.
        strides = [
            parts.array(f"{name}.weight").shape[2] // 2
            for kind, name in seanet.layout(parts, "encoder", True)
            if kind == "down"
        ]
        self.frame_size = int(np.prod(strides)) * (down.shape[2] // 2)
        self._half: _OnGpu | _OnHost = (_OnGpu if on_gpu() else _OnHost)(config, parts, down, up)

    @classmethod
    def load(cls, folder: Path, arrays: Mapping[str, mx.array]) -> "Mimi":
        """From a checkpoint's folder and its tensors."""
        return cls(MimiConfig.read(folder / "config.json"), arrays)

    @property
    def codebooks(self) -> int:
        """How many codes a frame has."""
        return self._quantiser.count

    @property
    def codebook_size(self) -> int:
        """Codes are 0 to this, less one."""
        return self._quantiser.entries

    def encode(self, samples: Samples, count: int | None = None) -> mx.array:
        """Samples [n] at 24 kHz -> int [1, count, frames]; a clip that is no whole number of frames ends in zeros.

        Args:
            samples: a clip.
            count: how many codebooks, from the first; None is all.
        """
        return self._quantiser.encode(self.latent_of(samples), count)

    def latent_of(self, samples: Samples) -> Frames:
        """Samples [n] -> what is quantised, [1, frames, channels]."""
        padded = np.pad(samples.astype(np.float32), (0, -len(samples) % self.frame_size))
        stream = self._half.encoding()
        size = len(padded) if on_gpu() else ENCODED_AT_ONCE * self.frame_size
        found = [stream.step(mx.array(padded[at : at + size])[None, :, None]) for at in range(0, len(padded), size)]
        return mx.concatenate(found, axis=1) if found else mx.zeros((1, 0, 1))

    def encoding(self) -> "EncodingStream":
        """Begin encoding as a stream: whole frames come out as they are full."""
        return EncodingStream(self)

    def decode(self, codes: mx.array) -> mx.array:
        """Codes -> samples.

        Args:
            codes: int [batch, some codebooks from the first, frames].

        Returns:
            [batch, frames * frame_size]; they may leave [-1, 1].

        Raises:
            GenerationError: more codebooks than there are.
        """
        return self.stream(codes.shape[0]).step(codes)

    def stream(self, batch: int = 1) -> "MimiStream":
        """Begin decoding as a stream of so many rows."""
        return MimiStream(self, batch)

    def latents(self, codes: mx.array) -> Frames:
        """Codes -> [batch, frames, channels]; see `decode`."""
        return self._quantiser.decode(codes)

    def quantised(self, latent: Frames, count: int | None = None) -> mx.array:
        """What `latent_of` gives -> its codes."""
        return self._quantiser.encode(latent, count)

    def inside(self) -> "_OnGpu | _OnHost":
        """The layers between latents and samples, for streams."""
        return self._half


class MimiStream:
    """One stream of codes to samples; not shared, not thread-safe."""

    def __init__(self, model: Mimi, batch: int) -> None:
        self._model = model
        self._decoding = model.inside().decoding(batch)

    def step(self, codes: mx.array) -> mx.array:
        """The next frames, int [batch, codebooks, n] -> [batch, n * frame_size], all of them final."""
        if codes.shape[2] == 0:
            return mx.zeros((codes.shape[0], 0))
        samples = self._decoding.step(self._model.latents(codes))[:, :, 0]
        mx.async_eval(samples, *self._decoding.held())
        return samples

    finish = step

    def held(self) -> list[mx.array]:
        """What is kept between calls."""
        return self._decoding.held()


class EncodingStream:
    """One stream of samples to codes; not shared, not thread-safe."""

    def __init__(self, model: Mimi) -> None:
        self._model = model
        self._waiting = np.zeros(0, dtype=np.float32)
        self._encoding = model.inside().encoding()

    def step(self, samples: Samples, count: int | None = None) -> mx.array:
        """The next samples -> the codes of the frames that are full, int [1, count, n]; n may be 0."""
        size = self._model.frame_size
        waiting = np.concatenate([self._waiting, samples.astype(np.float32)])
        full = len(waiting) // size * size
        self._waiting = waiting[full:]
        if not full:
            return mx.zeros((1, count or self._model.codebooks, 0), dtype=mx.int32)
        codes = self._model.quantised(self._encoding.step(mx.array(waiting[:full])[None, :, None]), count)
        mx.eval(codes, *self._encoding.held())
        return codes

    def finish(self, samples: Samples, count: int | None = None) -> mx.array:
        """The last samples; what fills no frame is filled with zeros."""
        missing = -(len(self._waiting) + len(samples)) % self._model.frame_size
        return self.step(np.concatenate([samples, np.zeros(missing, dtype=np.float32)]), count)


class _OnGpu:
    """The layers as MLX computes them."""

    def __init__(self, config: MimiConfig, parts: Parts, down: mx.array, up: mx.array) -> None:
        self.encoder = seanet.layers(parts, "encoder", True)
        self.encoder_transformer = _transformer(parts, "encoder_transformer", config)
        self.down = StridedConv1d(down.transpose(0, 2, 1), None, down.shape[2] // 2, edge=True)
        self.up = DepthwiseUpsample(up[:, 0], None, up.shape[2] // 2)
        self.decoder_transformer = _transformer(parts, "decoder_transformer", config)
        self.decoder = seanet.layers(parts, "decoder", False)

    def encoding(self) -> "_GpuStream":
        return _GpuStream(Sequential(self.encoder), self.encoder_transformer, Sequential([self.down]))

    def decoding(self, batch: int) -> "_GpuStream":
        return _GpuStream(Sequential([self.up]), self.decoder_transformer, Sequential(self.decoder))


class _GpuStream:
    def __init__(self, before: Sequential, transformer: WindowedTransformer, after: Sequential) -> None:
        self._before, self._transformer, self._after = before.stream(), transformer, after.stream()
        self._caches = transformer.caches()

    def step(self, x: Frames) -> Frames:
        return self._after.step(self._transformer(self._before.step(x), self._caches))

    def held(self) -> list[mx.array]:
        caches = [array for cache in self._caches for array in cache.held()]
        return [*self._before.held(), *caches, *self._after.held()]


class _OnHost:
    """The layers as NumPy computes them."""

    def __init__(self, config: MimiConfig, parts: Parts, down: mx.array, up: mx.array) -> None:
        self.encoder = seanet.host_layers(parts, "encoder", True)
        self.decoder = seanet.host_layers(parts, "decoder", False)
        self.encoder_transformer, self.decoder_transformer = (
            host_transformer(parts, f"{name}_transformer.transformer", config.heads, config.window)
            for name in ("encoder", "decoder")
        )
        self.down = HostConv(seen(down).transpose(0, 2, 1), None, down.shape[2] // 2, edge=True)
        self.up = HostUpsample(seen(up)[:, 0], up.shape[2] // 2)

    def encoding(self) -> "_HostRows":
        return _HostRows(self, 1, is_encoder=True)

    def decoding(self, batch: int) -> "_HostRows":
        return _HostRows(self, batch, is_encoder=False)


class _HostRows:
    """Streams of several rows, each by itself."""

    def __init__(self, layers: _OnHost, batch: int, is_encoder: bool) -> None:
        self._transformer = layers.encoder_transformer if is_encoder else layers.decoder_transformer
        before, after = (layers.encoder, [layers.down]) if is_encoder else ([layers.up], layers.decoder)
        self._rows = [(HostStreams(before), self._transformer.state(), HostStreams(after)) for _ in range(batch)]

    def step(self, x: Frames) -> Frames:
        rows = seen(x)
        if len(rows) != len(self._rows):
            raise GenerationError(f"This stream has {len(self._rows)} rows, and {len(rows)} were given.")
        out: list[mx.array] = []
        for row, (before, state, after) in zip(rows, self._rows, strict=True):
            y = before.step(row.copy())
            out.append(mx.array(after.step(self._transformer(y, [state], [len(y)], shared=True))))
        return mx.stack(out)

    def held(self) -> list[mx.array]:
        return [mx.array(state.arrays) for _, state, _ in self._rows]


def _transformer(parts: Parts, name: str, config: MimiConfig) -> WindowedTransformer:
    return WindowedTransformer(parts, f"{name}.transformer", config.heads, config.window)


_RENAMED = (
    (r"^(encoder|decoder)\.layers\.", r"\1.model."),
    (r"^((?:encoder|decoder)_transformer)\.layers\.", r"\1.transformer.layers."),
    (r"\bsemantic_residual_vector_quantizer\.", "rvq_first."),
    (r"\bacoustic_residual_vector_quantizer\.", "rvq_rest."),
    (r"(rvq_(?:first|rest))\.layers\.(\d+)\.codebook\.", r"\1.vq.layers.\2._codebook."),
    (r"_codebook\.embed_sum$", "_codebook.embedding_sum"),
    (r"\.mlp\.fc1\.", ".linear1."),
    (r"\.mlp\.fc2\.", ".linear2."),
    (r"\.self_attn\.o_proj\.", ".self_attn.out_proj."),
    (r"\.input_layernorm\.", ".norm1."),
    (r"\.post_attention_layernorm\.", ".norm2."),
    (r"\.self_attn_layer_scale\.", ".layer_scale_1."),
    (r"\.mlp_layer_scale\.", ".layer_scale_2."),
    (r"\.in_proj_weight$", ".in_proj.weight"),
    (r"(?:\.conv(?:tr)?)+\.(weight|bias)$", r".conv.\1"),
)


def canonical(weights: Mapping[str, mx.array], heads: int) -> dict[str, mx.array]:
    """Kyutai's names, one `conv` level, fused projections with neighbouring rotary pairs, whatever the file."""
    renamed: dict[str, mx.array] = {}
    for name, array in weights.items():
        for old, new in _RENAMED:
            name = re.sub(old, new, name)
        renamed[name] = array
    for name in [one for one in renamed if one.endswith(".self_attn.q_proj.weight")]:
        stem = name.removesuffix(".q_proj.weight")
        queries, keys, values = (renamed.pop(f"{stem}.{one}_proj.weight") for one in "qkv")
        fused = [neighbouring(queries, heads), neighbouring(keys, heads), values]
        renamed[f"{stem}.in_proj.weight"] = mx.concatenate(fused)
    return renamed


def neighbouring(matrix: mx.array, heads: int) -> mx.array:
    """Rows of queries or keys whose rotary pairs are halves of a head -> the same with each pair side by side."""
    out, channels = matrix.shape
    return matrix.reshape(heads, 2, out // heads // 2, channels).transpose(0, 2, 1, 3).reshape(out, channels)
