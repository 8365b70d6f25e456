"""Phonemes that a person typed (IPA, or Kokoro's letters) -> espeak-ng's own names for the sounds of English.

Every language of the library has names of its own; here are those of its American and British English.
Source: espeak-ng, docs/phonemes.md and phsource/ph_english (names), what the library prints for them as IPA.
"""

import re
from functools import lru_cache

# Longest first. Kokoro's capitals stand for diphthongs: A eɪ, I aɪ, O oʊ, Q əʊ, W aʊ, Y ɔɪ; its T is a tap.
_NAMES = {
    "aɪɚ": "aI3", "aɪə": "aI@", "ɪɹ": "i@3", "iɹ": "i@3", "ɪə": "i@", "iə": "i@", "ɛɹ": "e@", "eə": "e@", "ɛː": "e@",
    "ɑːɹ": "A@", "ɑɹ": "A@", "ɔːɹ": "O@", "ɔɹ": "O@", "oːɹ": "o@", "ʊɹ": "U@", "ʊə": "U@", "ɜːɹ": "3:", "ɜɹ": "3:",
    "ɜː": "3:", "ɜ": "3:", "ɝ": "3:", "ɚ": "3", "əɹ": "3", "əl": "@L", "ᵊl": "@L", "l\u0329": "@L", "ᵊn": "n-",
    "n\u0329": "n-", "eɪ": "eI", "aɪ": "aI", "aʊ": "aU", "oʊ": "oU", "əʊ": "oU", "ɔɪ": "OI", "A": "eI", "I": "aI",
    "W": "aU", "O": "oU", "Q": "oU", "Y": "OI", "iː": "i:", "uː": "u:", "ɑː": "A:", "ɔː": "O:", "i": "i", "u": "u:",
    "ɑ": "A:", "ɔ": "O:", "ɪ": "I", "ᵻ": "I2", "ɛ": "E", "e": "E", "æ": "a", "a": "a", "ɒ": "0", "ʊ": "U", "ʌ": "V",
    "ə": "@", "ᵊ": "@", "ɐ": "a#", "o": "O", "tʃ": "tS", "ʧ": "tS", "dʒ": "dZ", "ʤ": "dZ", "p": "p", "b": "b", "t": "t",
    "d": "d", "k": "k", "ɡ": "g", "g": "g", "f": "f", "v": "v", "θ": "T", "ð": "D", "s": "s", "z": "z", "ʃ": "S",
    "ʒ": "Z", "h": "h", "m": "m", "n": "n", "ŋ": "N", "l": "l", "ɫ": "l", "ɹ": "r", "r": "r", "j": "j", "w": "w",
    "ʍ": "w", "x": "x", "ʔ": "?", "ɾ": "t#", "T": "t#", "ˈ": "'", "'": "'", "ˌ": ",", " ": " ",
}  # fmt: skip
_SILENT = re.compile("[.·ˑ‿|\u0361\u035c\u0303,;!?—…]")
_BEFORE_A_VOWEL = "(?![ˈˌ']?[aɑæɐeɛəɚɜɝiɪoɔɒuʊʌᵊᵻAIOQWY])"  # there the "r" is a consonant of its own
_PIECE = re.compile(
    "|".join(
        re.escape(sound) + (_BEFORE_A_VOWEL if len(sound) > 1 and sound[-1] == "ɹ" else "")
        for sound in sorted(_NAMES, key=len, reverse=True)
    )
    + "|ː|(?P<strange>.)",
    re.DOTALL,
)
_VOWELS = frozenset("aAeEiIoOuUV@03")


@lru_cache(maxsize=4096)
def sound_names(phonemes: str) -> str:
    """What the library calls these sounds, for its "[[...]]"; "" where one of them is none of English."""
    names: list[str] = []
    for piece in _PIECE.finditer(_SILENT.sub("", phonemes.replace(":", "ː")).strip()):
        if piece["strange"] is not None:
            return ""
        names.append(_NAMES.get(piece.group(), ""))
    said = _apart(names)
    return said if _VOWELS & set(said) else ""


def _apart(names: list[str]) -> str:
    """As the library reads them: it takes the longest name it knows, so "|" parts what would run together."""
    said = ""
    for name in names:
        if said[-1:] and said[-1] in "aAeEiIoOuUV@03tdn" and name[:1] and name[0] in "@3IU:#SZ-L2":
            said += "|"
        said += name
    return said
