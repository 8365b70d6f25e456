"""Japanese: words and readings by Open JTalk (pyopenjtalk-plus, the extra `ja`), sounds by table.

Source: misaki 0.9.4, cutlet.py (Apache-2.0; after cutlet, MIT): the sounds Kokoro was taught.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from typing import Any, cast

from engine.text.g2p import dictionary
from engine.text.g2p.by_hand import around
from engine.text.g2p.marks import mark_of
from engine.text.g2p.token import Pronounced

LONGEST_WORD = 12  # morphemes that one word of misaki's list may join


class Japanese:
    """Reads Japanese. Holds no state of any text.

    Args:
        analyse: text -> morphemes with `string` and `pron`; Open JTalk when None.

    Raises:
        ImportError: the extra is not installed.
    """

    def __init__(self, analyse: Callable[[str], Sequence[Mapping[str, Any]]] | None = None) -> None:
        if analyse is None:
            analyse = cast("Callable[[str], Sequence[Mapping[str, Any]]]", import_module("pyopenjtalk").run_frontend)
        self._analyse = analyse

    def __call__(self, text: str) -> list[Pronounced]:
        """All words and marks of a text, in order, each with its sounds."""
        return _spaced(around(text, self._plain))

    def _plain(self, text: str, start: int, end: int) -> Iterator[Pronounced]:
        if not text[start:end].strip():
            return
        found = [(_plainly(str(one["string"])), str(one["pron"])) for one in self._analyse(text[start:end])]
        words = list(_joined([one for one in found if one[0]]))
        for (surface, reading), span in zip(words, _placed([word for word, _ in words], text, start, end), strict=True):
            if any(letter.isalnum() for letter in surface):
                yield Pronounced(text[slice(*span)], span, kana_sounds(reading), True, True)
            else:
                yield Pronounced(text[slice(*span)], span, "".join(map(mark_of, surface)), False, True)


def kana_sounds(kana: str) -> str:
    """A reading in katakana or hiragana in Kokoro's letters; what is no kana is left out."""
    letters = [_hiragana(letter) for letter in kana]
    table = _table()
    sounds = ""
    at = 0
    while at < len(letters):
        pair = "".join(letters[at : at + 2])
        letter, after = letters[at], letters[at + 1] if at + 1 < len(letters) else ""
        if len(pair) == 2 and pair in table:
            sounds += table[pair]
            at += 2
            continue
        if letter == "ー":
            sounds += "ː"
        elif letter == "っ":
            sounds += "ʔ"
        elif letter == "ん":
            sounds += _nasal(table.get(after, ""))
        elif letter in table and after in _SMALL:
            # No pair of the table, yet the small one colours it.
            sounds += table[letter][:-1] + table[after]
            at += 1
        elif letter not in _SMALL:
            sounds += table.get(letter, "")
        at += 1
    return sounds


def _nasal(following: str) -> str:
    """The n that leans on what follows it."""
    if following.startswith(("m", "p", "b")):
        return "m"
    if following.startswith(("k", "ɡ")):
        return "ŋ"
    if following.startswith(("ɲ", "ʨ", "ʥ")):
        return "ɲ"
    return "n" if following.startswith(("n", "t", "d", "ɾ", "z")) else "ɴ"


