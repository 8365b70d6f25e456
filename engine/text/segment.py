"""Text -> segments a model can speak in one breath, each with the pause that follows it and its place in the original.

A sentence is never merged with the next, however short: each keeps its own pause, which a voice would otherwise
choose by itself. A family that speaks very short segments badly makes up for it inside. Only what has no word of its
own (a tag, a row of dots) joins its neighbour.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, repeat
from typing import Literal, Protocol

from engine.text.clauses import Break, Place, divide
from engine.text.growing import Growing
from engine.text.layout import Block, blocks
from engine.text.moods import parts
from engine.text.normalise import Said, is_speakable, speak_block
from engine.text.normalised import Normalised, Offsets, Run
from engine.text.tags import find, take_out
from engine.types import Span

# Pauses inside a sentence, as shares of the pause between sentences; a voice's own commas are about this much shorter.
_PAUSE_SHARE = {Break.CLAUSE: 0.6, Break.COMMA: 0.4, Break.CONJUNCTION: 0.1}
# In text for somebody who waits a sentence is cut more often: what a neural voice itself leaves at such places.
_LIVE_PAUSE_SHARE = {Break.CLAUSE: 0.65, Break.COMMA: 0.7, Break.CONJUNCTION: 0.4}


class Limits(Protocol):
    """Sizes in characters of spoken text; see `engine.tts.base.SegmentLimits`."""

    @property
    def first_chars(self) -> int: ...
    @property
    def target_chars(self) -> int: ...
    @property
    def max_chars(self) -> int: ...
    @property
    def grows(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class TextSegment:
    """One speakable unit.

    Attributes:
        index: 0, 1, 2, ... within the text.
        text: the spoken form (normalised), never empty, never cut inside a word.
        span: where it stands in the original text; spans of successive segments are in order and do not overlap.
        pause_s: silence after it, in seconds.
        ends: what the segment closes.
        offsets: for each character of `text` (and one past the end) the offset in the original it stands for; any
            sequence of ints will do, `prepare` gives a compact `Offsets`.
        mood: the mood that a tag in the text asked for; "" is the voice's own way.
    """

    index: int
    text: str
    span: Span
    pause_s: float
    ends: Literal["clause", "sentence", "paragraph"]
    offsets: Sequence[int] = field(repr=False)
    mood: str = ""

    def to_source(self, start: int, end: int) -> Span:
        """The span of the original text that `text[start:end]` speaks; always inside `span`."""
        if isinstance(self.offsets, Offsets):
            return self.offsets.to_source(start, end)
        size = len(self.text)
        start, end = max(0, min(start, size)), max(0, min(end, size))
        return self.offsets[start], self.offsets[max(start, end)]


UNHEARD_OF_A_SEGMENT = frozenset({"index", "span", "pause_s", "offsets"})
"""Its fields that do not change its samples: where it stands, and the silence behind it."""

HEARD_WHERE_SET_OF_A_SEGMENT = frozenset({"mood"})
"""Its fields that name nothing where they say nothing, as `engine.types.HEARD_WHERE_SET`."""


def prepare(
    text: str,
    language: str,
    limits: Limits,
    sentence_pause_s: float = 0.25,
    paragraph_pause_s: float = 0.7,
    said: Said | None = None,
    moods: Collection[str] = (),
    mood: str = "",
) -> list[TextSegment]:
    """Normalise a text and cut it into segments. Empty when there is nothing to say.

    Args:
        text: anything; paragraphs are parted by empty lines.
        language: BCP 47 tag.
        limits: sizes that suit the voice; sizes below one count as one.
        sentence_pause_s: silence after a sentence, in seconds; pauses inside a divided sentence are shares of it.
        paragraph_pause_s: silence after a paragraph, in seconds, the last one included.
        said: how a person wants words said; see `pronunciation.dictionary`.
        moods: names of the moods that the voice has; see `engine.text.moods`.
        mood: what holds at the beginning, where the text goes on in a paragraph.
    """
    return list(segments(text, language, limits, sentence_pause_s, paragraph_pause_s, said, moods, mood))


def segments(
    text: str,
    language: str,
    limits: Limits,
    sentence_pause_s: float = 0.25,
    paragraph_pause_s: float = 0.7,
    said: Said | None = None,
    moods: Collection[str] = (),
    mood: str = "",
) -> Iterator[TextSegment]:
    """`prepare` as an iterator: the first segment of a book costs no more than its first paragraph."""
    shares = _LIVE_PAUSE_SHARE if limits.grows else _PAUSE_SHARE
    pauses = _Pauses(sentence_pause_s, paragraph_pause_s, shares)
    # The first segment is short so that sound starts early; every later one may have its full size.
    aims = chain((max(1, limits.first_chars),), repeat(max(1, limits.target_chars)))
    growing = Growing() if limits.grows else None
    ceiling = max(1, limits.max_chars)
    index = 0
    for block, its_mood in _in_moods(text, moods, mood):
        for piece in _Cutter(block, text, language, growing or aims, ceiling, said).pieces():
            yield TextSegment(
                index,
                piece.words.text,
                piece.span,
                pauses.after(piece, block),
                _ends(piece, block),
                piece.words.offsets,
                its_mood,
            )
            index += 1


def _in_moods(text: str, moods: Collection[str], mood: str) -> Iterator[tuple[Block, str]]:
    """The blocks of a text, cut where the mood changes, each with its own."""
    for block in blocks(text):
        said = list(parts(text, block.start, block.end, mood, moods))
        mood = "" if block.ends == "paragraph" else said[-1].mood
        if len(said) == 1:
            yield block, said[0].mood
            continue
        said = [part for part in said if is_speakable(text[part.start : part.end])]
        for part in said:
            ends = block.ends if part is said[-1] else _ends_before_a_mood(text[part.start : part.end])
            yield Block(part.start, part.end, ends), part.mood


def _ends_before_a_mood(text: str) -> Literal["line", "clause"]:
    """Whether a sentence ends where the mood changes, or goes on."""
    return "line" if text.rstrip(" \t\n\r\u00a0\"'”’»)").endswith((".", "!", "?", "…", "。", "！", "？")) else "clause"


def for_voice(
    segment: TextSegment, emotions: Collection[str] = (), phonemes: bool = False
) -> tuple[TextSegment | None, tuple[str, ...]]:
    """A segment without the tags this voice cannot do.

    Args:
        segment: from `prepare`.
        emotions: names of the emotions the voice can do ("laugh").
        phonemes: whether it takes `[word](/phonemes/)`.

    Returns:
        The segment to speak, or None when nothing is left to say; and sentences for the person about what was left out.
    """
    offsets = segment.offsets if isinstance(segment.offsets, Offsets) else _as_offsets(segment)
    words, notices = take_out(Normalised(segment.text, offsets), emotions, phonemes)
    if not is_speakable(words.text):
        return None, notices
    if words.text == segment.text:
        return segment, notices
    return replace(segment, text=words.text, offsets=words.offsets), notices


def _as_offsets(segment: TextSegment) -> Offsets:
    runs = tuple(Run(at, segment.offsets[at], segment.offsets[at + 1], False) for at in range(len(segment.text)))
    return Offsets(runs, len(segment.text), segment.span[0])


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words, their place, and what ends them: a break inside a sentence, the sentence (None), or the block."""

    words: Normalised
    span: Span
    inside: Break | None
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Pauses:
    sentence_s: float
    paragraph_s: float
    shares: Mapping[Break, float]

    def after(self, piece: _Piece, block: Block) -> float:
        if piece.inside is not None:
            return self.sentence_s * self.shares.get(piece.inside, 0.0)
        if not piece.is_last:
            return self.sentence_s
        return {"paragraph": self.paragraph_s, "line": self.sentence_s}.get(
            block.ends, self.sentence_s * self.shares[Break.CLAUSE]
        )


