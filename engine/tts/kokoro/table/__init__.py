"""The 54 published voices, small enough to come with the studio, and how loud each of them is.

`styles` gives a voice's pack from twelve curves that all voices share, `loudness` the gain that makes all equally loud.
Both are data, made by examples/make_voice_table.py; whose they are is in NOTICE.
"""

from engine.tts.kokoro.table.loudness import gain_db
from engine.tts.kokoro.table.styles import WIDTH, names, pack

__all__ = ["WIDTH", "gain_db", "names", "pack"]