def _joined(found: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Morphemes that stand together in misaki's list of words are one word."""
    listed = dictionary.words("japanese")
    at = 0
    while at < len(found):
        last = min(len(found), at + LONGEST_WORD)
        end = next((e for e in range(last, at + 1, -1) if "".join(w for w, _ in found[at:e]) in listed), at + 1)
        yield "".join(word for word, _ in found[at:end]), "".join(reading for _, reading in found[at:end])
        at = end


def _placed(words: Sequence[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where words stand in the text; what Open JTalk spelt otherwise lies between its neighbours."""
    letters = [(letter, at) for at in range(start, end) for letter in _plainly(text[at])]
    plain = "".join(letter for letter, _ in letters)
    found: list[tuple[int, int] | None] = []
    at = 0
    for word in words:
        begin = plain.find(word, at, at + 24 + len(word))
        if begin < 0:
            found.append(None)
            continue
        at = begin + len(word)
        found.append((letters[begin][1], letters[at - 1][1] + 1))
    spans: list[tuple[int, int]] = []
    before = start
    for index, span in enumerate(found):
        if span is None:
            following = next((one[0] for one in found[index:] if one is not None), end)
            # The last of several that were not found has the text between; the others stand at its beginning.
            others = found[index + 1 : index + 2] == [None]
            span = (before, before if others else max(before, following))
        spans.append(span)
        before = span[1]
    return spans


def _spaced(tokens: Sequence[Pronounced]) -> list[Pronounced]:
    """A space after each word, none before a mark nor at a stopped breath (っ) that reaches into its neighbour."""
    done: list[Pronounced] = []
    for token, after in pairwise([*tokens, None]):
        assert token is not None
        opens = token.phonemes[-1:] in ("“", "(")
        stops = token.is_word and after is not None and (token.phonemes.endswith("ʔ") or after.phonemes.startswith("ʔ"))
        closes = after is not None and not after.is_word and after.phonemes not in ("“", "(")
        space = after is not None and not (opens or stops or closes)
        phonemes = token.phonemes
        if phonemes.endswith("ʔ") and (after is None or not after.is_word):
            phonemes = phonemes[:-1]
        done.append(Pronounced(token.text, token.span, phonemes, token.is_word, space))
    return done


def _plainly(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _hiragana(letter: str) -> str:
    return chr(ord(letter) - 0x60) if "ァ" <= letter <= "ヶ" else letter


_SMALL = frozenset("ゃゅょぁぃぅぇぉ")
_ROWS = (
    ("ぁぃぅぇぉ", "a i ɯ e o"), ("あいうえお", "a i ɯ e o"), ("かきくけこ", "ka kʲi kɯ ke ko"),
    ("がぎぐげご", "ɡa ɡʲi ɡɯ ɡe ɡo"), ("さしすせそ", "sa ɕi sɨ se so"), ("ざじずぜぞ", "ʣa ʥi zɨ ʣe ʣo"),
    ("たちつてと", "ta ʨi ʦɨ te to"), ("だぢづでど", "da ʥi zɨ de do"), ("なにぬねの", "na ɲi nɯ ne no"),
    ("はひふへほ", "ha çi ɸɯ he ho"), ("ばびぶべぼ", "ba bʲi bɯ be bo"), ("ぱぴぷぺぽ", "pa pʲi pɯ pe po"),
    ("まみむめも", "ma mʲi mɯ me mo"), ("ゃゅょやゆよ", "ja jɯ jo ja jɯ jo"), ("らりるれろ", "ɾa ɾʲi ɾɯ ɾe ɾo"),
    ("ゎわゐゑを", "βa βa i e o"), ("ゔゕゖヷヸヹヺ", "vɯ ka ke va vʲi ve vo"),
)  # fmt: skip
# A letter and the small ones that may follow it.
_PAIRS = (
    ("い", "ぇ", "je"), ("う", "ぃぇぉ", "βi βe βo"),
    ("き", "ぇゃゅょ", "kʲe kʲa kʲɨ kʲo"), ("ぎ", "ゃゅょ", "ɡʲa ɡʲɨ ɡʲo"),
    ("く", "ぁぃぇぉ", "kᵝa kᵝi kᵝe kᵝo"), ("ぐ", "ぁぃぇぉ", "ɡᵝa ɡᵝi ɡᵝe ɡᵝo"),
    ("し", "ぇゃゅょ", "ɕe ɕa ɕɨ ɕo"), ("じ", "ぇゃゅょ", "ʥe ʥa ʥɨ ʥo"),
    ("ち", "ぇゃゅょ", "ʨe ʨa ʨɨ ʨo"), ("ぢ", "ゃゅょ", "ʥa ʥɨ ʥo"),
    ("つ", "ぁぃぇぉ", "ʦa ʦʲi ʦe ʦo"), ("て", "ぃゅ", "tʲi tʲɨ"),
    ("で", "ぃゅ", "dʲi dʲɨ"), ("と", "ぅ", "tɯ"),
    ("ど", "ぅ", "dɯ"), ("に", "ぇゃゅょ", "ɲe ɲa ɲɨ ɲo"),
    ("ひ", "ぇゃゅょ", "çe ça çɨ ço"), ("び", "ゃゅょ", "bʲa bʲɨ bʲo"),
    ("ぴ", "ゃゅょ", "pʲa pʲɨ pʲo"), ("ふ", "ぁぃぇぉゅょ", "ɸa ɸʲi ɸe ɸo ɸʲɨ ɸʲo"),
    ("み", "ゃゅょ", "mʲa mʲɨ mʲo"), ("り", "ゃゅょ", "ɾʲa ɾʲɨ ɾʲo"),
    ("ゔ", "ぁぃぇぉゅょ", "va vʲi ve vo bʲɨ bʲo"),
)  # fmt: skip


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    table = {kana: sound for letters, sounds in _ROWS for kana, sound in zip(letters, sounds.split(), strict=True)}
    for first, small, sounds in _PAIRS:
        table |= {first + kana: sound for kana, sound in zip(small, sounds.split(), strict=True)}
    return table
