"""Random numbers that depend on a key and a place alone, so that no cutting into calls and no batch changes them.

The bits are Philox's, whose numbers are part of its definition and the same in every version of every library.
Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; Box and Muller 1958.
"""

import hashlib

import numpy as np
import numpy.typing as npt

Key = tuple[int, int]


def key_of(*words: object) -> Key:
    """A key of anything that can be written: another one for other words."""
    digest = hashlib.sha256("\0".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def normal(key: Key, place: tuple[int, int], count: int, limit: float | None = None) -> npt.NDArray[np.float32]:
    """Standard normal numbers.

    Args:
        key: from `key_of`.
        place: two numbers that name the draw within the key: a part and a frame.
        count: how many.
        limit: draws beyond it on either side are drawn again, which is the normal distribution cut off there.

    Returns:
        [count].
    """
    generator = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=np.array([0, 0, *place], dtype=np.uint64))
    found = np.zeros(0)
    while len(found) < count:
        drawn = _box_muller(generator, 2 * (-(-count // 2)))
        if limit is not None:
            drawn = drawn[np.abs(drawn) <= limit]
        found = np.concatenate([found, drawn])
    return found[:count].astype(np.float32)


def _box_muller(generator: np.random.Philox, count: int) -> npt.NDArray[np.float64]:
    bits = np.asarray(generator.random_raw(count), dtype=np.uint64)
    uniform = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    radius, angle = np.sqrt(-2 * np.log(uniform[: count // 2])), 2 * np.pi * uniform[count // 2 :]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
