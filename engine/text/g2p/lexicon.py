"""What English words sound like: a dictionary with stress, and the forms of its words."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from engine.text.g2p import dictionary
from engine.text.g2p.dictionary import Entry, Table
from engine.text.g2p.endings import with_s
from engine.text.g2p.stress import PRIMARY, SECONDARY, emphasise, lift, weaken

Dialect = Literal["us", "gb"]

# Where the dictionary has one sound and English has two: word -> role -> sound, by dialect.
_MORE: dict[Dialect, dict[str, dict[str, str]]] = {
    "us": {
        "lead": {"METAL": "lˈɛd", "DEFAULT": "lˈid"},
        "row": {"QUARREL": "ɹˈW", "DEFAULT": "ɹˈO"},
        "bass": {"FISH": "bˈæs", "DEFAULT": "bˈAs"},
        "lives": {"VERB": "lˈɪvz", "DEFAULT": "lˈIvz"},
        "dove": {"VERB": "dˈOv", "DEFAULT": "dˈʌv"},
        "bowed": {"DEFAULT": "bˈWd"},
        "protest": {"VERB": "pɹətˈɛst", "DEFAULT": "pɹˈOtˌɛst"},
    },
    "gb": {
        "lead": {"METAL": "lˈɛd", "DEFAULT": "lˈiːd"},
        "row": {"QUARREL": "ɹˈW", "DEFAULT": "ɹˈQ"},
        "bass": {"FISH": "bˈas", "DEFAULT": "bˈAs"},
        "lives": {"VERB": "lˈɪvz", "DEFAULT": "lˈIvz"},
        "bowed": {"DEFAULT": "bˈWd"},
        "protest": {"VERB": "pɹətˈɛst", "DEFAULT": "pɹˈQtɛst"},
    },
}
_ACRONYMS = re.compile(r"([A-Z]{2,6})'?s")
_AFTER_THESE_T_IS_A_TAP = frozenset("AIOWYiuæɑəɛɪɹʊʌ")


@lru_cache(maxsize=1)
def _spelled_anyway() -> frozenset[str]:
    """Acronyms that are words too: said letter by letter, unless all around them is in capitals."""
    return frozenset(Path(__file__).with_name("acronyms.txt").read_text(encoding="utf-8").split())


class Lexicon:
    """One dialect's words. Looking up changes nothing."""

    def __init__(self, dialect: Dialect) -> None:
        self.is_british = dialect == "gb"
        self._gold, self._silver = dictionary.table(f"{dialect}_gold"), dictionary.table(f"{dialect}_silver")
        self._more = _MORE[dialect]

    def roles(self, word: str) -> frozenset[str]:
        """The roles ("NOUN", "VERB", "VBD", ...) between which the word's sound differs; none for most words."""
        entry = self._more.get(word.lower()) or _entry(self._gold, word)
        return frozenset() if entry is None or isinstance(entry, str) else frozenset(entry) - {"DEFAULT"}

    def pronounce(self, word: str, role: str = "", shouted: bool = False) -> str | None:
        """A word's sounds with the stress its capitals give it, or None when neither it nor its stem is known.

        Args:
            word: letters and apostrophes, as written.
            role: one of `roles`, or "".
            shouted: whether the words around it are in capitals too, so that its own mean nothing.
        """
        is_capitals = word == word.upper() and word != word.lower() and len(word) > 1
        lower = word.lower()
        if several := _ACRONYMS.fullmatch(word):
            # "TVs", "NGOs": letters, and more than one of them.
            stem = self._known(several[1], "") if self._has(several[1]) else self.spelled(several[1])
            return self._with_s(stem) if stem else None
        if is_capitals and not shouted and word in _spelled_anyway():
            return self.spelled(word)
        written = word
        if word != lower and len(word) > 1 and not self._has(word):
            is_regular = is_capitals or word[1:] == word[1:].lower()
            if is_regular and (self._has(lower) or self._formed(lower, role) is not None):
                written = lower
        sounds = self._known(written, role)
        if sounds is None and is_capitals and written != lower and len(word) <= (3 if shouted else 6):
            return self.spelled(word)
        if sounds is None:
            sounds = self._formed(written, role)
        if sounds is None or word == lower:
            return sounds
        return emphasise(sounds) if is_capitals else lift(sounds)

    def spelled(self, letters: str) -> str | None:
        """Letter by letter, the last one stressed: "FBI"."""
        sounds = [self._gold.get(letter.upper()) for letter in letters if letter.isalpha()]
        if not sounds or not all(isinstance(sound, str) for sound in sounds):
            return None
        word = weaken("".join(cast("list[str]", sounds)))
        head, mark, tail = word.rpartition(SECONDARY)
        return f"{head}{PRIMARY}{tail}" if mark else word

    def _has(self, word: str) -> bool:
        return _entry(self._gold, word) is not None or _entry(self._silver, word) is not None

    def _known(self, word: str, role: str) -> str | None:
        entry = self._more.get(word.lower()) or _entry(self._gold, word) or _entry(self._silver, word)
        if entry is None and word.endswith("s'"):
            entry = _entry(self._gold, f"{word[:-2]}'s") or _entry(self._gold, word[:-1])
        if entry is None and word.endswith("'"):
            entry = _entry(self._gold, word[:-1]) or _entry(self._silver, word[:-1])
        if entry is None or isinstance(entry, str):
            return entry
        for one in (role, _KIND.get(role, "")):
            if entry.get(one):
                return entry[one]
        return entry.get("DEFAULT")

    def _formed(self, word: str, role: str) -> str | None:
        """A plural, possessive, past or -ing form of a known word."""
        for stems, ending in ((_s_stems, self._with_s), (_ed_stems, self._with_ed), (_ing_stems, self._with_ing)):
            # "bowed" and "winding" are verbs, whatever stands around them.
            as_stem = role if stems is _s_stems else "VERB"
            for stem in stems(word):
                sounds = self._known(stem, as_stem) if len(stem) > 1 or stem in "aAiI" else None
                if sounds:
                    return ending(lift(sounds) if ending == self._with_ing else sounds)
        return None

    def _with_s(self, stem: str) -> str:
        return with_s(stem, self.is_british)

    def _with_ed(self, stem: str) -> str:
        if stem[-1] in "pkfθʃsʧ":
            return f"{stem}t"
        if stem[-1] == "d":
            return f"{stem}{self._weak_i}d"
        if stem[-1] != "t":
            return f"{stem}d"
        if self.is_british:
            return f"{stem}ɪd"
        return f"{stem[:-1]}ɾᵻd" if stem[-2:-1] in _AFTER_THESE_T_IS_A_TAP else f"{stem}ᵻd"

    def _with_ing(self, stem: str) -> str:
        if self.is_british and stem[-1] in "əː":
            return f"{stem}ɹɪŋ"
        if not self.is_british and stem[-1] == "t" and stem[-2:-1] in _AFTER_THESE_T_IS_A_TAP:
            return f"{stem[:-1]}ɾɪŋ"
        return f"{stem}ɪŋ"

    @property
    def _weak_i(self) -> str:
        return "ɪ" if self.is_british else "ᵻ"


