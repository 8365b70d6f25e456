"""PocketSphinx, the recogniser that every installation has: US English, no download, about a fifth of real time.

`cepstra` hears the level of a stretch of sound the way the decoder does, `model` decodes.
"""

from engine.stt.pocketsphinx.model import load

__all__ = ["load"]
