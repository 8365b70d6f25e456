"""What a checkpoint's config.json says: the Llama's shape, and how its matrices were quantised."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import WeightsError
from engine.nn.llama import LlamaConfig
from engine.nn.stored.quantised import Quantisation
from engine.tts.orpheus.frames import CODE_BASE, CODEBOOK_SIZE, SLOTS

SAMPLE_RATE = 24000
FRAME_SIZE = 2048
FRAME_RATE = SAMPLE_RATE / FRAME_SIZE
"""Frames a second; each is seven tokens, so 82 tokens make a second of speech."""


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
            quantisation = Quantisation.parse(found.get("quantization") or found.get("quantization_config"))
        except (TypeError, ValueError) as exc:
            raise WeightsError("Orpheus's config.json has values that make no sense. Get the model again.") from exc
        needed = CODE_BASE + SLOTS * CODEBOOK_SIZE
        if llama.vocab_size < needed:
            raise WeightsError(
                f"This Llama has {llama.vocab_size} tokens, an Orpheus at least {needed}: it cannot write speech."
            )
        return cls(llama, quantisation)
