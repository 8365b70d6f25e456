"""Which offsets are likely: those by which the published voices differ, and others with a quarter of their spread.

An offset is a matrix times 128 numbers that are as likely large as small. Ten of its directions hold two thirds of the
voices' differences, thirty hold 95 %: no short-cut, but a good preference.
"""

import numpy as np

from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.tuning.sound import Array
from engine.tts.kokoro.voices import parse

_LENGTHS = range(20, 300, 20)
_OTHERS = 0.25  # of the mean spread, in every direction


def preferences(packs: Packs, names: list[str]) -> tuple[Array, Array]:
    """For timbre and for prosody, each [style_dim, style_dim]: an offset is one of them times 128 numbers.

    Args:
        packs: the model's.
        names: the voices to learn it of.
    """
    styles = np.stack([packs.style(parse(name), length) for name in names for length in _LENGTHS])
    timbre, prosody = np.split(styles, 2, axis=1)
    return _preference(timbre), _preference(prosody)


def _preference(styles: Array) -> Array:
    apart = styles.astype(np.float64) - styles.mean(axis=0)
    spread, ways = np.linalg.eigh(apart.T @ apart / len(apart))
    spread = np.maximum(spread, 0.0)
    return (ways * np.sqrt(spread + _OTHERS**2 * spread.mean())).astype(np.float32)
