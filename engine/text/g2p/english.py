"""English text -> phonemes: words by dictionary, forms by rule, the rest by whoever knows every word (espeak-ng).

The text is spoken text: numbers and symbols are words already. `[word](/phonemes/)` gives a word's sounds by hand.
Source: misaki 0.9.4, en.py (Apache-2.0), for how words change before vowels and at the end of a phrase.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.text import tags
from engine.text.g2p.foreign import english_sounds, typed_sounds
from engine.text.g2p.lexicon import Dialect, Lexicon
from engine.text.g2p.roles import role_of
from engine.text.g2p.stress import PRIMARY, VOWELS, balance
from engine.text.g2p.token import Pronounce, Pronounced


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Marks the voice was taught with, and others that mean one of them.
MARKS = {mark: mark for mark in ";:,.!?—…()“”"} | {
    '"': "“", "«": "“", "»": "”", "–": "—", "[": "(", "]": ")", "。": ".", "，": ",", "！": "!", "？": "?", "、": ",",
}  # fmt: skip
_NEVER_LETTERS = _set(
    "THE AND OF TO FOR YOU NOT BUT HAVE WITH THIS THAT FROM THEY WHAT WHEN YOUR MY HIS HER OUR IS ARE WAS WILL"
)
_INSIDE_A_WORD = {"to": "tə", "a": "ɐ", "an": "ɐn", "the": "ðə"}  # "to-morrow", "half-an-hour"
# Before these, IT is information technology.
_TECHNICAL = _set(
    "department support team staff manager director industry professional professionals specialist consultant system "
    "systems security infrastructure guy people skills job jobs company services sector budget equipment"
)
_PHRASE_ENDS = frozenset(";:,.!?—…")
_CONSONANTS = frozenset("bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ")
_LETTERS = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"(?P<space>\s+)"
    rf"|(?P<initials>(?:{_LETTERS}\.){{2,}})"
    rf"|(?P<word>['’]?(?:{_LETTERS}[\u0300-\u036f]*|\d)+(?:['’\-‐‑](?:{_LETTERS}[\u0300-\u036f]*|\d)+)*['’]?)"
    r"|(?P<mark>.)",
    re.DOTALL,
)
_APOSTROPHES = str.maketrans("’‘ʼ‐‑", "'''--")


@dataclass(frozen=True, slots=True)
class _Next:
    """What follows a word.

    Attributes:
        vowel: whether the next sound is a vowel; None at the end of a phrase.
        word: the next word, lower case.
    """

    vowel: bool | None = None
    word: str = ""


class English:
    """Reads American or British English aloud, on paper. Holds no state of any text.

    Args:
        dialect: "us" or "gb".
        fallback: who says the words that no dictionary has; see `Pronounce`. None leaves them silent.
    """

    def __init__(self, dialect: str, fallback: Pronounce | None = None) -> None:
        self._dialect: Dialect = "gb" if dialect == "gb" else "us"
        self._lexicon = Lexicon(self._dialect)
        self._fallback = lru_cache(maxsize=4096)(fallback) if fallback else None

    def __call__(self, text: str) -> list[Pronounced]:
        """All words and marks of a text, in order, each with its sounds."""
        tokens = list(_tokens(text))
        words = [token.text.lower().translate(_APOSTROPHES) for token in tokens]
        following = _Next()
        done: list[Pronounced] = []
        # Backwards: how "the" sounds is decided by what comes after it.
        for at in range(len(tokens) - 1, -1, -1):
            token = tokens[at]
            if token.is_word and token.phonemes:
                token = replace(token, phonemes=typed_sounds(token.phonemes, self._dialect))
            elif token.is_word:
                token = replace(token, phonemes=self._word(tokens, words, at, following))
            following = _seen(token, words[at], following)
            phonemes = token.phonemes.replace("ɾ", "T").replace("ʔ", "t") if token.is_word else token.phonemes
            done.append(replace(token, phonemes=phonemes))
        return done[::-1]

    def roles(self, word: str) -> frozenset[str]:
        """The roles between which a word's sound differs; none for most words."""
        return self._lexicon.roles(word)

    def _word(self, tokens: list[Pronounced], words: list[str], at: int, following: _Next) -> str:
        word = unicodedata.normalize("NFKC", tokens[at].text).translate(_APOSTROPHES)
        special = self._special(word, words, at, following)
        if special is not None:
            return special
        if "." in word:
            return self._lexicon.spelled(word) or ""
        whole = self._looked_up(word, tokens, words, at)
        if whole is not None:
            return whole
        bare = word.strip("'")
        if bare != word and (found := self._looked_up(bare, tokens, words, at)) is not None:
            return found
        if "-" in bare:
            parts = [part for part in bare.split("-") if part]
            sounds = [
                (_INSIDE_A_WORD.get(part.lower()) if place + 1 < len(parts) else None)
                or self._looked_up(part, tokens, words, -1)
                or self._foreign(part)
                for place, part in enumerate(parts)
            ]
            return "".join(balance(sounds))
        return self._foreign(bare)

    def _looked_up(self, word: str, tokens: list[Pronounced], words: list[str], at: int) -> str | None:
        role = ""
        if at >= 0 and (among := self._lexicon.roles(word)):
            role = role_of(words, at, among)
        found = self._lexicon.pronounce(word, role, at >= 0 and _is_shouted(tokens, at))
        if found is None and not word.isascii():
            plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
            found = self._lexicon.pronounce(plain, role) if plain.isascii() else None
        return found

    def _foreign(self, word: str) -> str:
        if self._fallback is None or not word:
            return ""
        return english_sounds(self._fallback(word), self._lexicon.is_british).replace(" ", "")

    def _special(self, word: str, words: list[str], at: int, following: _Next) -> str | None:
        """Little words whose sound depends on their place."""
        lower = word.lower()
        before = words[at - 1] if at else ""
        if (word == "IT" and following.word in _TECHNICAL) or (word == "WHO" and before == "the"):
            return self._lexicon.spelled(word)
        if lower == "a":
            return "ˈA" if following.vowel is None or before in ("letter", "vitamin", "grade", "plan") else "ɐ"
        if lower == "an":
            return "ɐn"
        if lower == "the":
            return "ði" if following.vowel else "ðə"
        if lower == "to":
            if following.vowel is None:
                return None
            return "tʊ" if following.vowel else "tə"
        if lower == "in":
            return f"{PRIMARY}ɪn" if following.vowel is None or following.word in ("which",) else "ɪn"
        if word == "I":
            return "ˌI"
        if word == "am" and following.vowel is not None:
            return "ɐm"
        if lower == "by" and following.vowel is None:
            return "bˈI"
        return None


