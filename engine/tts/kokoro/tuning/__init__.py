"""A voice of Kokoro that is like a recording: a base of its own voices, and one offset on each half.

`tune` is the door. It hears the clip (`usable` says why not), chooses the base, carries the words' times over to the
clip (`alignment`), measures pitch and energy, and fits the two halves by gradient through the frozen network.
"""

from engine.tts.kokoro.tuning.from_recording import memory_needed, tune
from engine.tts.kokoro.tuning.memory import Halves

__all__ = ["Halves", "memory_needed", "tune"]
