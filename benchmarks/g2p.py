"""Our English phonemes against misaki's, sentence by sentence over real prose: the share of phonemes that are equal.

With spaCy and its English model installed, misaki runs whole. Without (both are large, the model a download), misaki's
own dictionary, word forms, stress and context rules run on tags given here: closed classes by list, words that sound
differently by role tagged by our rules. Then the figure says nothing about who tells noun from verb better.
Run: python -m benchmarks.g2p [text file]; needs misaki (Python 3.12 or older): `pip install misaki phonemizer-fork`.
"""

import json
import re
import sys
import time
import types
from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from engine.text.g2p import English
from engine.text.g2p.foreign import TIE
from engine.text.g2p.roles import PREPOSITIONS, role_of
from engine.text.g2p.token import joined
from engine.text.segment import prepare
from engine.tts.base import SegmentLimits
from engine.tts.espeak import phonemes

SENTENCES = 600
SOURCE = Path(__file__).parent.parent / "examples" / "aesop.txt"
_TAGS = {"a": "DT", "an": "DT", "the": "DT", "to": "TO", "i": "PRP", "in": "IN", "by": "IN"}
_PIECE = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*['’]?|\d+|\S")


def sentences(path: Path) -> list[str]:
    """The spoken form of a text's sentences."""
    limits = SegmentLimits(400, 400, 400)
    found = [one.text for one in prepare(path.read_text(encoding="utf-8"), "en-us", limits)]
    return [text for text in found if len(text) > 20][:SENTENCES]


def misaki(dialect: str) -> tuple[Callable[[str], str], bool]:
    """misaki's English, and whether its own tagger is at work."""
    whole = True
    try:
        import spacy  # pyright: ignore[reportMissingImports]

        if getattr(spacy, "is_stand_in", False) or not spacy.util.is_package("en_core_web_sm"):
            raise ImportError
    except ImportError:
        sys.modules["spacy"] = _instead_of_spacy(English(dialect))
        whole = False
    from misaki import en  # pyright: ignore[reportMissingImports]

    fallback = None
    try:
        from misaki.espeak import EspeakFallback  # pyright: ignore[reportMissingImports]

        fallback = EspeakFallback(british=dialect == "gb")
    except ImportError:
        print("phonemizer is not installed: misaki leaves unknown words out")
    theirs = en.G2P(british=dialect == "gb", fallback=fallback, unk="")
    return lambda text: theirs(text)[0], whole


def _instead_of_spacy(ours: English) -> Any:
    stand_in: Any = types.ModuleType("spacy")
    stand_in.is_stand_in = True
    stand_in.util = types.SimpleNamespace(is_package=lambda _: True)
    stand_in.load = lambda *_, **__: lambda text: _tagged(text, ours)
    return stand_in


def _tagged(text: str, ours: English) -> list[Any]:
    matches = list(_PIECE.finditer(text))
    words = [match.group().lower() for match in matches]
    tokens: list[Any] = []
    for at, match in enumerate(matches):
        space = " " if match.end() < len(text) and text[match.end()].isspace() else ""
        tokens.append(types.SimpleNamespace(text=match.group(), tag_=_tag(words, at, ours), whitespace_=space))
    return tokens


def _tag(words: list[str], at: int, ours: English) -> str:
    word = words[at]
    if not word[:1].isalpha():
        return {"“": "``", "”": "''", "(": "-LRB-", ")": "-RRB-"}.get(word, "." if word in ".!?" else ",")
    if word in _TAGS:
        return _TAGS[word]
    if word in PREPOSITIONS:
        return "IN"
    among = ours.roles(word)
    if among and "None" not in among:
        return {"NOUN": "NN", "VERB": "VB", "ADJ": "JJ", "": "XX"}.get(role := role_of(words, at, among), role)
    return "XX"


def main() -> None:
    """Print the figures, and the words that differ most often."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    for dialect, voice in (("us", "en-us"), ("gb", "en-gb")):
        ours = English(dialect, lambda word, voice=voice: phonemes(word, voice, TIE))
        try:
            theirs, whole = misaki(dialect)
        except ImportError as exc:
            raise SystemExit(f"misaki cannot be imported ({exc}): pip install misaki phonemizer-fork") from exc
        equal = total = identical = 0
        different: Counter[tuple[str, str]] = Counter()
        texts = sentences(path)
        started = time.perf_counter()
        mine = [joined(ours(text)) for text in texts]
        seconds = time.perf_counter() - started
        for text, a in zip(texts, mine, strict=True):
            b = theirs(text).strip()
            equal += sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
            total += max(len(a), len(b))
            identical += a == b
            if len(a.split()) == len(b.split()):
                different.update((x, y) for x, y in zip(a.split(), b.split(), strict=True) if x != y)
        print(
            json.dumps(
                {
                    "dialect": dialect,
                    "sentences": len(texts),
                    "phonemes_equal": round(equal / total, 5),
                    "sentences_identical": round(identical / len(texts), 4),
                    "characters_per_second": round(sum(map(len, texts)) / seconds),
                    "misakis_own_tagger": whole,
                }
            )
        )
        print("ours / theirs:", different.most_common(40))


if __name__ == "__main__":
    main()
