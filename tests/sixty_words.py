"""The tiny trained Parakeet and lines for it to hear: the proof that recognition recognises. No tests here.

The lines are made anew from voices that training never heard, with seeds that training never drew.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from engine.types import Samples

EXAMPLE = Path(__file__).parents[1] / "examples" / "tiny_parakeet"
MODEL = EXAMPLE / "model"
SAMPLE_RATE = 16000


@dataclass(frozen=True)
class Line:
    """What was said, as float32 [n] at 16 kHz and in words."""

    sound: Samples
    words: list[str]


def unheard(count: int, seed: int = 99, voices: str = "held_out_voices") -> list[Line]:
    """Lines of the vocabulary by voices, or at speeds, that are kept from training."""
    made: Any = getattr(_example("speech"), voices)(count, seed)
    return [Line(line.samples.astype(np.float32) / 32768, line.words) for line in made]


def in_one_go(lines: Sequence[Line], pause_s: float = 0.9) -> Samples:
    """The lines one after the other, with silence before, between and behind them."""
    silence = np.zeros(round(pause_s * SAMPLE_RATE), dtype=np.float32)
    return np.concatenate([silence, *(part for line in lines for part in (line.sound, silence))])


def wrong(said: Sequence[str], heard: Sequence[str]) -> float:
    """Word error rate: words put in, left out or taken for others, over words said."""
    return _example("word_errors").distance(said, heard) / max(1, len(said))


def _example(module: str) -> Any:
    """A module of the example, found as a script of that folder would find its neighbours."""
    sys.path.insert(0, str(EXAMPLE))
    try:
        return import_module(module)
    finally:
        sys.path.remove(str(EXAMPLE))
