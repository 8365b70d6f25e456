"""Where a space stands between words, and where a text without spaces parts. Knows characters, not languages.

What is written down keeps its own spaces: "$3.50" and "example.com" have none inside, Chinese, Japanese and Thai hardly
any at all. Where nobody knows (transcripts that were kept before words knew), the scripts on both sides decide.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

_STRAIGHT = frozenset("\"'")
_OPENING = _STRAIGHT | frozenset("¿¡")
_SPOKEN = frozenset("&%@#*/\\§†‡•‰")  # marks that are read out
# Vowels of Thai and Lao that are written before their consonant, and signs that stack the next one below.
_LEADING = frozenset("เแโใไເແໂໃໄ\u17d2\u1039")
# Vowels behind their consonant, and what no line of Japanese begins with.
_TRAILING = frozenset("ะาำະາຳーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〻ฯๆຯໆ")


class Spaced(Protocol):
    """A word that may know whether a space stands before it."""

    @property
    def text(self) -> str:
        """As written."""
        ...

    @property
    def space_before(self) -> bool | None:
        """None where nobody knows."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A word of a text: characters `begin` to `end` of it, without the space before."""

    text: str
    begin: int
    end: int
    space_before: bool | None


def text_of(words: Iterable[Spaced]) -> str:
    """Words as one text, with the spaces that stand between them."""
    text = ""
    for word in words:
        text += gap(text, word.text, word.space_before) + word.text
    return text


def join(texts: Iterable[str]) -> str:
    """Texts with spaces between them, save where their script has none."""
    whole = ""
    for text in texts:
        whole += gap(whole, text) + text
    return whole


def gap(before: str, after: str, space_before: bool | None = None) -> str:
    """What stands between two texts, a space or nothing; where nobody knows, their scripts decide."""
    if not before or not after:
        return ""
    if space_before is None:
        space_before = not (is_unspaced(before[-1]) and is_unspaced(after[0]))
    return " " if space_before else ""


def parted(text: str) -> list[Part]:
    """A text in words: between spaces, and between characters in scripts that have none. Joined they are the text.

    A mark that stands alone goes with the word before it ("Bonjour !"), a dash or an opening one with the next; so does
    the space between them. White space of any length counts as one space.
    """
    whole: list[Part] = []
    opening: Part | None = None
    for part in _pieces(text):
        if opening is not None:
            part, opening = _together(opening, part), None
        elif _is_mark(part.text) and part.space_before is not False:
            if not whole or not all(_closes(char) for char in part.text):
                opening = part
            else:
                whole[-1] = _together(whole[-1], part)
            continue
        whole.append(part)
    if opening is not None and whole:
        whole[-1] = _together(whole[-1], opening)
    elif opening is not None:
        whole.append(opening)
    return whole


def is_unspaced(char: str) -> bool:
    """Whether a character belongs to a script that has no spaces between words; wide punctuation does."""
    if not char:
        return False
    if unicodedata.east_asian_width(char) in "WF" and not "가" <= char <= "힣":
        return True
    return "\u0e00" <= char <= "\u0eff" or "\u1000" <= char <= "\u109f" or "\u1780" <= char <= "\u17ff"


def _pieces(text: str) -> Iterator[Part]:
    """Runs without a space, parted where their script lets them."""
    space: bool | None = None
    begin = at = 0
    while at < len(text):
        if text[at].isspace():
            if begin < at:
                yield Part(text[begin:at], begin, at, space)
                space = True
            begin = at + 1
        elif begin < at and _parts(text[at - 1], text[at]):
            yield Part(text[begin:at], begin, at, space)
            begin, space = at, False
        at += 1
    if begin < at:
        yield Part(text[begin:at], begin, at, space)


def _parts(before: str, after: str) -> bool:
    """Whether a word may begin between two characters that touch."""
    if not (_stands_alone(before) or _stands_alone(after) or (is_unspaced(before) and not _opens(before))):
        return False
    if after in _TRAILING or before in _LEADING or unicodedata.category(after)[0] in "MC":
        return False
    if before in _STRAIGHT or after in _STRAIGHT:
        return False  # nobody knows whether it opens or closes
    return not (_closes(after) or unicodedata.category(after) == "Pd" or _opens(before))


def _stands_alone(char: str) -> bool:
    """Whether a character may be a word by itself."""
    return is_unspaced(char) and unicodedata.category(char) in ("Lo", "Lm")


def _opens(char: str) -> bool:
    return char in "¿¡" or unicodedata.category(char) in ("Ps", "Pi")


def _closes(char: str) -> bool:
    return unicodedata.category(char) in ("Pe", "Pf", "Po") and char not in _OPENING and char not in _SPOKEN


def _is_mark(text: str) -> bool:
    return all(unicodedata.category(char).startswith("P") and char not in _SPOKEN for char in text)


def _together(one: Part, two: Part) -> Part:
    text = f"{one.text}{' ' if two.space_before else ''}{two.text}"
    return Part(text, one.begin, two.end, one.space_before)
