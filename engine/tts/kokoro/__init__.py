"""Kokoro-82M: phonemes and a style vector in, speech out.

`voices` lists the published voices, `packs` reads them, `table` has those that come with the studio, `script` makes
rows of phonemes, `network` (with `prosody` and `vocoder`) speaks them, `silence` trims, `level` makes all voices
equally loud, `model` is the family's door.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.tts.kokoro.voices import parse, voices

if TYPE_CHECKING:
    from engine.tts.kokoro.model import KokoroSynthesizer

__all__ = ["VERSION", "load", "parse", "voices"]

VERSION = "3"
"""What this code makes of the same text; kept segments of another one are spoken anew. 2: equally loud voices.
3: words that are spelled alike, capitals."""


def load(files: Path | None) -> "KokoroSynthesizer":
    """Load from a verified folder; see `model.load`. MLX is imported here and not before."""
    from engine.tts.kokoro.model import load as load_model

    return load_model(files)
