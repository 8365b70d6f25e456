"""Words with times -> captions a person can read in time, as SubRip and WebVTT.

Captions stream: a cue leaves when the next one has begun, so a book's subtitles need no memory. Sizes follow the usual
rules of broadcasters: two lines of 42 characters, up to 7 seconds, at most 20 characters a second where the speech
leaves room.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from engine.spacing import Spaced, gap, parted, text_of
from engine.stt.stops import ends_clause, ends_sentence
from engine.types import Segment, Transcript, Word


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: its text, already broken into lines, and when it is on the screen.

    Attributes:
        start_s, end_s: seconds.
        text: lines, parted by line ends.
        words: the words of the text and when each begins, for captions that light up word by word.
    """

    start_s: float
    end_s: float
    text: str
    words: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class CaptionStyle:
    """How much text at once, and for how long.

    Attributes:
        line_length: most characters in a line; only a longer word makes a longer line.
        lines: most lines in a cue.
        chars_per_second: a cue stays until it can be read at this speed, or until the next one begins.
        min_s: a cue stays at least this long, or until the next one begins.
        max_s: no cue gathers words for longer, nor lingers longer.
        pause_s: silence that ends a cue.
    """

    line_length: int = 42
    lines: int = 2
    chars_per_second: float = 20.0
    min_s: float = 1.0
    max_s: float = 7.0
    pause_s: float = 0.7


STYLE = CaptionStyle()
_LEAST_S = 0.1  # of a cue, whatever the times of its words
_LEAST_WORD_S = 0.05  # of a cue of one word, where that many fit
_SPACE_S = 0.2  # two cues closer than this touch: an empty screen for a moment only disturbs


def cues(words: Iterable[Word], style: CaptionStyle = STYLE) -> Iterator[Cue]:
    """Gather words into captions, as they come.

    Args:
        words: in order of time; their text with its punctuation, where they have any.
        style: sizes.

    Yields:
        Cue: in order, never overlapping.
    """
    return _cues(words, style)


def _cues(words: Iterable[Word | None], style: CaptionStyle) -> Iterator[Cue]:
    """The same; None among the words ends a cue."""
    waiting: _Draft | None = None
    for draft in _drafts(words, style):
        if waiting is not None:
            # Words that were given one moment take the next ones: a cue of no length is never shown.
            draft.start_s = max(draft.start_s, waiting.start_s + _LEAST_S)
            yield waiting.cue(style, before_s=draft.start_s)
        waiting = draft
    if waiting is not None:
        yield waiting.cue(style)


def srt(cues: Iterable[Cue]) -> Iterator[str]:
    """SubRip, a block at a time."""
    for number, cue in enumerate(cues, start=1):
        text = _lines_of(cue.text)
        yield f"{number}\n{clock(cue.start_s, ',')} --> {clock(cue.end_s, ',')}\n{text}\n\n"


def vtt(cues: Iterable[Cue], *, word_level: bool = False) -> Iterator[str]:
    """WebVTT, a block at a time.

    Args:
        cues: in order of time.
        word_level: a time before every word but the first, so that players can light the words up.
    """
    yield "WEBVTT\n\n"
    for cue in cues:
        text = _timed(cue) if word_level else _escaped(_lines_of(cue.text))
        yield f"{clock(cue.start_s)} --> {clock(cue.end_s)}\n{text}\n\n"


def word_cues(cues: Iterable[Cue]) -> Iterator[Cue]:
    """A cue for every word, on the screen until the next one begins, for formats that have no times inside a cue."""
    for cue in cues:
        starts = _apart([start_s for _, start_s in cue.words], cue.start_s, cue.end_s)
        for (text, _), start_s, end_s in zip(cue.words, starts, [*starts[1:], cue.end_s], strict=True):
            yield Cue(start_s, max(start_s, end_s), text, ((text, start_s),))


def _apart(starts_s: list[float], begin_s: float, end_s: float) -> list[float]:
    """Moments within a cue, each a little later than the one before, so that every word is shown for a while."""
    if not starts_s:
        return []
    least_s = min(_LEAST_WORD_S, (end_s - begin_s) / len(starts_s))
    found: list[float] = []
    for at, start_s in enumerate(starts_s):
        earliest = found[-1] + least_s if found else begin_s
        found.append(min(max(start_s, earliest), end_s - (len(starts_s) - at) * least_s))
    return found


def transcript_cues(transcript: Transcript, style: CaptionStyle = STYLE) -> Iterator[Cue]:
    """A transcript's captions; no cue joins two segments that differ in speaker."""
    return _cues(_turns(transcript.segments), style)