def _ends(piece: _Piece, block: Block) -> Literal["clause", "sentence", "paragraph"]:
    if piece.inside is not None:
        return "clause"
    if not piece.is_last or block.ends == "line":
        return "sentence"
    return block.ends


class _Cutter:
    """Cuts one block."""

    def __init__(
        self,
        block: Block,
        source: str,
        language: str,
        aims: Iterator[int] | Growing,
        ceiling: int,
        said: Said | None,
    ) -> None:
        self._source = source
        self._block = block
        self._language = language
        self._aims = aims
        self._ceiling = ceiling
        spoken = speak_block(source[block.start : block.end], block.start, language, said)
        self._words = spoken.words
        self._sentences = self._joined(spoken.stops)

    def pieces(self) -> Iterator[_Piece]:
        cuts = list(self._cuts())
        source_start = self._block.start
        words = self._words.cut(*cuts[0][:2]) if cuts else self._words
        for number, (_, _, inside) in enumerate(cuts):
            is_last = number + 1 == len(cuts)
            following = words if is_last else self._words.cut(*cuts[number + 1][:2])
            # What was dropped between two pieces belongs to the first, so that every word of the original has one
            # owner.
            source_end = self._block.end if is_last else following.offsets[0]
            yield _Piece(words, self._trimmed(source_start, source_end, words), inside, is_last)
            source_start, words = source_end, following

    def _cuts(self) -> Iterator[tuple[int, int, Break | None]]:
        """Start and end of each piece in the spoken text, and the break inside a sentence that ends it."""
        text = self._words.text
        closed = list(self._words.offsets.replaced())
        at = 0
        for begin, finish in self._sentences:
            while at < len(closed) and closed[at][1] <= begin:
                at += 1
            within = at
            while within < len(closed) and closed[within][0] < finish:
                within += 1
            inner = [(start - begin, end - begin) for start, end in closed[at:within]]
            ends = [(begin + place.at, place.kind) for place in self._divided(text[begin:finish], inner)]
            pieces: list[tuple[int, int, Break | None]] = []
            start = begin
            for end, kind in [*ends, (finish, None)]:
                stop = self._rstripped(start, end)
                if is_speakable(text[start:stop]) or not ends:
                    pieces.append((start, stop, kind))
                start = end
            # Marks cut off by themselves (only where segments are tiny) say nothing; the sentence still ends.
            yield from pieces[:-1]
            yield from ((start, stop, None) for start, stop, _ in pieces[-1:])

    def _divided(self, sentence: str, closed: Sequence[tuple[int, int]]) -> Iterator[Place]:
        if isinstance(self._aims, Growing):
            return self._aims.divide(sentence, self._language, self._ceiling, closed)
        # Phonemes are not heard beside their word: a sentence with some may have more characters.
        silent = sum(tag.span[1] - tag.span[0] - len(tag.name) for tag in find(sentence) if tag.kind == "phonemes")
        heard = max(1, len(sentence) - silent)
        aims = (aim * len(sentence) // heard for aim in self._aims) if silent else self._aims
        return divide(sentence, self._language, aims, self._ceiling, closed)

    def _joined(self, stops: Sequence[int]) -> list[tuple[int, int]]:
        """Sentences, those without a word of their own joined to a neighbour where they fit, else left out."""
        result: list[tuple[int, int]] = []
        bounds = [0, *stops, len(self._words.text)]
        waiting: int | None = None
        for start, stop in pairwise(bounds):
            end = self._rstripped(start, stop)
            while start < end and self._words.text[start] == " ":
                start += 1
            if end <= start:
                continue
            if self._has_words(start, end):
                begin = start if waiting is None or end - waiting > self._ceiling else waiting
                result.append((begin, end))
                waiting = None
            elif result and end - result[-1][0] <= self._ceiling:
                result[-1] = (result[-1][0], end)
            elif "<" in self._words.text[start:end]:
                result.append((start, end))
            elif not result:
                waiting = start if waiting is None else waiting
        return result

    def _has_words(self, start: int, end: int) -> bool:
        """Whether there is more than tags and marks."""
        part = self._words.text[start:end]
        if "<" in part:
            part = take_out(Normalised.untouched(part), (), True)[0].text
        return is_speakable(part)

    def _rstripped(self, start: int, end: int) -> int:
        text = self._words.text
        while end > start and text[end - 1] == " ":
            end -= 1
        return end

    def _trimmed(self, start: int, end: int, words: Normalised) -> Span:
        """The part of the original between two cuts without white space around it, never less than the words' own."""
        first, last = words.to_source(0, len(words.text))
        while start < first and self._source[start].isspace():
            start += 1
        while end > last and self._source[end - 1].isspace():
            end -= 1
        return start, end
