"""Which voice, or which blend of some, a recording's tuned voice begins with.

The published voices' traits are a table (examples/make_tuning_table.py): the direction of the voice where the speaker
embedding is here, else its long-term spectrum; and its pitch, because the nearest by direction may be of the other sex.
Some blends of the nearest say a few words, and the nearest of all stays.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from engine.audio.resample import resample
from engine.errors import ModelError
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.tuning.fitting import Watch
from engine.tts.kokoro.tuning.pitch import median_of, pitch
from engine.tts.kokoro.tuning.sound import HEARD, RATE, Array, long_term
from engine.tts.kokoro.voices import Blend, described, is_foreign, parse
from engine.types import Samples

FILE = "voices.npz"
SAID = 60  # phonemes that candidates say

Embed = Callable[[Samples, int], Array]
"""Samples and their rate -> the voice's direction."""

_OCTAVE, _FREE_OCTAVES = 0.2, 0.15  # what being an octave off costs, and how much is free
_DB = 1 / 20  # what a dB of the spectrum costs where there is no direction


@dataclass(frozen=True, slots=True)
class Traits:
    """What a voice is compared by.

    Attributes:
        direction: the speaker embedding's, length 1; None where it is not here.
        spectrum: long-term, dB.
        hz: its median pitch; 0 where none is known.
    """

    direction: Array | None
    spectrum: Array
    hz: float


def traits_of(heard: Samples, embed: Embed | None) -> Traits:
    """Of a sound at HEARD."""
    return Traits(embed(heard, HEARD) if embed else None, long_term(heard), median_of(pitch(heard)))


def nearness(one: Traits, other: Traits) -> float:
    """How alike two voices are; more is more alike."""
    octaves = abs(np.log2(one.hz / other.hz)) if one.hz and other.hz else 0.0
    off = _OCTAVE * max(0.0, float(octaves) - _FREE_OCTAVES)
    if one.direction is not None and other.direction is not None:
        return float(one.direction @ other.direction) - off
    return -_DB * float(np.sqrt(np.mean(np.square(one.spectrum - other.spectrum)))) - off


def chosen(
    speaker: KokoroSynthesizer, ids: Sequence[int], wanted: Traits, language: str, embed: Embed | None, watch: Watch
) -> Blend:
    """The base of a tuned voice.

    Args:
        speaker: the model.
        ids: the recording's phonemes.
        wanted: the recording's.
        language: what is spoken in it: a voice of it comes first.
        embed: who gives directions; None where nobody does.
        watch: told after every candidate.
    """
    told = {name: traits for name, traits in table().items() if name in {voice.id for voice in speaker.voices}}
    if not told:
        return parse(speaker.packs.default)
    best, most = None, -np.inf
    blends = candidates(told, wanted, language)
    for at, spelled in enumerate(blends):
        watch.at(at / len(blends), "the voice to begin with")
        blend = parse(spelled)
        said = ids[:SAID]
        own = speaker.network([said], speaker.packs.style(blend, len(said))[None], [1.0], [0])[0]
        near = nearness(traits_of(resample(own.samples, RATE, HEARD), embed), wanted)
        if near > most:
            best, most = blend, near
    assert best is not None
    return best


def candidates(told: dict[str, Traits], wanted: Traits, language: str) -> list[str]:
    """The nearest voice and blends around it, each beginning with a voice of the language where there is one."""
    order = sorted(told, key=lambda name: -nearness(told[name], wanted))
    native = [name for name in order if not is_foreign(described(name), language)] or order
    first, nearest = native[0], order[0]
    others = [name for name in order if name != first][:2]
    found = [first, *(f"{first}+{other}" for other in others)]
    if len(others) == 2:
        found.append("+".join([first, *others]))
    if nearest != first:
        found.append(f"{first}:1+{nearest}:3")
    if shares := _mixture(told, wanted):
        mine = [name for name in shares if name in native] or [first]
        shares.setdefault(mine[0], 0.1)
        found.append("+".join(f"{name}:{shares[name]:.2f}" for name in [mine[0], *(n for n in shares if n != mine[0])]))
    return list(dict.fromkeys(parse(one).spelled for one in found))


def _mixture(told: dict[str, Traits], wanted: Traits) -> dict[str, float]:
    """The four largest shares of the mixture of directions that comes nearest; none where there are no directions."""
    known = {name: one.direction for name, one in told.items() if one.direction is not None}
    if wanted.direction is None or len(known) < 4:
        return {}
    matrix = np.stack(list(known.values())).astype(np.float64)
    shares = _not_negative(matrix @ matrix.T, matrix @ wanted.direction)
    top = [int(at) for at in np.argsort(-shares)[:4] if shares[at] > 0.02]
    names = list(known)
    return {names[at]: round(float(shares[at]), 2) for at in top}


def _not_negative(products: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Least squares without negative shares, a share at a time."""
    shares = np.zeros(len(wanted))
    for _ in range(300):
        for at in range(len(wanted)):
            rest = wanted[at] - products[at] @ shares + products[at, at] * shares[at]
            shares[at] = max(0.0, rest / products[at, at])
    return shares


def embedding(models_dir: Path | None) -> Embed | None:
    """Who gives voices a direction; None where the voice encoder is not here."""
    with suppress(ModelError, ImportError):
        # By name: it stands above the families.
        module = import_module("engine.voices.embedding")
        module.ready(models_dir)
        return lambda samples, rate: module.embed(samples, rate, models_dir)
    return None


@cache
def table() -> dict[str, Traits]:
    """The published voices' traits."""
    with as_file(files("engine.tts.kokoro.tuning") / FILE) as path, np.load(path, allow_pickle=False) as file:
        directions, spectra = file["directions"].astype(np.float32), file["spectra"].astype(np.float32)
        return {
            str(name): Traits(direction / np.linalg.norm(direction), spectrum, float(hz))
            for name, direction, spectrum, hz in zip(file["names"], directions, spectra, file["hz"], strict=True)
        }
