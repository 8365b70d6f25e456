"""Who speaks a language best, where nobody named a voice. Data, and what of it a model's folder has.

Measured by `python -m benchmarks voices`: of the voices whose words Whisper hears no more than 5 % worse than the best
one's, and whose DNSMOS lies within 0.15 of the best one's, the one with the publisher's best grade; of equal grades the
one with the best DNSMOS.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from engine.tts.kokoro.voices import voices

BEST: Mapping[str, str] = MappingProxyType(
    {
        "en-us": "af_heart",
        "en-gb": "bf_emma",
        "es": "ef_dora",
        "fr-fr": "ff_siwis",
        "hi": "hm_omega",
        "it": "if_sara",
        "pt-br": "pf_dora",
        "ja": "jf_alpha",
        "zh": "zm_yunxi",
    }
)
"""Kokoro's tag of a language -> its best voice."""

SUFFIXES = (".safetensors", ".pt")


def best_voice(language: str, folder: Path | None) -> str:
    """The best voice of a language among those that are there; "" where none of them speaks it.

    Args:
        language: one of BEST.
        folder: of the model; one without `voices/` has them all.
    """
    order = [BEST[language], *(voice.id for voice in voices() if voice.language == language)]
    return next((name for name in order if has_voice(name, folder)), "")


def has_voice(name: str, folder: Path | None) -> bool:
    """Whether a published voice is in a model's folder; see `best_voice`."""
    place = folder / "voices" if folder is not None else None
    if place is None or not place.is_dir():
        return True
    return any((place / f"{name}{suffix}").is_file() for suffix in SUFFIXES)
