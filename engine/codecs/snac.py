"""SNAC: a codec with three codebooks at 12, 23 and 47 frames a second; Orpheus writes its codes.

Whole and streamed decoding give the same samples for any chunk size: every layer keeps its own left context and holds
back what its look-ahead cannot know yet (`engine.nn.conv`), so the work per frame is constant and the length is exact.

Source: Siuzdak 2024, arXiv:2410.14411; reference `snac` 1.2.1 (MIT). Loads its checkpoints and mlx-community's.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from engine.errors import GenerationError, WeightsError
from engine.nn.conv import (
    Conv1d,
    Frames,
    Layer,
    LayerStream,
    Pointwise,
    Residual,
    Sequential,
    SequentialStream,
)
from engine.nn.parts import Map, Parts
from engine.types import Samples

Codes = Sequence[mx.array]
"""One int array a codebook, coarse first: [batch, frames * 1], [batch, frames * 2], [batch, frames * 4] at 24 kHz."""

Noise = Callable[[int, int, int], mx.array]
"""(block, start, n) -> [1, n, 1]: the noise of decoder block `block` for its samples start to start + n."""

DILATIONS = (1, 3, 9)
NOISE_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class SnacConfig:
    """Mirrors the checkpoint's config.json; the defaults are snac_24khz."""

    sampling_rate: int = 24000
    encoder_dim: int = 48
    encoder_rates: tuple[int, ...] = (2, 4, 8, 8)
    decoder_dim: int = 1024
    decoder_rates: tuple[int, ...] = (8, 8, 4, 2)
    attn_window_size: int | None = None
    codebook_size: int = 4096
    codebook_dim: int = 8
    vq_strides: tuple[int, ...] = (4, 2, 1)
    noise: bool = True
    depthwise: bool = True

    @classmethod
    def read(cls, path: Path) -> "SnacConfig":
        """Read a checkpoint's config.json."""
        known = {field.name for field in fields(cls)}
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        chosen: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in found.items() if k in known}
        return cls(**chosen)

    @property
    def hop_length(self) -> int:
        """Samples per frame of the finest codebook."""
        return int(np.prod(self.encoder_rates))

    @property
    def frame_size(self) -> int:
        """Samples per coarse frame: 2048 at 24 kHz."""
        return self.hop_length * self.vq_strides[0]


LOOKAHEAD = 3
"""Coarse frames that must be known before the first sample is decided, at 24 kHz (2.2, rounded up)."""


def seeded_noise(seed: int) -> Noise:
    """Noise that depends on seed and place alone, so that any chunking draws the same."""

    def draw(block: int, start: int, n: int) -> mx.array:
        first, last = start // NOISE_BLOCK, (start + max(n, 1) - 1) // NOISE_BLOCK
        drawn = [
            mx.random.normal((NOISE_BLOCK,), key=mx.random.key((seed * 31 + block) * 1_000_003 + index))
            for index in range(first, last + 1)
        ]
        offset = start - first * NOISE_BLOCK
        return mx.concatenate(drawn)[offset : offset + n].reshape(1, n, 1)

    return draw


