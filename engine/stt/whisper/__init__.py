"""OpenAI's Whisper: 30 s of sound in, tokens of text out, in 99 languages.

`config` reads both layouts of config.json, `files` the weights, `mel` makes what the network hears, `network` is the
encoder and the decoder, `tokens` and `tokenizer` know the vocabulary, `rules` what may follow what, `decode` turns
windows into texts, `align` finds the words' times, `windows` packs speech into 30 s, `model` is the family's door.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.stt.whisper.model import Whisper

__all__ = ["load", "quantisable"]


def load(files: Path | None, companions: Mapping[str, Path] | None = None) -> "Whisper":
    """Load from a verified folder; see `model.load`. MLX is imported here and not before."""
    from engine.stt.whisper.model import load as load_model

    return load_model(files, companions)


def quantisable(name: str, shape: tuple[int, ...]) -> bool:
    """Which matrices may be made smaller: not the positions, which are added and not multiplied."""
    return "positions" not in name and "positional" not in name
