"""Words -> the phonemes that Kokoro was taught with (misaki's set: 45 letters, two stress marks).

`english` reads running text, `dictionary` is the lists of words, `lexicon` knows words and their forms, `roles` tells
noun from verb where sound depends on it, `foreign` turns what espeak-ng says into the same set; `others` reads what
espeak-ng says well, `japanese` and `chinese` need an extra each. Nothing here loads a model or touches a network.
"""

from engine.text.g2p.english import English
from engine.text.g2p.token import Pronounced

__all__ = ["English", "Pronounced"]
