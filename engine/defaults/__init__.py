"""Who speaks and who listens where nobody named a model: one rule each, and every door follows it.

    who_speaks()              -> Speaker("kokoro", "af_heart", "en-us")    with the natural set
                              -> Speaker("espeak-ng", "en-us", "en-us", notice="...")    without it
    who_speaks("de")          -> Speaker("espeak-ng", "de", "de")
    who_listens()             -> Listener("whisper-base")

`speaking` and `listening` hold the rules, `named` reads a language as people write it, `notices` has the sentences.
Loads no model and touches no network: it looks which files are here.
"""

from engine.defaults.listening import ALWAYS_LISTENS, Listener, who_is_quicker, who_listens
from engine.defaults.named import base, tag
from engine.defaults.notices import simple_recogniser
from engine.defaults.speaking import ALWAYS_SPEAKS, Speaker, voice_language, who_speaks

__all__ = [
    "ALWAYS_LISTENS",
    "ALWAYS_SPEAKS",
    "Listener",
    "Speaker",
    "base",
    "simple_recogniser",
    "tag",
    "voice_language",
    "who_is_quicker",
    "who_listens",
    "who_speaks",
]