def _tokens(text: str) -> Iterator[Pronounced]:
    """Words and marks; what has its sounds by hand comes with them."""
    at = 0
    by_hand = [tag for tag in tags.find(text) if tag.kind == "phonemes"]
    for tag in by_hand:
        yield from _plain_tokens(text, at, tag.span[0])
        space = tag.span[1] < len(text) and text[tag.span[1]].isspace()
        start = tag.span[0] + 1
        yield Pronounced(tag.name, (start, start + len(tag.name)), tag.phonemes.strip(), True, space)
        at = tag.span[1]
    yield from _plain_tokens(text, at, len(text))


def _plain_tokens(text: str, start: int, end: int) -> Iterator[Pronounced]:
    quoted = False
    for match in _TOKEN.finditer(text, start, end):
        kind, found = match.lastgroup, match.group()
        if kind == "space":
            continue
        space = match.end() < len(text) and text[match.end()].isspace()
        if kind in ("word", "initials"):
            yield Pronounced(found, match.span(), "", True, space)
            continue
        mark = MARKS.get(found, "")
        if found == '"':
            mark = "”" if quoted else "“"
            quoted = not quoted
        if found == "-":
            mark = "—" if space and match.start() > 0 and text[match.start() - 1].isspace() else ""
        yield Pronounced(found, match.span(), mark, False, space)


def _seen(token: Pronounced, word: str, following: _Next) -> _Next:
    """What the word before this token will find following it."""
    for sound in token.phonemes:
        if sound in _PHRASE_ENDS:
            return _Next(None, "")
        if sound in VOWELS or sound in _CONSONANTS:
            return _Next(sound in VOWELS, word)
    return following


def _is_shouted(tokens: list[Pronounced], at: int) -> bool:
    """Whether a neighbour in capitals shows that they mean nothing here."""
    for near in (at - 1, at + 1):
        if 0 <= near < len(tokens):
            text = tokens[near].text
            # Two acronyms may stand side by side; a longer word, or a small one that nobody abbreviates, is shouted.
            if text.isupper() and (len(text) > 4 or text in _NEVER_LETTERS):
                return True
    return False
