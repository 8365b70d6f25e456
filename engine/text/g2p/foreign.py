"""espeak-ng's IPA -> the set Kokoro knows. Source for which sound is which: misaki 0.9.4, espeak.py (Apache-2.0).

IPA comes with "^" between the letters of one sound, so that a diphthong is told from two vowels.
"""

import re

TIE = "^"

# Longest first: a pair must be read before its letters are.
_ENGLISH = (
    ("ʔˌn\u0329", "ʔn"), ("ʔn\u0329", "ʔn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("ʲo", "jo"), ("ʲə", "jə"), ("e", "A"), ("ʲ", ""), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"),
    ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("\u0303", ""),
)  # fmt: skip
_BRITISH = (("e^ə", "ɛː"), ("iə", "ɪə"), ("ə^ʊ", "Q"))
_AMERICAN = (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""))
_OTHERS = (
    ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^z", "ʣ"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("o^ʊ", "O"), ("ə^ʊ", "Q"), ("s^s", "S"),
    ("t^s", "ʦ"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"),
)  # fmt: skip
# As people type it, without ties; Kokoro's own letters hold none of these pairs.
_TYPED = (
    ("\u0361", ""), ("\u035c", ""), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("eɪ", "A"), ("aɪ", "I"), ("aʊ", "W"), ("oʊ", "O"),
    ("əʊ", "Q"), ("ɔɪ", "Y"), ("g", "ɡ"), ("'", "ˈ"), (":", "ː"),
)  # fmt: skip
_TYPED_ENGLISH = (("ɚ", "əɹ"), ("ɝ", "ɜɹ"), ("r", "ɹ"))
_TYPED_AMERICAN = (("Q", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ː", ""))
_SYLLABLES = re.compile(r"(?<=\S)[.·](?=\S)")
_SYLLABIC = re.compile("(\\S)\u0329")
_SWITCH = re.compile(r"\([a-z-]{2,8}\)")  # "(en)": espeak-ng changed its language for a word


def english_sounds(ipa: str, is_british: bool) -> str:
    """An English word's IPA in Kokoro's letters."""
    ipa = _SWITCH.sub("", ipa)
    for old, new in _ENGLISH:
        # "e" stands for the diphthong only where it is not part of another one.
        ipa = re.sub("e(?!\\^)", new, ipa) if old == "e" else ipa.replace(old, new)
    ipa = _SYLLABIC.sub(r"ᵊ\1", ipa).replace("\u0329", "")
    for old, new in _BRITISH if is_british else _AMERICAN:
        ipa = ipa.replace(old, new)
    return ipa.replace("o", "ɔ").replace(TIE, "").replace("ɾ", "T").replace("ʔ", "t").replace("-", "")


def other_sounds(ipa: str) -> str:
    """Any other language's IPA in Kokoro's letters."""
    ipa = _SWITCH.sub("", ipa)
    for old, new in _OTHERS:
        ipa = ipa.replace(old, new)
    return ipa.replace(TIE, "").replace("-", "")


def typed_sounds(phonemes: str, dialect: str = "") -> str:
    """Phonemes that a person wrote, in plain IPA or in Kokoro's letters, in Kokoro's letters.

    Args:
        phonemes: between the slashes.
        dialect: "us" or "gb" for English, "" for another language.
    """
    more = (*(_TYPED_ENGLISH if dialect else ()), *(_TYPED_AMERICAN if dialect == "us" else ()))
    sounds = _SYLLABLES.sub("", phonemes)
    for old, new in (*_TYPED, *more):
        sounds = sounds.replace(old, new)
    return sounds
