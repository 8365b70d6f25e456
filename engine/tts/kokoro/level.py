"""A row at its voice's loudness: one gain, and what would be too loud bent by a limiter.

A row begins and ends in silence, so the limiter begins anew with each: a row sounds the same alone, in a batch and in a
stream of any pieces. The limiter looks ahead 5 ms and gives its delay back: no sample and no word moves.
"""

from collections.abc import Mapping

import numpy as np

from engine.audio.limiter import limit
from engine.tts.kokoro import house
from engine.tts.kokoro.table import gain_db
from engine.types import Samples

CEILING = 10 ** (-1 / 20)
"""True peak above which a voice is bent: -1 dBFS."""


def gain_of(shares: Mapping[str, float]) -> float:
    """The factor that makes a voice, or a blend by its shares, as loud as the others.

    Args:
        shares: of a blend's timbre.
    """
    own = sum(share * house.gain_db(name) for name, share in shares.items() if name in house.names())
    return 10 ** ((gain_db(shares) + own) / 20)


def levelled(samples: Samples, gain: float, sample_rate: int) -> Samples:
    """A row's sound at its loudness: float32 [n] -> [n]."""
    if not len(samples):
        return samples
    return np.concatenate(list(limit([samples], sample_rate, gain=gain, ceiling=CEILING)))
