"""A transcript in the formats people ask for, which are one table (FORMATS). Knows no file and no door."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.errors import OptionError
from engine.spacing import text_of
from engine.stt.captions import STYLE, CaptionStyle, Cue, clock, srt, transcript_cues, vtt, word_cues
from engine.types import Segment, Transcript, Word

PARAGRAPH_PAUSE_S = 2.0
"""A silence this long begins a new paragraph."""


@dataclass(frozen=True, slots=True)
class ExportStyle:
    """What a person may choose about a transcript's file.

    Attributes:
        captions: sizes of the captions in srt and vtt.
        word_level: vtt gets a time before every word, srt a caption for every word.
        title: heads md and docx; "" leaves the heading out.
    """

    captions: CaptionStyle = STYLE
    word_level: bool = False
    title: str = ""


PLAIN = ExportStyle()


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format, and all there is to say of it: API, page, terminal, queue and books ask this table alone.

    Attributes:
        label: for a person.
        media_type: for a browser.
        render: makes it.
        cues: writes captions in it, a block at a time; None where it has none. A book gets a file of each that has,
            and a program that speaks OpenAI's way may ask for it.
        by_default: whether a recording is written down in it where nobody chose.
        is_text: whether a terminal can show it.
    """

    label: str
    media_type: str
    render: Callable[[Transcript, ExportStyle], str | bytes]
    cues: Callable[[Iterable[Cue]], Iterator[str]] | None = None
    by_default: bool = False
    is_text: bool = True


def render(kind: str, transcript: Transcript, style: ExportStyle = PLAIN) -> bytes:
    """A transcript as the bytes of a file.

    Args:
        kind: a name in FORMATS.
        transcript: what was said.
        style: what the person chose.

    Raises:
        OptionError: no such format.
    """
    if kind not in FORMATS:
        raise OptionError(f"Transcripts cannot be written as “{kind[:20]}”. Use one of: {', '.join(FORMATS)}.")
    made = FORMATS[kind].render(transcript, style)
    return made.encode("utf-8", "replace") if isinstance(made, str) else made


def to_txt(transcript: Transcript, style: ExportStyle = PLAIN) -> str:
    """A paragraph wherever somebody paused for long or another one speaks; with names where there are speakers."""
    return "".join(f"{speaker}: {text}\n" if speaker else f"{text}\n" for _, speaker, text in paragraphs(transcript))


def to_srt(transcript: Transcript, style: ExportStyle = PLAIN) -> str:
    """SubRip subtitles."""
    found = transcript_cues(transcript, style.captions)
    return "".join(srt(word_cues(found) if style.word_level else found))


def to_vtt(transcript: Transcript, style: ExportStyle = PLAIN) -> str:
    """WebVTT subtitles."""
    return "".join(vtt(transcript_cues(transcript, style.captions), word_level=style.word_level))


def to_md(transcript: Transcript, style: ExportStyle = PLAIN) -> str:
    """Paragraphs with the time each begins at, and with its speaker where there are several."""
    blocks = [f"# {_unmarked(_one_line(style.title))}\n"] if style.title else []
    for start_s, speaker, text in paragraphs(transcript):
        name = f" {_unmarked(speaker)}:" if speaker else ""
        blocks.append(f"**[{_hour(start_s)}]{name}** {_unmarked(text)}\n")
    return "\n".join(blocks)


