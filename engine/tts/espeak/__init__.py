"""eSpeak NG, the voice that every installation has: a hundred languages, no download, a thousand times real time.

`catalogue` reads which voices there are, `library` holds the shared library in a process of its own that `process`
talks to, `harmless` makes text safe for it, `words` places its marks in the text, `model` speaks, `pronounce` gives
phonemes.
"""

from engine.tts.espeak.catalogue import voices
from engine.tts.espeak.model import load
from engine.tts.espeak.process import data_mark
from engine.tts.espeak.pronounce import phonemes

__all__ = ["data_mark", "load", "phonemes", "voices"]
