"""A transcript, or any run of timed words, as text and captions. Writes strings; knows no files.

Captions follow broadcasters' habits: two lines of 42 characters, at most 17 characters a second where there is room to
linger, never less than a second on screen, never two at once.
Source: BBC subtitle guidelines 1.2; Netflix timed text style guide.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.types import Segment, Transcript, Word

SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", ".”", "!”", "?”", '."', '!"', '?"')


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """How captions are cut.

    Attributes:
        line_chars: most characters in a line.
        lines: most lines on screen.
        max_duration_s: longest time on screen.
        min_duration_s: shortest, where the next caption leaves room.
        chars_per_s: reading speed; a caption lingers to allow it, where the next one leaves room.
        gap_s: a silence this long ends a caption.
    """

    line_chars: int = 42
    lines: int = 2
    max_duration_s: float = 7.0
    min_duration_s: float = 1.0
    chars_per_s: float = 17.0
    gap_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption; its lines are parted by "\\n"."""

    start_s: float
    end_s: float
    text: str


DEFAULT = CaptionRules()


def cues(words: Iterable[Word], rules: CaptionRules = DEFAULT) -> Iterator[Cue]:
    """Cut timed words into captions, as a stream: a book of any length needs the memory of one caption."""
    held: Cue | None = None
    for group in _groups(words, rules):
        text = _wrapped([word.text for word in group], rules)
        cue = Cue(group[0].start_s, max(group[-1].end_s, group[0].start_s), text)
        if held is not None:
            yield _lingering(held, cue.start_s, rules)
        held = cue
    if held is not None:
        yield _lingering(held, float("inf"), rules)


def srt(captions: Iterable[Cue]) -> Iterator[str]:
    """SubRip, a caption a piece."""
    for number, cue in enumerate(captions, start=1):
        yield f"{number}\n{_time(cue.start_s, ',')} --> {_time(cue.end_s, ',')}\n{_one_block(cue.text)}\n\n"


def vtt(captions: Iterable[Cue]) -> Iterator[str]:
    """WebVTT, its heading first."""
    yield "WEBVTT\n\n"
    for cue in captions:
        text = _one_block(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield f"{_time(cue.start_s, '.')} --> {_time(cue.end_s, '.')}\n{text}\n\n"


def to_txt(transcript: Transcript) -> str:
    """One line a segment."""
    return "".join(f"{segment.text}\n" for segment in transcript.segments if segment.text)


def to_srt(transcript: Transcript, rules: CaptionRules = DEFAULT) -> str:
    """SubRip."""
    return "".join(srt(_transcript_cues(transcript, rules)))


def to_vtt(transcript: Transcript, rules: CaptionRules = DEFAULT) -> str:
    """WebVTT."""
    return "".join(vtt(_transcript_cues(transcript, rules)))


def to_json(transcript: Transcript) -> str:
    """Everything: segments, words, times in seconds, confidences."""
    return json.dumps(
        {
            "text": transcript.text,
            "language": transcript.language,
            "duration_s": round(transcript.duration_s, 3),
            "model": transcript.model,
            "segments": [_segment(segment) for segment in transcript.segments],
        },
        ensure_ascii=False,
        indent=1,
    )


def _transcript_cues(transcript: Transcript, rules: CaptionRules) -> Iterator[Cue]:
    """Captions never run across segments: a pause or another speaker stands between them."""
    return cues(_words_of(transcript.segments), rules)


def _words_of(segments: Iterable[Segment]) -> Iterator[Word]:
    for segment in segments:
        if segment.words:
            yield from segment.words
        elif segment.text.strip():
            yield from _shared_out(segment)


def _shared_out(segment: Segment) -> Iterator[Word]:
    """A segment without word times: its own time, shared out by length."""
    texts = segment.text.split()
    letters = sum(map(len, texts))
    at = segment.start_s
    for text in texts:
        end = at + (segment.end_s - segment.start_s) * len(text) / letters
        yield Word(text, at, end)
        at = end


def _groups(words: Iterable[Word], rules: CaptionRules) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word in words:
        if not word.text.strip():
            continue
        if group and _breaks(group, word, rules):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _breaks(group: list[Word], word: Word, rules: CaptionRules) -> bool:
    last = group[-1]
    if word.start_s - last.end_s >= rules.gap_s or word.end_s - group[0].start_s > rules.max_duration_s:
        return True
    texts = [item.text for item in group]
    # A sentence that has filled a line ends its caption; a shorter one shares it with the next.
    if last.text.endswith(SENTENCE_ENDS) and sum(map(len, texts)) + len(texts) > rules.line_chars // 2:
        return True
    return len(_lines([*texts, word.text], rules)) > rules.lines


def _lines(texts: list[str], rules: CaptionRules) -> list[str]:
    lines: list[str] = []
    for text in texts:
        if lines and len(lines[-1]) + 1 + len(text) <= rules.line_chars:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    return lines


def _wrapped(texts: list[str], rules: CaptionRules) -> str:
    """Two lines of like length read better than a full one and a stub."""
    lines = _lines(texts, rules)
    if len(lines) != 2:
        return "\n".join(lines)
    splits = [(" ".join(texts[:at]), " ".join(texts[at:])) for at in range(1, len(texts))]
    fitting = [pair for pair in splits if max(map(len, pair)) <= rules.line_chars]
    return "\n".join(min(fitting, key=lambda pair: abs(len(pair[0]) - len(pair[1])))) if fitting else "\n".join(lines)


def _lingering(cue: Cue, next_start_s: float, rules: CaptionRules) -> Cue:
    """On screen long enough to be read, where the next caption leaves room; never into the next."""
    wanted = max(cue.end_s, cue.start_s + rules.min_duration_s, cue.start_s + len(cue.text) / rules.chars_per_s)
    latest = max(next_start_s, cue.start_s)
    return Cue(cue.start_s, min(wanted, latest), cue.text)


def _time(seconds: float, point: str) -> str:
    milliseconds = round(max(0.0, seconds) * 1000)
    minutes, ms = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{point}{ms % 1000:03}"


def _one_block(text: str) -> str:
    """An empty line or an arrow inside a caption would end it or begin another."""
    return "\n".join(line for line in text.replace("-->", "→").splitlines() if line.strip())


def _segment(segment: Segment) -> dict[str, object]:
    return {
        "start_s": round(segment.start_s, 3),
        "end_s": round(segment.end_s, 3),
        "text": segment.text,
        "confidence": segment.confidence,
        "speaker": segment.speaker,
        "words": [
            {
                "text": word.text,
                "start_s": round(word.start_s, 3),
                "end_s": round(word.end_s, 3),
                "confidence": word.confidence,
            }
            for word in segment.words
        ],
    }