def to_csv(transcript: Transcript, style: ExportStyle = PLAIN) -> str:
    """One row a segment: start, end, speaker, confidence, text."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("start_s", "end_s", "speaker", "confidence", "text"))
    for segment in transcript.segments:
        confidence = "" if segment.confidence is None else f"{segment.confidence:.3f}"
        times = f"{segment.start_s:.3f}", f"{segment.end_s:.3f}"
        rows.writerow((*times, _harmless(segment.speaker), confidence, _harmless(segment.text)))
    return out.getvalue()


def to_json(transcript: Transcript, style: ExportStyle = PLAIN) -> str:
    """Everything that is known: segments and words with times and confidences."""
    head = {
        "text": transcript.text,
        "language": transcript.language,
        "duration_s": round(transcript.duration_s, 3),
        "model": transcript.model,
    }
    # A segment a line, each made by itself: the words of ten hours as objects take ten times their text.
    lines = ",\n".join(json.dumps(segment_entry(segment), ensure_ascii=False) for segment in transcript.segments)
    opened = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{opened},\n "segments": [\n{lines}\n ]\n}}\n'


def to_docx(transcript: Transcript, style: ExportStyle = PLAIN) -> bytes:
    """A Word document: a heading, and paragraphs with the time each begins at and its speaker."""
    from docx import Document  # a third of a second, and only for those who ask for it
    from docx.shared import Pt

    document = Document()
    document.core_properties.title = _printable(_one_line(style.title))[:255]
    document.core_properties.author = ""
    if style.title:
        document.add_heading(_printable(_one_line(style.title)), level=1)
    for start_s, speaker, text in paragraphs(transcript):
        paragraph = document.add_paragraph()
        time = paragraph.add_run(f"{_hour(start_s)}  ")
        time.font.size = Pt(8)
        if speaker:
            paragraph.add_run(f"{_printable(speaker)}: ").bold = True
        paragraph.add_run(_printable(text))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

FORMATS: dict[str, ExportFormat] = {
    "txt": ExportFormat("TXT", "text/plain; charset=utf-8", to_txt, by_default=True),
    "md": ExportFormat("MD", "text/markdown; charset=utf-8", to_md),
    "srt": ExportFormat("SRT", "application/x-subrip; charset=utf-8", to_srt, srt, by_default=True),
    "vtt": ExportFormat("VTT", "text/vtt; charset=utf-8", to_vtt, vtt, by_default=True),
    "json": ExportFormat("JSON", "application/json", to_json, by_default=True),
    "csv": ExportFormat("CSV", "text/csv; charset=utf-8", to_csv),
    "docx": ExportFormat("DOCX", _DOCX, to_docx, is_text=False),
}
"""By name, which is also the ending of a file."""


def caption_formats() -> dict[str, ExportFormat]:
    """Those that can be shown over a film or a book's sound."""
    return {name: kind for name, kind in FORMATS.items() if kind.cues is not None}


def default_formats() -> tuple[str, ...]:
    """What a recording is written down in where nobody chose."""
    return tuple(name for name, kind in FORMATS.items() if kind.by_default)


def paragraphs(transcript: Transcript) -> Iterator[tuple[float, str, str]]:
    """(start, speaker, text) of what one person says without a long pause."""
    spoken = [replace(segment, text=_one_line(segment.text)) for segment in transcript.segments if segment.text.strip()]
    if not spoken:
        return
    held = [spoken[0]]
    for before, segment in pairwise(spoken):
        if segment.speaker != before.speaker or segment.start_s - before.end_s >= PARAGRAPH_PAUSE_S:
            yield held[0].start_s, _one_line(before.speaker), text_of(held)
            held = []
        held.append(segment)
    yield held[0].start_s, _one_line(spoken[-1].speaker), text_of(held)


def segment_entry(segment: Segment) -> dict[str, object]:
    """A segment as JSON, times in seconds."""
    entry: dict[str, object] = {
        "start_s": round(segment.start_s, 3),
        "end_s": round(segment.end_s, 3),
        "text": segment.text,
        "confidence": None if segment.confidence is None else round(segment.confidence, 3),
    }
    if segment.speaker:
        entry["speaker"] = segment.speaker
    if segment.language:
        entry["language"] = segment.language
    entry["words"] = [_word_entry(word) for word in segment.words]
    return entry


def _word_entry(word: Word) -> dict[str, object]:
    entry: dict[str, object] = {
        "text": word.text,
        "start_s": round(word.start_s, 3),
        "end_s": round(word.end_s, 3),
        "confidence": None if word.confidence is None else round(word.confidence, 3),
    }
    if word.space_before is not None:
        entry["space_before"] = word.space_before
    return entry


def _hour(seconds: float) -> str:
    return clock(seconds).partition(".")[0]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _unmarked(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in text)


def _printable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and _in_xml(char)))


def _in_xml(char: str) -> bool:
    return not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff"


def _harmless(text: str) -> str:
    """A cell of one line that no spreadsheet takes for a formula."""
    line = _one_line(text)
    return f"'{line}" if line and line[0] in "=+-@＝＋－＠|%" else line
