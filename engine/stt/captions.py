"""Words with times -> captions a person can read in time, and a transcript in the formats people ask for.

Captions stream: a cue leaves when the next one has begun, so a book's subtitles need no memory. Sizes follow the usual
rules of broadcasters: two lines of 42 characters, up to 7 seconds, at most 20 characters a second where the speech
leaves room.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from engine.types import Segment, Transcript, Word


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: its text, already broken into lines, and when it is on the screen."""

    start_s: float
    end_s: float
    text: str


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
_SENTENCE_ENDS = ".!?…。！？"
_CLAUSE_ENDS = ",;:—、，；："
_CLOSERS = "\"'”’»)]}」』）"
_SPACE_S = 0.2  # two cues closer than this touch: an empty screen for a moment only disturbs


def cues(words: Iterable[Word], style: CaptionStyle = STYLE) -> Iterator[Cue]:
    """Gather words into captions, as they come.

    Args:
        words: in order of time; their text with its punctuation, where they have any.
        style: sizes.

    Yields:
        Cue: in order, never overlapping.
    """
    waiting: _Draft | None = None
    for draft in _drafts(words, style):
        if waiting is not None:
            yield waiting.cue(style, before_s=draft.start_s)
        waiting = draft
    if waiting is not None:
        yield waiting.cue(style)


def srt(cues: Iterable[Cue]) -> Iterator[str]:
    """SubRip, a block at a time."""
    for number, cue in enumerate(cues, start=1):
        text = _lines_of(cue.text)
        yield f"{number}\n{clock(cue.start_s, ',')} --> {clock(cue.end_s, ',')}\n{text}\n\n"