def clock(seconds: float, point: str = ".") -> str:
    """00:01:02.345; hours take as many digits as they need."""
    milliseconds = max(0, round(seconds * 1000))
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def wrap(words: Iterable[Spaced], line_length: int, lines: int = 0) -> list[str]:
    """Break words into lines, as even as they go: a short line above a long one reads worse than two alike.

    Args:
        words: without line ends.
        line_length: most characters in a line; only a longer word makes a longer line.
        lines: how many lines there may be; with at least as many as needed, they are evened out.
    """
    words = list(words)
    broken = _greedy(words, line_length)
    if not 1 < len(broken) <= lines:
        return broken
    # The narrowest column that needs no more lines.
    for width in range(max(len(text_of(words)) // len(broken), 1), line_length):
        evened = _greedy(words, width)
        if len(evened) == len(broken) and max(map(len, evened)) <= line_length:
            return evened
    return broken


@dataclass(slots=True)
class _Draft:
    """A cue whose end is not known yet."""

    start_s: float
    spoken_until_s: float
    words: list[Word] = field(default_factory=list[Word])

    def cue(self, style: CaptionStyle, before_s: float | None = None) -> Cue:
        text = "\n".join(wrap(self.words, style.line_length, style.lines))
        to_read_s = max(style.min_s, len(text) / style.chars_per_second)
        end_s = max(self.spoken_until_s, self.start_s + min(to_read_s, style.max_s))
        if before_s is not None:
            end_s = max(self.start_s, min(end_s, before_s))
            if before_s - end_s < _SPACE_S:
                end_s = max(self.start_s, before_s)
        return Cue(self.start_s, end_s, text, tuple((word.text, word.start_s) for word in self.words))


def _drafts(words: Iterable[Word | None], style: CaptionStyle) -> Iterator[_Draft]:
    draft: _Draft | None = None
    for word in words:
        if word is None:
            if draft is not None:
                yield draft
            draft = None
            continue
        word = replace(word, text=" ".join(word.text.split()))
        if not word.text:
            continue
        if draft is not None and not _belongs(draft, word, style):
            yield draft
            draft = None
        if draft is None:
            draft = _Draft(word.start_s, word.end_s)
        draft.words.append(word)
        draft.spoken_until_s = max(draft.spoken_until_s, word.end_s)
    if draft is not None:
        yield draft


def _belongs(draft: _Draft, word: Word, style: CaptionStyle) -> bool:
    """Whether a word goes into the cue that is being gathered."""
    if word.start_s - draft.spoken_until_s >= style.pause_s or word.end_s - draft.start_s > style.max_s:
        return False
    if len(_greedy([*draft.words, word], style.line_length)) > style.lines:
        return False
    last = draft.words[-1]
    size = len(text_of(draft.words)) / (style.line_length * style.lines)
    if ends_sentence(last, word):
        # A word or two alone would flash by.
        return size < 0.25 and word.start_s - draft.start_s < style.min_s
    return not (ends_clause(last) and size > 0.7)


def _greedy(words: Iterable[Spaced], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]}{gap(lines[-1], word.text, word.space_before)}{word.text}" if lines else ""
        if lines and len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word.text)
    return lines


def _turns(segments: Iterable[Segment]) -> Iterator[Word | None]:
    """The words of all segments, with None where another one begins to speak."""
    speaker: str | None = None
    for segment in segments:
        if speaker is not None and segment.speaker != speaker:
            yield None
        speaker = segment.speaker
        yield from words_of((segment,))


def words_of(segments: Iterable[Segment]) -> Iterator[Word]:
    """The words of all segments; one without word times shares its own out by length."""
    for segment in segments:
        if segment.words:
            yield from segment.words
            continue
        parts = parted(segment.text)
        letters = max(1, sum(len(part.text) for part in parts))
        at = segment.start_s
        for part in parts:
            end_s = at + (segment.end_s - segment.start_s) * len(part.text) / letters
            yield Word(part.text, at, end_s, space_before=part.space_before)
            at = end_s


def _escaped(text: str) -> str:
    # Only these two begin something in WebVTT; an arrow in the text would end the cue.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _timed(cue: Cue) -> str:
    """The cue's text with a timestamp before each word that begins later than the cue, and not before the last one."""
    out, at, last_s = "", 0, cue.start_s
    for text, start_s in cue.words:
        found = cue.text.find(text, at)
        if found < 0:
            continue
        out += _escaped(cue.text[at:found])
        if last_s < start_s < cue.end_s and clock(start_s) != clock(last_s):
            out, last_s = f"{out}<{clock(start_s)}>", start_s
        out += _escaped(text)
        at = found + len(text)
    return _lines_of(out + _escaped(cue.text[at:]))


def _lines_of(text: str) -> str:
    """No empty line, which would end the cue."""
    return "\n".join(line for line in text.splitlines() if line.strip())
