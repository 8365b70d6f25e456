"""How a text is cut for somebody who waits for its first sound: a short clause, pieces that grow, then sentences.

A rule on the text alone, so that a text sounds the same on every machine, whole and as a stream, however far ahead
anybody reads. The first piece has four to eight words and ends at a mark or before a conjunction; the next has at most
as many as were given, and the first's again: at most twice the one before where each takes what it may, and in time for
whoever speaks twice as fast as is heard. Soon a piece is a sentence, and one of more than twenty-five words is cut at
its clauses. What a machine can do decides only when a player begins (`engine.tts.lead`). Books are cut by
`clauses.divide`: nobody waits for them.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import NamedTuple

from engine.text.clauses import PLACE, UNSPACED, Break, Place, Places, may_part
from engine.text.tags import find

FIRST_LEAST, FIRST_MOST = 4, 8
SENTENCE_MOST = 25
LEFT_OVER = 3
"""Fewer words than this are not left alone behind a cut."""

_FIRST_AIM = 5.0
_LONG_WORD = 12  # letters; a longer word takes the time of two
_SIGNS_PER_WORD = 2  # in scripts without spaces
_TOKEN = re.compile(rf"(?P<sign>{UNSPACED.pattern})|(?:(?!{UNSPACED.pattern})[^\s\[\]])+")
_QUOTED_WHOLE = 8  # words of a title or an exclamation that no cut parts
_DEEPEST = 4  # quotes in quotes
_STRAY = 1.5  # how far a piece may go beyond its size for a better place

# From the worst to the best; each is worth this share of the aim more than the one before it.
_WORD, _PHRASE, _CONJUNCTION, _COMMA, _CLAUSE = range(5)
_WORTH = 0.3
_BREAKS = (Break.WORD, Break.WORD, Break.CONJUNCTION, Break.COMMA, Break.CLAUSE)


_NOTHING = frozenset[str]()


class _Size(NamedTuple):
    """Words of a piece: what it should not exceed, what it may reach for a better place, what it aims at (0 is even
    parts)."""

    most: float
    reach: float
    aim: float


# A first piece may be somewhat longer for a better place, and so may a sentence; between them one that is too long
# would come late.
_FIRST = _Size(FIRST_MOST, FIRST_MOST * _STRAY, _FIRST_AIM)


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that open a clause.
_JOINERS = {
    "en": _words(
        "and but or nor because although though while whereas when whenever where wherever which who whose whom if "
        "unless until since after before"
    ),
    "es": _words("y e o u pero sino porque aunque mientras cuando donde que quien cuyo cuya si"),
    "fr": _words("et ou mais donc car ni parce puisque quoique pendant lorsque quand où qui que dont si"),
    "de": _words("und oder aber sondern denn weil obwohl während wenn wo dass daß ob damit bevor nachdem"),
    "it": _words("e ed o ma però perché benché mentre quando dove che chi cui se"),
    "pt": _words("e ou mas porém porque embora enquanto quando onde que quem cujo cuja se"),
    "hi": _words(
        "और या लेकिन मगर परंतु क्योंकि जब जहाँ जहां जो जिसमें जिसने जिसे जिसका जिसकी जिसके जिनके कि अगर यदि तो ताकि इसलिए जबकि"
    ),
}
# Words that open a phrase: a voice may part there, though it would not draw breath.
_OPENERS = {
    "en": _words(
        "that so yet in on at by to for with from into onto under over through between along across around about "
        "during against without within behind beside beyond near towards upon"
    ),
    "es": _words("en por a para con sin desde hasta entre sobre hacia"),
    "fr": _words("dans sur sous vers chez entre par pour avec sans depuis jusque comme"),
    "de": _words("für mit ohne seit bis nach in auf an bei von zu unter über als wie durch gegen"),
    "it": _words("per con senza da fino in su tra fra come"),
    "pt": _words("em por para com sem desde até entre sobre como"),
}
# Words that lean on the one behind them.
_LEANERS = {
    "en": _words(
        "a an the of my your his her its our their all this these those no every each some any not very too as than "
        "even just only mister doctor saint"
    ),
    "es": _words("el la los las un una unos unas de del al su sus mi tu no muy más lo se me te le nos como"),
    "fr": _words("le la les un une des de du à au aux en son sa ses mon ma mes ce cette ces ne se me te plus très"),
    "de": _words("der die das dem den des ein eine einer einem einen eines kein keine mein sein ihr im am zum zur"),
    "it": _words("il lo la i gli le un uno una di del della dei delle al alla nel nella dal non più si mi ti ci"),
    "pt": _words("o a os as um uma de do da dos das ao no na nos nas seu sua não mais se me te lhe"),
}
# Words that lean on the one before them: no piece begins with one.
_TRAILERS = {"hi": _words("है हैं था थी थे हूँ हो का की के को से में पर ने तक भी ही")}
_ALL_LEANERS = {
    language: _JOINERS.get(language, frozenset()) | _OPENERS.get(language, frozenset()) | leaners
    for language, leaners in _LEANERS.items()
}
_CHINESE_JOINERS = re.compile("但是|可是|不过|不過|因为|因為|所以|而且|并且|並且|如果|虽然|雖然|然后|然後|于是|於是")
# Behind a particle another word begins where hiragana ends.
_JAPANESE_PHRASE = re.compile(r"(?<=[はがをにへでともてば])(?=[\u4e00-\u9fff\u30a1-\u30fa])")
_PAIRS = dict(zip("“«„‹「『（(【《", "”»“›」』）)】》", strict=True))
# Not by \w: the vowels of Hindi are marks to it.
_LETTERS = r"[^\s\d.,;:!?…—–“”«»\"()\[\]]"
_BEFORE = re.compile(rf"{_LETTERS}+\Z")
_AFTER = re.compile(rf"{_LETTERS}{{1,16}}")
_LONGEST_WORD = 16  # letters looked at behind a gap


class Growing:
    """The cutting of one text: what was given so far decides how long the next piece may be."""

    def __init__(self) -> None:
        self._size = _FIRST
        self._first = 0.0
        self._given = 0.0

    def divide(
        self, sentence: str, language: str, ceiling: int, closed: Sequence[tuple[int, int]] = ()
    ) -> Iterator[Place]:
        """The places at which to divide the text's next sentence.

        Args:
            sentence: as it is spoken.
            language: BCP 47 tag.
            ceiling: the characters no piece may have more than.
            closed: stretches, in order, not to be divided (a price in words, a tag), unless one alone exceeds the
                ceiling.

        Yields:
            Place: ascending; the first character of a piece is never a space.
        """
        if not sentence:
            return
        closed = [stretch for stretch in closed if stretch[1] - stretch[0] <= ceiling]
        text = _Sentence(sentence, language, closed, ceiling)
        start = 0
        while (place := text.best(start, self._size)) is not None:
            yield place
            self._give(text.words(start, place.at))
            start = place.at
        self._give(text.words(start, len(sentence)))

    def _give(self, words: float) -> None:
        self._given += words
        self._first = self._first or words
        if self._given >= FIRST_LEAST:  # a word or two by themselves are no lead yet
            reach = max(FIRST_MOST, self._given + self._first)
            self._size = _Size(min(SENTENCE_MOST, reach), min(SENTENCE_MOST * _STRAY, reach), 0)


def count(text: str) -> float:
    """How many words a spoken text has: a long one counts for each twelve letters, and two signs of a script without
    spaces are one. Sounds between slashes are not counted beside their word."""
    return sum(weight for _, weight in _weights(text))


def _weights(text: str) -> Iterator[tuple[int, float]]:
    """Each word's, or sign's, place and weight."""
    silent: list[tuple[int, int]] = []
    for tag in find(text):
        # "[word](/sounds/)": all behind the word; of "<b>" everything.
        begin = tag.span[0] + 1 + len(tag.name) if tag.kind == "phonemes" else tag.span[0]
        if tag.kind != "emotion":
            silent.append((begin, tag.span[1]))
    if silent:
        parts = [text[end:begin] + " " * (stop - begin) for (_, end), (begin, stop) in pairwise([(0, 0), *silent])]
        text = "".join(parts) + text[silent[-1][1] :]
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "sign":
            # A vowel above or below its letter is no sign of its own.
            if match[0].isalnum():
                yield match.start(), 1 / _SIGNS_PER_WORD
        elif letters := sum(letter.isalnum() for letter in match[0]):
            yield match.start(), 1.0 + (letters - 1) // _LONG_WORD


class _Good(NamedTuple):
    at: int
    kind: int


_at = attrgetter("at")


class _Sentence:
    """One sentence with its words counted and its places found, once."""

    def __init__(self, text: str, language: str, closed: Sequence[tuple[int, int]], ceiling: int) -> None:
        self._text = text
        self._language = language.lower().replace("_", "-").partition("-")[0] or "en"
        self._ceiling = ceiling
        weights = list(_weights(text))
        self._starts = [start for start, _ in weights]
        self._sums = [0.0, *accumulate(weight for _, weight in weights)]
        self._places = Places(text, language, closed)
        self._good = sorted(self._found())

    def words(self, start: int, end: int) -> float:
        """How many words begin in a stretch."""
        return self._before(end) - self._before(start)

    def best(self, start: int, size: _Size) -> Place | None:
        """Where the piece that begins at `start` ends; None when the rest may stay whole."""
        rest = self.words(start, len(self._text))
        fits = len(self._text) - start <= self._ceiling
        if fits and rest <= size.most:
            return None
        even = max(1.0, rest / max(1.0, -(-rest // size.most)))
        aim = min(even, size.aim or even)
        for least_kind, furthest in (
            (_CONJUNCTION, size.most),
            (_CONJUNCTION, size.reach),
            (_PHRASE, size.most),
            (_WORD, size.most),
        ):
            if place := self._within(start, aim, least_kind, furthest):
                return place
            if fits and rest <= furthest:
                return None
        return self._hard(start, size.most, fits)

    def _within(self, start: int, aim: float, least_kind: int, most: float) -> Place | None:
        """The best place of a kind or better that leaves neither part too small."""
        begun, total = self._before(start), self._sums[-1]
        found, best = None, 0.0
        first, last = (bisect_right(self._good, end, key=_at) for end in (start, start + self._ceiling))
        for at, kind in self._good[first:last]:
            before = self._before(at)
            words = before - begun
            if words > most:
                break
            if kind < least_kind or words < FIRST_LEAST or total - before < LEFT_OVER:
                continue
            worth = kind * _WORTH - abs(words - aim) / aim
            if found is None or worth > best:
                found, best = Place(at, _BREAKS[kind]), worth
        return found

    def _hard(self, start: int, most: float, fits: bool) -> Place | None:
        """Between two signs of a script without spaces; in the middle of a word only where the voice can no more."""
        if fits:
            number = bisect_right(self._sums, self._before(start) + most)
            reach = self._starts[number - 1] if number <= len(self._starts) else len(self._text)
            place = self._places.hard(start, max(1, reach - start)) if reach < len(self._text) else None
            return place if place and place.kind == Break.UNSPACED and place.at < len(self._text) else None
        place = self._places.hard(start, self._ceiling)
        return place if place.at < len(self._text) else None

    def _before(self, at: int) -> float:
        return self._sums[bisect_left(self._starts, at)]

    def _found(self) -> Iterator[_Good]:
        text = self._text
        whole = list(self._kept_whole())
        starts = [start for start, _ in whole]

        def is_open(at: int) -> bool:
            number = bisect_left(starts, at) - 1
            return self._places.is_open(at) and (number < 0 or whole[number][1] <= at)

        for match in PLACE.finditer(text):
            at = match.end()
            if match.start() > 0 and at < len(text) and is_open(at):
                kind = self._kind(match)
                if kind is not None:
                    yield _Good(at, kind)
        unspaced = {"zh": (_CHINESE_JOINERS, _CONJUNCTION), "ja": (_JAPANESE_PHRASE, _PHRASE)}.get(self._language)
        if unspaced:
            for match in unspaced[0].finditer(text):
                at = match.start()
                if at > 0 and may_part(text, at) and is_open(at):
                    yield _Good(at, unspaced[1])

    def _kind(self, match: re.Match[str]) -> int | None:
        text, start, at = self._text, match.start(), match.end()
        before, after = text[:start][-2:], text[at : at + 2]
        if match.lastgroup == "clause" or (match.lastgroup == "stop" and match[0].rstrip() != "."):
            return _CLAUSE
        if match.lastgroup == "comma" and after[:1] != "[":
            return _COMMA
        if match.lastgroup == "quote":
            return _PHRASE
        if after == "- ":  # a dash belongs to what it ends
            return None
        if before == " -":
            return _CLAUSE
        language = self._language
        leaning = _BEFORE.search(text, max(0, start - _LONGEST_WORD), start)
        if leaning and leaning[0].lower() in _ALL_LEANERS.get(language, _NOTHING):
            return None
        word = found[0].lower() if (found := _AFTER.match(text, at)) else ""
        if word in _TRAILERS.get(language, _NOTHING):
            return None
        if match.lastgroup == "stop" or not word:
            return _WORD
        if word in _JOINERS.get(language, _NOTHING):
            return _CONJUNCTION
        return _PHRASE if word in _OPENERS.get(language, _NOTHING) else _WORD

    def _kept_whole(self) -> Iterator[tuple[int, int]]:
        """Short quotes and brackets, titles among them: in order and apart."""
        opened: list[tuple[int, str]] = []
        done = 0
        for at, sign in enumerate(self._text):
            if opened and sign == opened[-1][1]:
                start, _ = opened.pop()
                if start >= done and not opened and self.words(start, at) <= _QUOTED_WHOLE:
                    yield start, at
                    done = at
            elif (closing := '"' if sign == '"' else _PAIRS.get(sign)) and len(opened) < _DEEPEST:
                opened.append((at, closing))