_KIND = {"VBD": "VERB", "VBN": "VERB", "VBP": "VERB", "VBZ": "VERB"}


def _s_stems(word: str) -> list[str]:
    if len(word) < 3 or not word.endswith("s"):
        return []
    stems = [] if word.endswith("ss") else [word[:-1]]
    if word.endswith("'s"):
        stems = [word[:-2]]
    elif len(word) > 4 and word.endswith("ies"):
        stems.append(f"{word[:-3]}y")
    elif len(word) > 4 and word.endswith("es"):
        stems.append(word[:-2])
    return stems


def _ed_stems(word: str) -> list[str]:
    if len(word) < 4 or not word.endswith("d"):
        return []
    stems = [] if word.endswith("dd") else [word[:-1]]
    if len(word) > 4 and word.endswith("ed") and not word.endswith("eed"):
        stems.append(word[:-2])
        if word[-3] == word[-4]:
            stems.append(word[:-3])
        if word.endswith("ied"):
            stems.append(f"{word[:-3]}y")
    return stems if word.endswith(("ed", "'d")) else []


def _ing_stems(word: str) -> list[str]:
    if len(word) < 5 or not word.endswith("ing"):
        return []
    stems = [word[:-3]] if len(word) > 5 else []
    stems.append(f"{word[:-3]}e")
    if len(word) > 5 and (word[-4] == word[-5] or word.endswith("cking")):
        stems.append(word[:-4])
    return stems


def _entry(table: Table, word: str) -> Entry | None:
    """A word, or the same with or without a capital."""
    found = table.get(word)
    if found is None and len(word) > 1:
        lower = word.lower()
        if word == lower:
            found = table.get(word.capitalize())
        elif word == lower.capitalize():
            found = table.get(lower)
    return found
