"""Orpheus-3B: a Llama that writes the codes of SNAC, and laughs and sighs where it is told to.

`prompt` makes tokens of text, `frames` makes frames of tokens, `writing` draws the tokens, `parts` divides long lines,
`decoding` makes frames sound, `loading` reads files, and `model` is the family's door.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.tts.orpheus.voices import voices

if TYPE_CHECKING:
    from engine.tts.orpheus.model import OrpheusSynthesizer

__all__ = ["VERSION", "load", "voices"]

VERSION = "1"
"""What this code makes of the same text; kept segments of another one are spoken anew."""


def load(files: Path | None, companions: Mapping[str, Path]) -> "OrpheusSynthesizer":
    """Load from verified folders; see `loading.load`. MLX is imported here and not before."""
    from engine.tts.orpheus.loading import load as load_model

    return load_model(files, companions)
