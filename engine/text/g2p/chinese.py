"""Mandarin: words by jieba, pinyin by pypinyin, sounds by table. Both come with the extra `zh`.

Source: misaki 0.9.4, zh.py and transcription.py (Apache-2.0; the table is pinyin-to-ipa's, MIT).
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Protocol, cast

from engine.text.g2p.by_hand import around
from engine.text.g2p.foreign import english_sounds
from engine.text.g2p.marks import mark_of
from engine.text.g2p.token import Pronounce, Pronounced

_HANZI = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"(?:(?![{_HANZI}])[^\W_])"
_PIECE = re.compile(rf"(?P<hanzi>[{_HANZI}]+)|(?P<word>{_LETTER}+(?:['’-]{_LETTER}+)*)|(?P<mark>\S)")
_INITIALS = {
    "b": "p", "c": "ʦʰ", "ch": "ꭧʰ", "d": "t", "f": "f", "g": "k", "h": "x", "j": "ʨ", "k": "kʰ", "l": "l", "m": "m",
    "n": "n", "p": "pʰ", "q": "ʨʰ", "r": "ɻ", "s": "s", "sh": "ʂ", "t": "tʰ", "x": "ɕ", "z": "ʦ", "zh": "ꭧ", "": "",
}  # fmt: skip
# "0" is where the tone is said.
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n", "eng": "ə0ŋ",
    "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n", "iou": "jou0",
    "ing": "i0ŋ", "iong": "jʊ0ŋ", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "uei": "wei0", "ua": "wa0", "uai": "wai0",
    "uan": "wa0n", "uen": "wə0n", "uang": "wa0ŋ", "ueng": "wə0ŋ", "uo": "wo0", "o": "wo0", "ü": "y0", "üe": "ɥe0",
    "üan": "ɥɛ0n", "ün": "y0n",
}  # fmt: skip
_ALONE = {
    "io": "jɔ0", "ê": "ɛ0", "er": "ɚ0", "o": "ɔ0", "hm": "hm0", "hng": "hŋ0", "m": "m0", "n": "n0", "ng": "ŋ0",
}  # fmt: skip
_BUZZED = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})  # their "i" is a hum
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}


class _Words(Protocol):
    """jieba"""

    def lcut(self, sentence: str, cut_all: bool = False) -> Sequence[str]: ...
    def setLogLevel(self, level: int) -> None: ...


class Chinese:
    """Reads Mandarin. Holds no state of any text.

    Args:
        pronounce: says English words that stand between; see `Pronounce`.

    Raises:
        ImportError: the extra is not installed.
    """

    def __init__(self, pronounce: Pronounce) -> None:
        self._pronounce = pronounce
        self._words = cast("_Words", import_module("jieba"))
        self._words.setLogLevel(logging.WARNING)
        pypinyin = import_module("pypinyin")
        self._styles = pypinyin.Style
        self._pinyin = cast("Callable[..., list[str]]", pypinyin.lazy_pinyin)
        tones = import_module("pypinyin.contrib.tone_convert")
        self._initial = cast("Callable[..., str]", tones.to_initials)
        self._final = cast("Callable[..., str]", tones.to_finals)

    def __call__(self, text: str) -> list[Pronounced]:
        """All words and marks of a text, in order, each with its sounds."""
        return around(text, self._plain)

    def _plain(self, text: str, start: int, end: int) -> Iterator[Pronounced]:
        for match in _PIECE.finditer(text, start, end):
            found, at = match.group(), match.start()
            if match.lastgroup == "mark":
                yield Pronounced(found, match.span(), mark_of(found), False, True)
            elif match.lastgroup == "word":
                sounds = english_sounds(self._pronounce(found), is_british=False)
                yield Pronounced(found, match.span(), sounds, True, _goes_on(text, match.end()))
            else:
                for word in self._words.lcut(found, cut_all=False):
                    span = (at, at + len(word))
                    at += len(word)
                    yield Pronounced(word, span, self._sounds(word), True, _goes_on(text, at))

    def _sounds(self, word: str) -> str:
        said = self._pinyin(word, style=self._styles.TONE3, neutral_tone_with_five=True, errors="ignore")
        return "".join(self._syllable(pinyin) for pinyin in said)

    def _syllable(self, pinyin: str) -> str:
        plain, tone = (pinyin[:-1], _TONES.get(pinyin[-1], "")) if pinyin[-1:].isdigit() else (pinyin, "")
        if plain in _ALONE:
            return _ALONE[plain].replace("0", tone)
        initial = self._initial(plain, strict=True)
        final = self._final(plain, strict=True, v_to_u=True)
        hum = final == "i" and initial in _BUZZED
        return _INITIALS.get(initial, "") + ("ɨ0" if hum else _FINALS.get(final, "")).replace("0", tone)


def _goes_on(text: str, at: int) -> bool:
    """Whether a word follows, not a mark."""
    return at < len(text) and (text[at].isspace() or text[at].isalnum())
