"""The word lists that the phonemes are looked up in: data of the studio's own, so that no package has to bring them.

They are those of misaki 0.9.4 by hexgrad (Apache-2.0, see NOTICE), word for word, made by `tools/make_dictionary.py`.
"Gold" entries were checked by hand, "silver" ones were not.

A list is a gzipped text. First its words, sorted, a line each: one letter says how many characters a word has in common
with the word before ("A" none, "B" one, ...), then comes the rest. In a dictionary an empty line follows, and then
the sounds, a line each in the order of the words: "lˈɛd", or, where they depend on the word's role,
"DEFAULT=lˈid NOUN=lˈɛd"; a role without sounds is one in which the word is not known.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

Entry = str | Mapping[str, str | None]
"""The sounds of a word, or role -> sounds."""
Table = Mapping[str, Entry]

NONE_IN_COMMON = ord("A")
MOST_IN_COMMON = 40


@cache
def table(name: str) -> Table:
    """A dictionary: "us_gold", "us_silver", "gb_gold" or "gb_silver". Kept once it has been read."""
    folded_words, sounds = _text(name).split("\n\n")
    return {word: _entry(line) for word, line in zip(_unfolded(folded_words), sounds.split("\n"), strict=True)}


@cache
def words(name: str) -> frozenset[str]:
    """A list of words alone: "japanese". Kept once it has been read."""
    return frozenset(_unfolded(_text(name)))


def folded(ordered: Iterable[str]) -> Iterator[str]:
    """Sorted words as they are kept: without the beginning that each shares with the word before."""
    before = ""
    for word in ordered:
        shared = 0
        while shared < min(len(word), len(before), MOST_IN_COMMON) and word[shared] == before[shared]:
            shared += 1
        yield f"{chr(NONE_IN_COMMON + shared)}{word[shared:]}"
        before = word


def _unfolded(lines: str) -> Iterator[str]:
    before = ""
    for line in lines.split("\n"):
        before = before[: ord(line[0]) - NONE_IN_COMMON] + line[1:]
        yield before


def _entry(line: str) -> Entry:
    if "=" not in line:
        return line
    roles = (part.split("=") for part in line.split(" "))
    return {role: sounds or None for role, sounds in roles}


def _text(name: str) -> str:
    return gzip.decompress((files(__name__) / f"{name}.gz").read_bytes()).decode()
