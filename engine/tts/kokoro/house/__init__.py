"""The house's own voices: a blend of the published ones and an offset, 1 kB each.

The timbre is the blend's, pace and melody were tuned to public-domain readings by examples/make_house_voices.py. They
are named after trees; whose readings they were is in NOTICE.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = "house.npz"

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HouseVoice:
    """One of them.

    Attributes:
        base: the blend it begins with.
        offset: what is added to it, float32 [256], timbre first.
        gain_db: what makes it as loud as the published voices.
    """

    base: str
    offset: Array
    gain_db: float


def names() -> tuple[str, ...]:
    """Their ids, named as the published voices are."""
    return tuple(_voices())


def base(name: str) -> str:
    """The blend a voice begins with. Raises KeyError: no such voice."""
    return _voices()[name].base


def offset(name: str) -> Array:
    """What is added to its base, [256]. Raises KeyError: no such voice."""
    return _voices()[name].offset


def gain_db(name: str) -> float:
    """What makes it as loud as the others. Raises KeyError: no such voice."""
    return _voices()[name].gain_db


@cache
def _voices() -> dict[str, HouseVoice]:
    with as_file(files("engine.tts.kokoro.house") / FILE) as path:
        if not path.is_file():
            return {}
        with np.load(path, allow_pickle=False) as file:
            told: list[dict[str, Any]] = json.loads(str(file["voices"]))
            offsets = file["offsets"].astype(np.float32)
    return {
        one["name"]: HouseVoice(one["base"], offset, float(one["gain_db"]))
        for one, offset in zip(told, offsets, strict=True)
    }
