"""Languages that espeak-ng says well enough: a phrase at a time, so that words sound as they do together."""

import re
from collections.abc import Iterator

from engine.text import tags
from engine.text.g2p.english import MARKS
from engine.text.g2p.foreign import other_sounds, typed_sounds
from engine.text.g2p.token import Pronounce, Pronounced

_LETTER = r"(?:\w|[\u0300-\u036f\u0900-\u0963\u0966-\u097f])"
_PART = re.compile(rf"(?P<space>\s+)|(?P<word>{_LETTER}+(?:['’\-]{_LETTER}+)*)|(?P<mark>.)", re.DOTALL)
_INSIDE = frozenset("¿¡'’\"-")


class Other:
    """Reads one language. Holds no state of any text.

    Args:
        pronounce: who says it; see `Pronounce`.
    """

    def __init__(self, pronounce: Pronounce) -> None:
        self._pronounce = pronounce

    def __call__(self, text: str) -> list[Pronounced]:
        """All words and marks of a text, in order, each with its sounds."""
        done: list[Pronounced] = []
        phrase: list[Pronounced] = []
        for token in _tokens(text):
            if token.is_word and not token.phonemes:
                phrase.append(token)
                continue
            if not token.is_word and not token.phonemes:
                continue  # an apostrophe, an opening question mark: it ends no phrase
            done.extend(self._said(text, phrase))
            phrase = []
            done.append(token)
        done.extend(self._said(text, phrase))
        return done

    def _said(self, text: str, phrase: list[Pronounced]) -> Iterator[Pronounced]:
        if not phrase:
            return
        groups = other_sounds(self._pronounce(text[phrase[0].span[0] : phrase[-1].span[1]])).split()
        for token, sounds in zip(phrase, _shared([len(token.text) for token in phrase], groups), strict=True):
            yield Pronounced(token.text, token.span, sounds, True, token.space)


def _shared(sizes: list[int], groups: list[str]) -> list[str]:
    """Groups of sounds -> one for each word; where their numbers differ, in proportion to the words' length."""
    if len(sizes) == len(groups):
        return groups
    shares: list[list[str]] = [[] for _ in sizes]
    heard, whole = 0, max(1, sum(len(group) for group in groups))
    bounds = [sum(sizes[: at + 1]) / sum(sizes) for at in range(len(sizes))]
    for group in groups:
        middle = (heard + len(group) / 2) / whole
        shares[next((at for at, bound in enumerate(bounds) if middle <= bound), len(sizes) - 1)].append(group)
        heard += len(group)
    return [" ".join(share) for share in shares]


def _tokens(text: str) -> Iterator[Pronounced]:
    at = 0
    for tag in tags.find(text):
        if tag.kind == "phonemes":
            yield from _plain(text, at, tag.span[0])
            space = tag.span[1] < len(text) and text[tag.span[1]].isspace()
            start = tag.span[0] + 1
            sounds = typed_sounds(tag.phonemes.strip())
            yield Pronounced(tag.name, (start, start + len(tag.name)), sounds, True, space)
            at = tag.span[1]
    yield from _plain(text, at, len(text))


def _plain(text: str, start: int, end: int) -> Iterator[Pronounced]:
    for match in _PART.finditer(text, start, end):
        if match.lastgroup == "space":
            continue
        found, is_word = match.group(), match.lastgroup == "word"
        space = match.end() < len(text) and text[match.end()].isspace()
        mark = "" if is_word or found in _INSIDE else {"।": "."}.get(found, MARKS.get(found, ""))
        yield Pronounced(found, match.span(), mark, is_word, space)
