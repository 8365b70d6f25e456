"""Which writing systems a text uses, and which of them a voice of some language can speak.

By Unicode block, not by dictionary: it tells Chinese characters from Latin letters, not Spanish from Italian.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from engine.errors import TextError

# Escapes, because letters that are written from right to left or combine would scramble the ranges.
_RANGES = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u1d00-\u1dbf\u1e00-\u1eff"
    "\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab64",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f\u1c80-\u1c8a\u2de0-\u2dff\ua640-\ua69f",
    "Armenian": "\u0531-\u058f",
    "Hebrew": "\u0591-\u05f4\ufb1d-\ufb4f",
    "Arabic": "\u0610-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "Devanagari": "\u0900-\u097f\ua8e0-\ua8ff",
    "Bengali": "\u0980-\u09ff",
    "Gurmukhi": "\u0a00-\u0a7f",
    "Gujarati": "\u0a80-\u0aff",
    "Oriya": "\u0b00-\u0b7f",
    "Tamil": "\u0b80-\u0bff",
    "Telugu": "\u0c00-\u0c7f",
    "Kannada": "\u0c80-\u0cff",
    "Malayalam": "\u0d00-\u0d7f",
    "Sinhala": "\u0d80-\u0dff",
    "Thai": "\u0e01-\u0e5b",
    "Lao": "\u0e81-\u0edf",
    "Tibetan": "\u0f00-\u0fff",
    "Burmese": "\u1000-\u109f\uaa60-\uaa7f",
    "Georgian": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "Korean": "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff",
    "Ethiopic": "\u1200-\u139f\u2d80-\u2ddf\uab00-\uab2e",
    "Cherokee": "\u13a0-\u13fd\uab70-\uabbf",
    "Khmer": "\u1780-\u17ff",
    "Mongolian": "\u1810-\u18aa",
    "Japanese kana": "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "Chinese characters": "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
}
_PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {name: re.compile(f"[{ranges}]+") for name, ranges in _RANGES.items()}
)

# Every language not listed is written in Latin letters.
_LANGUAGES = {
    "Greek": "el grc",
    "Cyrillic": "ru uk be bg mk sr ba kk ky tg tt cv mn ab os ce uz",
    "Armenian": "hy hyw",
    "Hebrew": "he yi",
    "Arabic": "ar fa ur ps sd ug ku ckb",
    "Devanagari": "hi mr ne kok sa bho mai",
    "Bengali": "bn as bpy",
    "Gurmukhi": "pa",
    "Gujarati": "gu",
    "Oriya": "or",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Sinhala": "si",
    "Thai": "th",
    "Lao": "lo",
    "Tibetan": "bo dz",
    "Burmese": "my shn",
    "Georgian": "ka",
    "Korean": "ko",
    "Ethiopic": "am ti",
    "Cherokee": "chr",
    "Khmer": "km",
    "Mongolian": "mn",
    "Japanese kana": "ja",
    "Chinese characters": "zh cmn yue ja hak nan wuu ko",
}
# Languages whose voices have no use for Latin letters are few, and those voices spell them; so Latin counts everywhere.
_ALWAYS = "Latin"

# Below this share of speakable letters the rest is not worth hearing.
_LEAST_SHARE = 0.1


@lru_cache(maxsize=256)
def scripts_of(language: str) -> frozenset[str]:
    """The writing systems in which a voice of this language can read; the names are for people."""
    primary = language.lower().replace("_", "-").partition("-")[0]
    return frozenset({_ALWAYS, *(script for script, languages in _LANGUAGES.items() if primary in languages.split())})


def letters_by_script(text: str) -> dict[str, int]:
    """How many letters of each writing system a text has, the commonest first; those it lacks are left out."""
    counts: dict[str, int] = {}
    for name, pattern in _PATTERNS.items():
        if name == "Latin" or not text.isascii():
            count = sum(map(len, pattern.findall(text)))
            if count:
                counts[name] = count
    return dict(sorted(counts.items(), key=lambda entry: -entry[1]))


def speakable_share(text: str, language: str) -> float:
    """The share of a text's letters a voice of this language can read, 0.0 to 1.0; 1.0 for a text without letters."""
    counts = letters_by_script(text)
    total = sum(counts.values())
    if not total:
        return 1.0
    known = scripts_of(language)
    return sum(count for script, count in counts.items() if script in known) / total


def unspeakable_scripts(text: str, language: str) -> tuple[str, ...]:
    """Names of the writing systems in a text that a voice of this language cannot read, the commonest first."""
    known = scripts_of(language)
    return tuple(script for script in letters_by_script(text) if script not in known)


def script_notices(text: str, language: str) -> tuple[str, ...]:
    """A sentence for the person about parts of a text the voice cannot read; empty when it can read all.

    Raises:
        TextError: hardly a letter of the text is in a script that a voice of this language can read.
    """
    strange = unspeakable_scripts(text, language)
    if not strange:
        return ()
    names = " and ".join(strange[:2])
    if speakable_share(text, language) < _LEAST_SHARE:
        raise TextError(f"This voice cannot read {names}. Choose a voice that speaks the language of the text.")
    return (f"Parts of the text are written in {names}, which this voice may skip or misread.",)