class Snac:
    """A loaded SNAC. Holds weights only; every stream has its own state.

    Args:
        config: the checkpoint's configuration.
        weights: tensors by the reference's names, or by mlx-community's; see `canonical`.

    Raises:
        WeightsError: a tensor is missing, or the checkpoint uses windowed attention (the 32 and 44 kHz ones do).
    """

    def __init__(self, config: SnacConfig, weights: Mapping[str, mx.array]) -> None:
        if config.attn_window_size is not None:
            raise WeightsError("This SNAC checkpoint uses windowed attention, which is not supported. Use snac_24khz.")
        self.config = config
        parts = Parts(canonical(weights), "SNAC")
        self._codebooks = [
            parts.array(f"quantizer.quantizers.{i}.codebook.weight") for i in range(len(config.vq_strides))
        ]
        # Looking up a code and projecting it out is one table: [codebook_size, latent].
        self._tables = [
            parts.conv(f"quantizer.quantizers.{i}.out_proj")(codebook[None])[0]
            for i, codebook in enumerate(self._codebooks)
        ]
        self._in_proj = [parts.conv(f"quantizer.quantizers.{i}.in_proj") for i in range(len(config.vq_strides))]
        self._encoder = _encoder(config, parts)
        self._decoder = _decoder(config, parts)
        mx.eval(self._tables)

    @classmethod
    def load(cls, folder: Path, arrays: Mapping[str, mx.array]) -> "Snac":
        """From a checkpoint's folder and its tensors."""
        return cls(SnacConfig.read(folder / "config.json"), arrays)

    def encode(self, samples: Samples) -> list[mx.array]:
        """Samples [n] at 24 kHz -> codes, batch 1, padded to whole coarse frames."""
        pad = -len(samples) % self.config.frame_size
        z = mx.array(np.pad(samples, (0, pad)))[None, :, None]
        for layer in self._encoder:
            z = layer(z)
        codes: list[mx.array] = []
        residual = z
        for index, stride in enumerate(self.config.vq_strides):
            batch, n, latent = residual.shape
            pooled = residual.reshape(batch, n // stride, stride, latent).mean(axis=2)
            nearest = self._nearest(self._in_proj[index](pooled), self._codebooks[index])
            codes.append(nearest)
            residual = residual - mx.repeat(self._tables[index][nearest], stride, axis=1)
        return codes

    def decode(self, codes: Codes, noise: Noise | None = None) -> mx.array:
        """Codes -> samples [batch, frames * frame_size].

        Args:
            codes: see Codes.
            noise: the decoder's noise; None is off, `seeded_noise` repeats itself.

        Raises:
            GenerationError: codebooks of lengths that do not belong together.
        """
        return self.stream(noise).finish(codes)

    def stream(self, noise: Noise | None = None) -> "SnacStream":
        """Begin decoding as a stream."""
        streams = [
            layer.stream_with(noise) if isinstance(layer, NoiseBlock) else layer.stream() for layer in self._decoder
        ]
        return SnacStream(self, SequentialStream(streams))

    def decode_at(self, codes: Codes, frame: int, noise: Noise | None = None) -> mx.array:
        """As `decode`, for codes that begin at a coarse frame of a longer stream: the noise is that of their place."""
        if noise is None:
            return self.decode(codes)
        rates = np.cumprod(self.config.decoder_rates)

        def placed(block: int, start: int, n: int) -> mx.array:
            return noise(block, start + frame * self.config.vq_strides[0] * int(rates[block]), n)

        return self.decode(codes, placed)

    def latents(self, codes: Codes) -> Frames:
        """Codes -> decoder input [batch, frames, latent] at the finest rate.

        Raises:
            GenerationError: codebooks whose lengths do not belong together.
        """
        strides = self.config.vq_strides
        lengths = {code.shape[1] * stride for code, stride in zip(codes, strides, strict=True)}
        if len(lengths) != 1:
            raise GenerationError(f"Codebooks of lengths {[c.shape[1] for c in codes]} do not make whole frames.")
        total = mx.zeros((1, 1, 1))
        for table, code, stride in zip(self._tables, codes, strides, strict=True):
            total = total + mx.repeat(table[code], stride, axis=1)
        return total

    @staticmethod
    def _nearest(encodings: Frames, codebook: mx.array) -> mx.array:
        """Cosine-nearest codes: [B, T, D], [N, D] -> [B, T]"""
        e = encodings / mx.maximum(mx.linalg.norm(encodings, axis=-1, keepdims=True), 1e-12)
        c = codebook / mx.maximum(mx.linalg.norm(codebook, axis=-1, keepdims=True), 1e-12)
        distance = mx.sum(e * e, axis=-1, keepdims=True) - 2 * (e @ c.T) + mx.sum(c * c, axis=-1)
        return mx.argmin(distance, axis=-1)


class SnacStream:
    """One stream of codes to samples; not shared, not thread-safe."""

    def __init__(self, model: Snac, decoder: LayerStream) -> None:
        self._model = model
        self._decoder = decoder

    def step(self, codes: Codes) -> mx.array:
        """The samples that the frames so far decide: [batch, n], n may be 0."""
        return self._out(self._decoder.step(self._model.latents(codes)))

    def finish(self, codes: Codes) -> mx.array:
        """The last frames (possibly none): all remaining samples [batch, n]."""
        return self._out(self._decoder.finish(self._model.latents(codes)))

    def _out(self, y: Frames) -> mx.array:
        samples = y[:, :, 0]
        # Begun, not waited for: whoever reads the samples waits, and may do something else until then.
        mx.async_eval(samples, self._decoder.held())
        return samples


class NoiseBlock:
    """x + noise * linear(x); noise of one value a sample, shared by the channels."""

    def __init__(self, linear: Conv1d, block: int) -> None:
        self._linear = linear
        self._block = block

    def __call__(self, x: Frames) -> Frames:
        """Without noise it passes x on."""
        return x

    def stream(self) -> LayerStream:
        """A silent stream."""
        return self.stream_with(None)

    def stream_with(self, noise: Noise | None) -> LayerStream:
        """A stream that draws from `noise`."""
        return _NoiseStream(self._linear, self._block, noise)


class _NoiseStream:
    def __init__(self, linear: Conv1d, block: int, noise: Noise | None) -> None:
        self._linear = linear
        self._block = block
        self._noise = noise
        self._position = 0

    def step(self, x: Frames) -> Frames:
        n = x.shape[1]
        if self._noise is None or n == 0:
            return x
        drawn = self._noise(self._block, self._position, n)
        self._position += n
        return x + drawn * self._linear(x)

    finish = step

    def held(self) -> list[mx.array]:
        return []


def _snake(parts: Parts, name: str) -> Pointwise:
    alpha = parts.array(f"{name}.alpha").reshape(1, 1, -1)
    inverse = 1.0 / (alpha + 1e-9)
    return Pointwise(lambda x: x + inverse * mx.square(mx.sin(alpha * x)))


def _residual(parts: Parts, name: str, dilation: int, depthwise: bool) -> Residual:
    return Residual(
        Sequential(
            [
                _snake(parts, f"{name}.block.0"),
                parts.conv(f"{name}.block.1", dilation, depthwise),
                _snake(parts, f"{name}.block.2"),
                parts.conv(f"{name}.block.3"),
            ]
        )
    )


def _encoder(config: SnacConfig, parts: Parts) -> list[Map]:
    """Whole signals only: nobody encodes a microphone."""
    layers: list[Map] = [parts.conv("encoder.block.0")]
    for index, stride in enumerate(config.encoder_rates, start=1):
        name = f"encoder.block.{index}.block"
        layers += [_residual(parts, f"{name}.{i}", d, config.depthwise) for i, d in enumerate(DILATIONS)]
        layers += [_snake(parts, f"{name}.3"), parts.strided(f"{name}.4", stride, -(-stride // 2))]
    layers.append(parts.conv(f"encoder.block.{len(config.encoder_rates) + 1}", depthwise=config.depthwise))
    return layers


def _decoder(config: SnacConfig, parts: Parts) -> list[Layer]:
    """Flat, so that a stream can hand its noise to the noise blocks."""
    layers: list[Layer] = [parts.conv("decoder.model.0", depthwise=config.depthwise)]
    if config.depthwise:
        layers.append(parts.conv("decoder.model.1"))
    first = len(layers)
    for block, stride in enumerate(config.decoder_rates):
        name = f"decoder.model.{first + block}.block"
        layers += [
            _snake(parts, f"{name}.0"),
            parts.conv_transpose(f"{name}.1", stride, (-(-stride // 2), stride // 2)),
        ]
        if config.noise:
            layers.append(NoiseBlock(parts.conv(f"{name}.2.linear"), block))
        units = 3 if config.noise else 2
        layers += [_residual(parts, f"{name}.{units + i}", d, config.depthwise) for i, d in enumerate(DILATIONS)]
    last = first + len(config.decoder_rates)
    layers += [
        _snake(parts, f"decoder.model.{last}"),
        parts.conv(f"decoder.model.{last + 1}"),
        Pointwise(mx.tanh),
    ]
    return layers


def canonical(weights: Mapping[str, mx.array]) -> dict[str, mx.array]:
    """Names and layouts of the reference, whichever file they came from.

    torch files hold [out, in, kernel]; mlx-community's hold [out, kernel, in] under `layers` names.
    """
    is_mlx = any(".layers." in name for name in weights)
    renamed: dict[str, mx.array] = {}
    for name, array in weights.items():
        name = name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        )
        name = re.sub(r"\.layers\.", ".", name)
        if is_mlx and name.endswith("weight_v"):
            array = array.transpose(0, 2, 1)
        renamed[name] = array
    return renamed
