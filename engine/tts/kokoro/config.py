"""Kokoro's config.json, as it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from engine.errors import WeightsError


@dataclass(frozen=True, slots=True)
class VocoderConfig:
    """The `istftnet` part."""

    upsample_rates: tuple[int, ...]
    upsample_kernel_sizes: tuple[int, ...]
    resblock_kernel_sizes: tuple[int, ...]
    resblock_dilation_sizes: tuple[tuple[int, ...], ...]
    upsample_initial_channel: int
    gen_istft_n_fft: int
    gen_istft_hop_size: int


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The `plbert` part (an ALBERT)."""

    hidden_size: int
    num_attention_heads: int
    num_hidden_layers: int
    max_position_embeddings: int


@dataclass(frozen=True, slots=True)
class Quantization:
    """How an mlx checkpoint's linear layers are quantised."""

    bits: int
    group_size: int


@dataclass(frozen=True, slots=True)
class KokoroConfig:
    """Everything the network needs to know of its checkpoint."""

    n_token: int
    hidden_dim: int
    style_dim: int
    n_layer: int
    max_dur: int
    vocoder: VocoderConfig
    bert: BertConfig
    vocab: Mapping[str, int] = field(repr=False)
    quantization: Quantization | None = None
    sample_rate: int = 24000

    @property
    def samples_per_frame(self) -> int:
        """Samples of one frame of predicted duration: 600 at 24 kHz, 25 ms."""
        scale = self.vocoder.gen_istft_hop_size
        for rate in self.vocoder.upsample_rates:
            scale *= rate
        return 2 * scale

    @property
    def widest_frame_bytes(self) -> int:
        """What one frame of predicted duration takes in the vocoder's last, widest stage: 61 kB as published."""
        channels = self.vocoder.upsample_initial_channel >> len(self.vocoder.upsample_rates)
        return 4 * channels * self.samples_per_frame // self.vocoder.gen_istft_hop_size

    @classmethod
    def read(cls, path: Path) -> "KokoroConfig":
        """From a checkpoint's config.json.

        Raises:
            WeightsError: it is not Kokoro's.
        """
        try:
            found: object = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as exc:
            raise WeightsError("Kokoro's config.json cannot be read. Get the model again.") from exc
        if not isinstance(found, dict):
            raise WeightsError("This config.json is not Kokoro's. Get the model again.")
        return cls.parse(cast("dict[str, Any]", found))

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "KokoroConfig":
        """From the parsed JSON. Raises WeightsError: something is missing or is no number."""
        try:
            net, bert, quantization = found["istftnet"], found["plbert"], found.get("quantization")
            return cls(
                n_token=int(found["n_token"]),
                hidden_dim=int(found["hidden_dim"]),
                style_dim=int(found["style_dim"]),
                n_layer=int(found["n_layer"]),
                max_dur=int(found["max_dur"]),
                vocoder=VocoderConfig(
                    upsample_rates=tuple(net["upsample_rates"]),
                    upsample_kernel_sizes=tuple(net["upsample_kernel_sizes"]),
                    resblock_kernel_sizes=tuple(net["resblock_kernel_sizes"]),
                    resblock_dilation_sizes=tuple(tuple(d) for d in net["resblock_dilation_sizes"]),
                    upsample_initial_channel=int(net["upsample_initial_channel"]),
                    gen_istft_n_fft=int(net["gen_istft_n_fft"]),
                    gen_istft_hop_size=int(net["gen_istft_hop_size"]),
                ),
                bert=BertConfig(
                    hidden_size=int(bert["hidden_size"]),
                    num_attention_heads=int(bert["num_attention_heads"]),
                    num_hidden_layers=int(bert["num_hidden_layers"]),
                    max_position_embeddings=int(bert["max_position_embeddings"]),
                ),
                vocab=dict(found["vocab"]),
                quantization=Quantization(int(quantization["bits"]), int(quantization["group_size"]))
                if quantization
                else None,
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise WeightsError(f"This config.json is not Kokoro's ({exc}). Download the model again.") from exc
