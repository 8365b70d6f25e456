"""Whisper's config.json in its two layouts: OpenAI's words (n_mels, n_audio_ctx) and Hugging Face's (num_mel_bins)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from engine.errors import WeightsError

MAX_BYTES = 16 * 1024**2
_SMALLEST, _LARGEST = 1, 1_000_000  # of any number here


@dataclass(frozen=True, slots=True)
class Quantization:
    """How an mlx checkpoint's linear layers are quantised."""

    bits: int
    group_size: int


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    """The network's shape, in OpenAI's words.

    Attributes:
        alignment_heads: (layer, head) of the decoder whose attention follows the words; () is not known.
        suppressed: tokens that are never to be said, from generation_config.json; None is not known.
        quantization: None where the weights are whole numbers.
    """

    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int
    alignment_heads: tuple[tuple[int, int], ...] = ()
    suppressed: tuple[int, ...] | None = None
    quantization: Quantization | None = None

    @classmethod
    def read(cls, folder: Path, *elsewhere: Path) -> "WhisperConfig":
        """From a model's folder: config.json, and generation_config.json where there is one, there or `elsewhere`.

        Raises:
            WeightsError: config.json is missing, or not Whisper's.
        """
        found = _json(folder / "config.json")
        if found is None:
            raise WeightsError("The model's folder has no config.json. Get the model again.")
        places = (place / "generation_config.json" for place in (folder, *elsewhere))
        generation = next((path for path in places if path.is_file()), None)
        return cls.parse(found, _json(generation) if generation is not None else None)

    @classmethod
    def parse(cls, found: Mapping[str, Any], generation: Mapping[str, Any] | None = None) -> "WhisperConfig":
        """From the parsed JSON.

        Raises:
            WeightsError: it is not Whisper's.
        """
        names = _HUGGING_FACE if "d_model" in found else _OPENAI
        try:
            sizes: dict[str, Any] = {ours: int(found[theirs]) for ours, theirs in names.items()}
            quantization = found.get("quantization")
            quantized = (
                Quantization(int(quantization["bits"]), int(quantization["group_size"])) if quantization else None
            )
        except (KeyError, TypeError, ValueError, OverflowError) as exc:
            raise WeightsError(f"This config.json is not Whisper's ({exc}). Get the model again.") from exc
        config = cls(**sizes, quantization=quantized)
        config._check()
        return config._with(generation or {})

    @property
    def is_turbo_like(self) -> bool:
        """Whether the decoder was cut to fewer layers than the encoder has: it cannot translate."""
        return self.n_text_layer < self.n_audio_layer

    def _check(self) -> None:
        sizes = [getattr(self, name) for name in _OPENAI]
        if not all(_SMALLEST <= size <= _LARGEST for size in sizes):
            raise WeightsError("This config.json is not Whisper's: a size in it is out of range. Get the model again.")
        if self.n_audio_state % self.n_audio_head or self.n_text_state % self.n_text_head or self.n_audio_state % 2:
            raise WeightsError("This config.json is not Whisper's: its heads do not divide it. Get the model again.")
        if self.n_audio_state != self.n_text_state:
            raise WeightsError("This config.json is not Whisper's: its two halves do not fit. Get the model again.")

    def _with(self, generation: Mapping[str, Any]) -> "WhisperConfig":
        """What generation_config.json adds; what it says wrongly is left out, for it is only advice."""
        heads = self.heads(generation.get("alignment_heads"))
        suppressed = generation.get("suppress_tokens")
        if isinstance(suppressed, list):
            kept = [token for token in suppressed if type(token) is int and 0 <= token < self.n_vocab]
            return replace(self, alignment_heads=heads, suppressed=tuple(kept) or None)
        return replace(self, alignment_heads=heads)

    def heads(self, pairs: object) -> tuple[tuple[int, int], ...]:
        """Those of a list of (layer, head) that this network has."""
        if not isinstance(pairs, list):
            return ()
        found: list[tuple[int, int]] = []
        for pair in cast("list[object]", pairs):
            match pair:
                case [int(layer), int(head)] if 0 <= layer < self.n_text_layer and 0 <= head < self.n_text_head:
                    found.append((layer, head))
                case _:
                    continue
        return tuple(dict.fromkeys(found))


_OPENAI = {
    name: name
    for name in (
        "n_mels", "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer",
        "n_vocab", "n_text_ctx", "n_text_state", "n_text_head", "n_text_layer",
    )
}  # fmt: skip
_HUGGING_FACE = {
    "n_mels": "num_mel_bins",
    "n_audio_ctx": "max_source_positions",
    "n_audio_state": "d_model",
    "n_audio_head": "encoder_attention_heads",
    "n_audio_layer": "encoder_layers",
    "n_vocab": "vocab_size",
    "n_text_ctx": "max_target_positions",
    "n_text_state": "d_model",
    "n_text_head": "decoder_attention_heads",
    "n_text_layer": "decoder_layers",
}


def _json(path: Path) -> dict[str, Any] | None:
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > MAX_BYTES:
            raise WeightsError(f"{path.name} is too large to be Whisper's. Get the model again.")
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise WeightsError(f"Whisper's {path.name} cannot be read. Get the model again.") from exc
    if not isinstance(found, dict):
        raise WeightsError(f"This {path.name} is not Whisper's. Get the model again.")
    return cast("dict[str, Any]", found)
