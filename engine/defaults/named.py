"""A language as people and programs write it -> a BCP 47 tag: "fr", "fr_FR", "French", "fra", and Kokoro's "f"."""

from functools import cache
from types import MappingProxyType

from engine.tts.espeak import catalogue
from engine.tts.kokoro.voices import NAMES

# ISO 639-2, as older documents have it, of what is met often; and two names that a list by country gets wrong.
_OTHERS = MappingProxyType(
    {
        "eng": "en", "fra": "fr", "fre": "fr", "spa": "es", "deu": "de", "ger": "de", "ita": "it", "por": "pt",
        "jpn": "ja", "zho": "zh", "chi": "zh", "hin": "hi", "rus": "ru", "ukr": "uk", "nld": "nl", "dut": "nl",
        "pol": "pl", "swe": "sv", "dan": "da", "nor": "nb", "fin": "fi", "ces": "cs", "cze": "cs", "ell": "el",
        "gre": "el", "tur": "tr", "ara": "ar", "heb": "he", "kor": "ko", "hun": "hu", "ron": "ro", "rum": "ro",
        "auto": "",
        "iw": "he", "no": "nb", "chinese": "zh", "norwegian": "nb", "cmn": "zh", "zh-cmn": "zh", "zh-yue": "yue",
    }
)  # fmt: skip

LETTERS = MappingProxyType(
    {
        "a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "h": "hi", "i": "it", "j": "ja", "p": "pt-br", "z": "zh",
    }
)  # fmt: skip
"""Kokoro's own codes for its languages. No tag has one letter, so they mean this at every door, whoever speaks."""


def tag(language: str) -> str:
    """The tag a language is known under, lower case; what is no name known here is only tidied.

    Args:
        language: a tag, an English name, an old code or one of LETTERS; "" stays "".
    """
    written = " ".join(language.split()).lower()
    if written in LETTERS:
        return LETTERS[written]
    tidy = written.replace("_", "-")
    primary, dash, rest = tidy.partition("-")
    if tidy in _OTHERS:
        return _OTHERS[tidy]
    if primary in _OTHERS:
        return f"{_OTHERS[primary]}{dash}{rest}"
    # Names are longer than codes: the list of them is read only when one is given.
    return _names().get(written, tidy) if len(primary) > 3 else tidy


def name(language: str) -> str:
    """What a person calls a language: "Russian" for "ru"; a tag nobody knows stays one."""
    if base(language) == "zh":
        return NAMES["zh"]
    known = next((one for one in catalogue.languages() if one.tag == language), None)
    known = known or next((one for one in catalogue.languages() if base(one.tag) == base(language)), None)
    return known.name.partition(" (")[0] if known else language


def base(language: str) -> str:
    """The primary subtag: "pt" of "pt-br"."""
    return language.partition("-")[0]


@cache
def _names() -> dict[str, str]:
    """English name -> tag: "french", "english (scotland)", "brazilian portuguese"."""
    found: dict[str, str] = {}
    for language in catalogue.languages():
        found.setdefault(language.name.casefold(), language.tag)
        found.setdefault(language.name.partition(" (")[0].casefold(), base(language.tag))
    return {name.casefold(): language for language, name in NAMES.items()} | found