def vtt(cues: Iterable[Cue]) -> Iterator[str]:
    """WebVTT, a block at a time."""
    yield "WEBVTT\n\n"
    for cue in cues:
        # Only these two begin something in WebVTT; an arrow in the text would end the cue.
        text = _lines_of(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield f"{clock(cue.start_s)} --> {clock(cue.end_s)}\n{text}\n\n"


def transcript_cues(transcript: Transcript, style: CaptionStyle = STYLE) -> Iterator[Cue]:
    """A transcript's captions; no cue joins two segments that differ in speaker."""
    return cues(_words_of(transcript.segments), style)


def to_txt(transcript: Transcript) -> str:
    """A paragraph wherever somebody paused for long or another one speaks."""
    return "".join(f"{paragraph}\n" for _, _, paragraph in _paragraphs(transcript))


def to_srt(transcript: Transcript) -> str:
    """SubRip subtitles."""
    return "".join(srt(transcript_cues(transcript)))


def to_vtt(transcript: Transcript) -> str:
    """WebVTT subtitles."""
    return "".join(vtt(transcript_cues(transcript)))


def to_md(transcript: Transcript) -> str:
    """Paragraphs with the time each begins at, and with its speaker where there are several."""
    blocks: list[str] = []
    for start_s, speaker, text in _paragraphs(transcript):
        escaped = "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in text)
        name = f" {speaker}:" if speaker else ""
        blocks.append(f"**[{clock(start_s).split('.')[0]}]{name}** {escaped}\n")
    return "\n".join(blocks)


def to_csv(transcript: Transcript) -> str:
    """One row a segment: start, end, speaker, confidence, text."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("start_s", "end_s", "speaker", "confidence", "text"))
    for segment in transcript.segments:
        confidence = "" if segment.confidence is None else f"{segment.confidence:.3f}"
        times = f"{segment.start_s:.3f}", f"{segment.end_s:.3f}"
        rows.writerow((*times, _harmless(segment.speaker), confidence, _harmless(segment.text)))
    return out.getvalue()


def to_json(transcript: Transcript) -> str:
    """Everything that is known: segments and words with times and confidences."""
    whole = {
        "text": transcript.text,
        "language": transcript.language,
        "duration_s": round(transcript.duration_s, 3),
        "model": transcript.model,
        "segments": [_segment_entry(segment) for segment in transcript.segments],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


WRITERS: dict[str, Callable[[Transcript], str]] = {
    "txt": to_txt,
    "srt": to_srt,
    "vtt": to_vtt,
    "json": to_json,
    "md": to_md,
    "csv": to_csv,
}


def clock(seconds: float, point: str = ".") -> str:
    """00:01:02.345; hours take as many digits as they need."""
    milliseconds = max(0, round(seconds * 1000))
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def wrap(words: Iterable[str], line_length: int, lines: int = 0) -> list[str]:
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
    for width in range(max(len(join(words)) // len(broken), 1), line_length):
        evened = _greedy(words, width)
        if len(evened) == len(broken) and max(map(len, evened)) <= line_length:
            return evened
    return broken


def join(words: Iterable[str]) -> str:
    """Words with spaces between them, save where their script has none."""
    text = ""
    for word in words:
        text += word if not text or (_is_unspaced(text[-1]) and _is_unspaced(word[:1])) else f" {word}"
    return text


@dataclass(slots=True)
class _Draft:
    """A cue whose end is not known yet."""

    words: list[str]
    start_s: float
    spoken_until_s: float

    def cue(self, style: CaptionStyle, before_s: float | None = None) -> Cue:
        text = "\n".join(wrap(self.words, style.line_length, style.lines))
        to_read_s = max(style.min_s, len(text) / style.chars_per_second)
        end_s = max(self.spoken_until_s, self.start_s + min(to_read_s, style.max_s))
        if before_s is not None:
            end_s = max(self.start_s, min(end_s, before_s))
            if before_s - end_s < _SPACE_S:
                end_s = max(self.start_s, before_s)
        return Cue(self.start_s, end_s, text)


def _drafts(words: Iterable[Word], style: CaptionStyle) -> Iterator[_Draft]:
    draft: _Draft | None = None
    for word in words:
        text = " ".join(word.text.split())
        if not text:
            continue
        if draft is not None and not _belongs(draft, text, word, style):
            yield draft
            draft = None
        if draft is None:
            draft = _Draft([], word.start_s, word.end_s)
        draft.words.append(text)
        draft.spoken_until_s = max(draft.spoken_until_s, word.end_s)
    if draft is not None:
        yield draft


def _belongs(draft: _Draft, text: str, word: Word, style: CaptionStyle) -> bool:
    """Whether a word goes into the cue that is being gathered."""
    if word.start_s - draft.spoken_until_s >= style.pause_s or word.end_s - draft.start_s > style.max_s:
        return False
    if len(_greedy([*draft.words, text], style.line_length)) > style.lines:
        return False
    last = draft.words[-1].rstrip(_CLOSERS)[-1:]
    size = len(join(draft.words)) / (style.line_length * style.lines)
    if last and last in _SENTENCE_ENDS:
        # A word or two alone would flash by; "Dr." and its like are short too.
        return size < 0.25 and word.start_s - draft.start_s < style.min_s
    return not (last and last in _CLAUSE_ENDS and size > 0.7)


def _greedy(words: Iterable[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = join((lines[-1], word)) if lines else ""
        if lines and len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _words_of(segments: Iterable[Segment]) -> Iterator[Word]:
    """The words of all segments; one without word times shares its own out by length."""
    for segment in segments:
        if segment.words:
            yield from segment.words
            continue
        words = segment.text.split()
        letters = max(1, sum(map(len, words)))
        at = segment.start_s
        for word in words:
            end_s = at + (segment.end_s - segment.start_s) * len(word) / letters
            yield Word(word, at, end_s)
            at = end_s


_PARAGRAPH_PAUSE_S = 2.0


def _paragraphs(transcript: Transcript) -> Iterator[tuple[float, str, str]]:
    """(start, speaker, text) of what one person says without a long pause."""
    spoken = [segment for segment in transcript.segments if segment.text.strip()]
    if not spoken:
        return
    start_s, texts = spoken[0].start_s, [" ".join(spoken[0].text.split())]
    for before, segment in pairwise(spoken):
        if segment.speaker != before.speaker or segment.start_s - before.end_s >= _PARAGRAPH_PAUSE_S:
            yield start_s, before.speaker, join(texts)
            start_s, texts = segment.start_s, []
        texts.append(" ".join(segment.text.split()))
    yield start_s, spoken[-1].speaker, join(texts)


def _segment_entry(segment: Segment) -> dict[str, object]:
    entry: dict[str, object] = {
        "start_s": round(segment.start_s, 3),
        "end_s": round(segment.end_s, 3),
        "text": segment.text,
        "confidence": None if segment.confidence is None else round(segment.confidence, 3),
    }
    if segment.speaker:
        entry["speaker"] = segment.speaker
    entry["words"] = [
        {
            "text": word.text,
            "start_s": round(word.start_s, 3),
            "end_s": round(word.end_s, 3),
            "confidence": None if word.confidence is None else round(word.confidence, 3),
        }
        for word in segment.words
    ]
    return entry


def _lines_of(text: str) -> str:
    """No empty line, which would end the cue."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _is_unspaced(char: str) -> bool:
    if not char:
        return False
    if unicodedata.east_asian_width(char) in "WF" and not "가" <= char <= "힣":
        return True
    return "\u0e00" <= char <= "\u0eff" or "\u1000" <= char <= "\u109f" or "\u1780" <= char <= "\u17ff"
