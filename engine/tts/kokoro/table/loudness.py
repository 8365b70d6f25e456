"""How much louder or quieter each published voice is made, so that all are equally loud.

The file beside this says the sentences and the loudness that the gains were measured with, and which voices spoke only
three of the twelve: those that spoke all are 0.06 LU from their three, 0.3 at most.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

FILE = "loudness.json"


def gain_db(shares: Mapping[str, float]) -> float:
    """The gain of a voice or a blend in dB: the mean of its voices' by their shares; 0 for a voice not measured.

    Args:
        shares: voice -> share; they sum to 1.
    """
    gains = gains_db()
    return sum(share * gains.get(name, 0.0) for name, share in shares.items())


def gains_db() -> Mapping[str, float]:
    """Voice -> its gain in dB."""
    return _measured()["gain_db"]


def sentences() -> list[str]:
    """What was spoken for the measurement."""
    return list(_measured()["sentences"])


def target_lufs() -> float:
    """The integrated loudness (BS.1770) of every voice over these sentences."""
    return float(_measured()["target_lufs"])


@cache
def _measured() -> dict[str, Any]:
    return json.loads((files("engine.tts.kokoro.table") / FILE).read_text(encoding="utf-8"))
