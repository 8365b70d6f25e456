"""What a checkpoint's config.json says: the Llama's shape, and how its matrices were quantised."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import WeightsError
from engine.nn.llama import LlamaConfig
from engine.tts.orpheus.frames import CODE_BASE, CODEBOOK_SIZE, SLOTS

SAMPLE_RATE = 24000
FRAME_SIZE = 2048
FRAME_RATE = SAMPLE_RATE / FRAME_SIZE
"""Frames a second; each is seven tokens, so 82 tokens make a second of speech."""


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How the matrices were made small; `layers` holds those that differ, None for one left as it was."""

    bits: int
    group_size: int
    layers: Mapping[str, "Quantisation | None"]

    def of(self, layer: str) -> "Quantisation | None":
        """How this layer was quantised."""
        return self.layers.get(layer, self)


@dataclass(frozen=True, slots=True)
class OrpheusConfig:
    """Mirrors config.json of canopylabs' and mlx-community's checkpoints."""

    llama: LlamaConfig
    quantisation: Quantisation | None

    @classmethod
    def read(cls, path: Path) -> "OrpheusConfig":
        """From config.json.

        Raises:
            WeightsError: missing, damaged, or no model that writes SNAC's codes.
        """
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as exc:
            raise WeightsError("Orpheus's config.json is missing or damaged. Get the model again.") from exc
        if not isinstance(found, dict):
            raise WeightsError("Orpheus's config.json is damaged. Get the model again.")
        try:
            llama = LlamaConfig.parse(found)
            quantisation = _quantisation(found.get("quantization") or found.get("quantization_config"))
        except (TypeError, ValueError) as exc:
            raise WeightsError("Orpheus's config.json has values that make no sense. Get the model again.") from exc
        needed = CODE_BASE + SLOTS * CODEBOOK_SIZE
        if llama.vocab_size < needed:
            raise WeightsError(
                f"This Llama has {llama.vocab_size} tokens, an Orpheus at least {needed}: it cannot write speech."
            )
        return cls(llama, quantisation)


def _quantisation(found: Any) -> Quantisation | None:
    if not found:
        return None
    if not isinstance(found, dict) or found.get("mode", "affine") != "affine" or "bits" not in found:
        raise WeightsError("This checkpoint is quantised in a way that is not supported. Use one of mlx-community's.")
    bits, group_size = int(found["bits"]), int(found.get("group_size", 64))
    layers: dict[str, Quantisation | None] = {}
    for name, special in found.items():
        if isinstance(special, dict):
            layers[name] = Quantisation(int(special.get("bits", bits)), int(special.get("group_size", group_size)), {})
        elif special is False:
            layers[name] = None
    return Quantisation(bits, group_size, layers)
