"""Pocket TTS: text and a few seconds of a voice in, speech out, in real time on a processor.

`releases` has what tensors do not show, `text` makes tokens of text, `backbone` writes what the next frame is told,
`head` makes a latent of it, `codec` makes latents sound and recordings latents, `writing` puts them in a row,
`ready` reads the voices that come along, `recording` prepares a clip, `loading` reads files, `model` is the door.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.tts.pocket_tts.voices import voices, voices_of

if TYPE_CHECKING:
    from engine.tts.pocket_tts.model import PocketSynthesizer

__all__ = ["VERSION", "load", "voices", "voices_of"]

VERSION = "1"
"""What this code makes of the same text; kept segments of another one are spoken anew."""


def load(files: Path | None, companions: Mapping[str, Path] | None = None) -> "PocketSynthesizer":
    """Load from verified folders; see `loading.load`. MLX is imported here and not before."""
    from engine.tts.pocket_tts.loading import load as load_model

    return load_model(files, companions or {})
