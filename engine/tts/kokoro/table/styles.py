"""A voice's style for every length of a sentence, from twelve curves over the length that all voices share.

As published, a voice is 510 rows of 256 numbers. All 54 side by side, [510, 54 * 256], are of rank twelve to the last
digits of their float32: their singular values fall from 1 to 1e-6. So each number of each voice is a mix of the same
twelve curves, and 28 MB become 0.7: root mean square error 1.3e-6, largest 1e-4, where two voices are 0.14 apart.
"""

from functools import cache
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt

WIDTH = 256
"""Numbers in a style."""

FILE = "styles.npz"

Array = npt.NDArray[np.float32]


def names() -> tuple[str, ...]:
    """All voices of the table."""
    return tuple(_table()[0])


def pack(name: str) -> Array:
    """A voice's pack, float32 [510, WIDTH]: row n - 1 is for n phonemes.

    Raises:
        KeyError: no such voice.
    """
    known, curves, mixes = _table()
    return curves @ mixes[known[name]]


@cache
def _table() -> tuple[dict[str, int], Array, Array]:
    """Name -> index, the curves [510, 12] and each voice's mix of them [54, 12, WIDTH]."""
    with as_file(files("engine.tts.kokoro.table") / FILE) as path, np.load(path, allow_pickle=False) as file:
        known = {str(name): at for at, name in enumerate(file["names"])}
        return known, file["curves"], file["mixes"]
