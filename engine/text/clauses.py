"""Where a sentence too long for a voice may be divided, from the best place to the last resort.

Knows sizes and marks, not what is normalised or how long a pause is.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Break(IntEnum):
    """How good a place is; greater is better."""

    CHARACTER = 0
    IN_WORD = 1
    UNSPACED = 2
    WORD = 3
    CONJUNCTION = 4
    COMMA = 5
    CLAUSE = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A possible division: the next piece begins at `at`."""

    at: int
    kind: Break


# A piece shorter than this share of its aim is not worth a pause of its own.
_LEAST_SHARE = 0.35
_LEAST_REST = 16
# How much of its aim a piece may stray for a mark one better: a comma instead of a conjunction.
_MARK_WORTH = 0.22
_KINDS = {
    "clause": int(Break.CLAUSE), "stop": int(Break.CLAUSE), "comma": int(Break.COMMA), "quote": int(Break.COMMA),
    "word": int(Break.WORD),
}  # fmt: skip


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that open a clause: before them a voice may draw breath without a mark.
_OPENERS = {
    "en": _words(
        "and but or nor so yet because although though while whereas when where which who whose that if "
        "unless until since after before as than for with without into from"
    ),
    "es": _words(
        "y e o u pero sino porque aunque mientras cuando donde que quien cuyo si como para con sin desde hasta"
    ),
    "fr": _words(
        "et ou mais donc car ni parce bien quoique pendant lorsque quand où que qui dont si comme pour avec "
        "sans depuis jusque"
    ),
    "de": _words(
        "und oder aber sondern denn weil obwohl während wenn als wo dass daß der die das ob wie für mit ohne "
        "seit bis nach"
    ),
    "it": _words("e ed o ma però perché benché mentre quando dove che chi cui se come per con senza da fino"),
    "pt": _words("e ou mas porém porque embora enquanto quando onde que quem cujo se como para com sem desde até"),
    "hi": _words("और या लेकिन मगर क्योंकि जब जहाँ जो कि अगर ताकि इसलिए"),
}
_CLOSERS = "\"'”’»›)\\]」』）】"
_UNSPACED_RANGES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u303b\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
UNSPACED = re.compile(f"[{_UNSPACED_RANGES}]")
# Never at the beginning of a line, by the typographers' rules (kinsoku): closing marks, small kana, the long-vowel
# sign.
_NO_START = frozenset("、。，．！？：；）」』】〉》”’…—ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々〻ヽヾゝゞ,.!?:;)]")
_NO_END = frozenset("（「『【〈《“‘([เแโใไ")
PLACE = re.compile(
    rf"(?P<stop>\.(?![.!?…।؟۔])[{_CLOSERS}]*\s+)|(?P<clause>[;:][{_CLOSERS}]*\s+|[；：。！？．｡][{_CLOSERS}]*\s*|\s*[—–]+\s*|[.!?…।؟۔]+[{_CLOSERS}]*\s+)"
    rf"|(?P<comma>[,،][{_CLOSERS}]*\s+|[、，][{_CLOSERS}]*\s*|\s+(?=[(\[]))|(?P<quote>[{_CLOSERS}]\s+)"
    r"|(?P<word>\s+)"
)
_FIRST_WORD = re.compile(r"[^\W\d_]{1,12}")


def divide(
    text: str, language: str, aims: Iterator[int], ceiling: int, closed: Sequence[tuple[int, int]]
) -> Iterator[Place]:
    """The places at which to divide one sentence.

    A sentence within its aim is left whole; one within the ceiling is divided only where it draws breath by itself
    (at a mark, or before a conjunction); no piece is longer than the ceiling. Work grows with the length of the text
    alone.

    Args:
        text: one sentence.
        language: BCP 47 tag.
        aims: the length each piece should have, in characters; asked once a piece.
        ceiling: the length no piece may have more than.
        closed: stretches, in order, not to be divided unless one alone exceeds the ceiling (a price in words, a tag).

    Yields:
        Place: ascending; the first character of a piece is never a space.
    """
    aim = min(next(aims), ceiling)
    if len(text) <= aim:
        return
    places = Places(text, language, [stretch for stretch in closed if stretch[1] - stretch[0] <= ceiling])
    start = 0
    while len(text) - start > aim:
        place = places.best(start, aim, ceiling)
        if place is None or place.at >= len(text):
            return
        yield place
        start = place.at
        aim = min(next(aims), ceiling)


