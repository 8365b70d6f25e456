"""Qwen3-TTS: speaks as a recording, as one of nine voices, or as a description says, in ten languages.

`prompt` makes the talker's rows of text and of who speaks, `talker` has the networks that write codes, `writing` draws
them, `watch` ends what does not end itself, `speaker` hears whose voice a recording is, `cloning` keeps what is made of
one, `decoding` makes codes sound, `loading` reads files, and `model` is the family's door.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.tts.qwen3_tts.voices import voices

if TYPE_CHECKING:
    from engine.tts.qwen3_tts.model import QwenSynthesizer

__all__ = ["VERSION", "load", "voices"]

VERSION = "1"
"""What this code makes of the same text; kept segments of another one are spoken anew."""


def load(files: Path | None) -> "QwenSynthesizer":
    """Load from a verified folder; see `loading.load`. MLX is imported here and not before."""
    from engine.tts.qwen3_tts.loading import load as load_model

    return load_model(files)