class Places:
    """All good places of a sentence, found once; hard cuts are looked for only where they are needed."""

    def __init__(self, text: str, language: str, closed: Sequence[tuple[int, int]]) -> None:
        self._text = text
        self._closed_starts = [start for start, _ in closed]
        self._closed_ends = [end for _, end in closed]
        primary = language.lower().replace("_", "-").partition("-")[0] or "en"
        self._openers = _OPENERS.get(primary, frozenset[str]())
        # Parallel lists of plain ints: one long sentence may have a place for each of its words.
        self._ats: list[int] = []
        self._kinds: list[int] = []
        self._find()

    def _find(self) -> None:
        text, openers = self._text, self._openers
        for match in PLACE.finditer(text):
            at = match.end()
            if at >= len(text) or match.start() == 0 or not self.is_open(at):
                continue
            kind = _KINDS[match.lastgroup or "word"]
            if kind == Break.WORD and openers and (word := _FIRST_WORD.match(text, at)) and word[0].lower() in openers:
                kind = int(Break.CONJUNCTION)
            self._ats.append(at)
            self._kinds.append(kind)

    def best(self, start: int, aim: int, ceiling: int) -> Place | None:
        """Where the piece that begins at `start` ends; None when the rest may stay whole."""
        must = len(self._text) - start > ceiling
        wanted = Break.WORD if must else Break.CONJUNCTION
        # What is left over should be worth saying by itself.
        latest = len(self._text) - (1 if must else int(min(aim * _LEAST_SHARE, _LEAST_REST)))
        first = bisect_left(self._ats, start + max(1, round(aim * _LEAST_SHARE)))
        last = bisect_right(self._ats, min(start + ceiling + 1, latest))
        target, found, most = start + aim, -1, -1e9
        for number in range(first, last):
            at, kind = self._ats[number], self._kinds[number]
            if kind < wanted or (at - start > ceiling and self._text[at - 1] != " "):
                continue
            # A better mark may lie further from the aim; too long costs more than too short, for the aim is what
            # the voice likes.
            distance = (at - target) * 1.6 if at > target else target - at
            if (worth := kind * _MARK_WORTH - distance / aim) > most:
                found, most = number, worth
        if found >= 0:
            return Place(self._ats[found], Break(self._kinds[found]))
        return self.hard(start, ceiling) if must else None

    def hard(self, start: int, ceiling: int) -> Place:
        """The last place that fits when no mark and no space does: an unspaced script, or one endless word."""
        text, limit = self._text, start + ceiling
        # A shorter piece than a third is looked for no further: better a cut in a word than crumbs.
        nearest = start + max(1, ceiling // 3)
        for at in range(limit, nearest - 1, -1):
            if may_part(text, at) and self.is_open(at):
                return Place(at, Break.UNSPACED)
        # Any space will do now, even one inside something best kept together.
        if (space := text.rfind(" ", start + 1, limit + 1)) > 0:
            return Place(space + 1, Break.WORD)
        for at in range(limit, nearest - 1, -1):
            if self._may_part_word(at):
                return Place(at, Break.IN_WORD)
        at = limit
        while at > nearest and (is_inside_grapheme(text, at) or text[at] in _NO_START):
            at -= 1
        at = limit if is_inside_grapheme(text, at) else at
        while at < len(text) and text[at] == " ":
            at += 1
        return Place(at, Break.CHARACTER)

    def _may_part_word(self, at: int) -> bool:
        before, after = self._text[at - 1], self._text[at]
        return (
            not after.isspace() and not before.isalnum() and after.isalnum() and not is_inside_grapheme(self._text, at)
        )

    def is_open(self, at: int) -> bool:
        """Whether `at` lies outside every stretch that is to stay whole."""
        number = bisect_left(self._closed_starts, at) - 1
        return number < 0 or self._closed_ends[number] <= at


def may_part(text: str, at: int) -> bool:
    """Whether two signs of a script without spaces may be parted at `at`, by the typographers' rules."""
    before, after = text[at - 1], text[at]
    if after.isspace() or before.isspace() or after in _NO_START or before in _NO_END:
        return False
    return bool(UNSPACED.match(before) or UNSPACED.match(after)) and not is_inside_grapheme(text, at)


def is_inside_grapheme(text: str, at: int) -> bool:
    """Whether a cut at `at` would part a letter from its marks, or the halves of one written sign."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if after < "\u0300":
        return before == "\u200d"
    return (
        unicodedata.category(after)[0] == "M"
        or after in "\u200d\u200c\u0e33\u0eb3"
        or before == "\u200d"
        or unicodedata.combining(before) == 9  # a virama binds the next consonant
        or "\u1160" <= after <= "\u11ff"
        or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
