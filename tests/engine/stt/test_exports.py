"""Transcripts in every format: whole, harmless, and as the person chose."""

import csv
import io
import json
import re
import zipfile

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
from engine.stt import exports
from engine.stt.captions import CaptionStyle
from engine.stt.exports import ExportStyle
from engine.types import Segment, Transcript, Word


def transcript() -> Transcript:
    return Transcript(
        (
            Segment("hello there", 0.5, 1.2, (Word("hello", 0.5, 0.8, 0.9), Word("there", 0.8, 1.2, 0.4)), 0.65, "Ada"),
            Segment("=2+2, *stars*", 1.4, 2.5, (), None, "Ada"),
            Segment("", 2.6, 2.7),
            Segment("much later", 9.0, 10.0, (Word("much", 9.0, 9.4), Word("later", 9.4, 10.0)), 0.5, "Bo"),
        ),
        "en-us",
        12.0,
        "pocketsphinx",
    )  # fmt: skip


def test_text_has_a_paragraph_for_each_speaker_and_pause() -> None:
    assert exports.to_txt(transcript()) == "Ada: hello there =2+2, *stars*\nBo: much later\n"


def test_markdown_shows_time_and_speaker_and_no_accidental_formatting() -> None:
    assert exports.to_md(transcript()) == (
        "**[00:00:00] Ada:** hello there =2+2, \\*stars\\*\n\n**[00:00:09] Bo:** much later\n"
    )


def test_csv_opens_in_a_spreadsheet_without_running() -> None:
    rows = list(csv.DictReader(io.StringIO(exports.to_csv(transcript()))))
    assert rows[0] == {
        "start_s": "0.500", "end_s": "1.200", "speaker": "Ada", "confidence": "0.650", "text": "hello there",
    }  # fmt: skip
    assert rows[1]["text"] == "'=2+2, *stars*"


def test_json_has_everything() -> None:
    whole = json.loads(exports.to_json(transcript()))
    assert whole["text"] == "hello there =2+2, *stars* much later"
    assert whole["duration_s"] == 12.0
    assert whole["segments"][0]["words"][1] == {"text": "there", "start_s": 0.8, "end_s": 1.2, "confidence": 0.4}
    assert whole["segments"][0]["speaker"] == "Ada"


def test_subtitles_of_a_transcript_use_word_times_or_share_the_segments_out() -> None:
    text = exports.to_srt(transcript())
    assert text.startswith("1\n00:00:00,500 --> ")
    assert "=2+2, *stars*" in text
    assert "00:00:09,000 --> " in text
    assert exports.to_vtt(transcript()).startswith("WEBVTT\n\n00:00:00.500 --> ")


def test_nothing_said_is_an_empty_file_of_the_right_kind() -> None:
    nothing = Transcript((), "en-us", 3.0)
    assert exports.to_txt(nothing) == ""
    assert exports.to_srt(nothing) == ""
    assert exports.to_vtt(nothing) == "WEBVTT\n\n"
    assert exports.to_md(nothing) == ""
    assert json.loads(exports.to_json(nothing))["segments"] == []
    assert set(exports.FORMATS) == {"txt", "md", "srt", "vtt", "json", "csv", "docx"}
    for kind in exports.FORMATS:
        assert isinstance(exports.render(kind, nothing), bytes)


def test_an_unknown_format_is_one_sentence() -> None:
    with pytest.raises(OptionError, match="Use one of: txt, md, srt, vtt, json, csv, docx"):
        exports.render("exe", transcript())


def test_docx_has_heading_times_and_speakers() -> None:
    document = Document(io.BytesIO(exports.render("docx", transcript(), ExportStyle(title="A talk"))))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines == ["A talk", "00:00:00  Ada: hello there =2+2, *stars*", "00:00:09  Bo: much later"]


def test_markdown_begins_with_its_title() -> None:
    assert exports.to_md(transcript(), ExportStyle(title="A #1\ntalk")).startswith("# A \\#1 talk\n\n**[")


def test_captions_never_join_two_speakers() -> None:
    said = Transcript(
        (
            Segment("yes", 0.0, 0.4, (Word("yes", 0.0, 0.4),), None, "Ada"),
            Segment("no", 0.5, 0.9, (Word("no", 0.5, 0.9),), None, "Bo"),
        ),
        "en",
        1.0,
    )
    assert exports.to_srt(said).count("-->") == 2


def test_word_level_captions_name_the_time_of_every_word() -> None:
    style = ExportStyle(word_level=True)
    assert exports.to_srt(transcript(), style).startswith("1\n00:00:00,500 --> 00:00:00,800\nhello\n\n2\n")
    assert "\nhello <00:00:00.800>there <" in exports.to_vtt(transcript(), style)


def test_line_length_and_count_are_the_persons() -> None:
    words = tuple(Word("word" * 2, n * 0.3, n * 0.3 + 0.2) for n in range(40))
    said = Transcript((Segment(" ".join(word.text for word in words), 0, 12, words),), "en", 12.0)
    narrow = exports.to_srt(said, ExportStyle(CaptionStyle(line_length=20, lines=1)))
    lines = [line for line in narrow.splitlines() if line.startswith("word")]
    assert max(map(len, lines)) <= 20
    assert not re.search(r"word\nword", narrow)
    slow, fast = (
        exports.to_srt(
            Transcript((Segment("a few words here", 0, 0.5),), "en", 9.0),
            ExportStyle(CaptionStyle(chars_per_second=rate)),
        )
        for rate in (4, 40)
    )
    assert "00:00:04,000" in slow
    assert "00:00:01,000" in fast


hostile = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r=1", "＝1", "|cmd", "a\u0000b\ud800c\x0b", "-->\n\n9"]
)


@given(texts=st.lists(st.tuples(hostile, hostile), max_size=6), word_level=st.booleans())
def test_no_text_breaks_a_format(texts: list[tuple[str, str]], word_level: bool) -> None:
    said = Transcript(
        tuple(Segment(text, n, n + 0.9, (), None, speaker) for n, (text, speaker) in enumerate(texts)), "en", 9.0
    )
    style = ExportStyle(word_level=word_level, title=texts[0][0] if texts else "")
    made = {kind: exports.render(kind, said, style) for kind in exports.FORMATS}
    rows = list(csv.reader(io.StringIO(made["csv"].decode(), newline="")))
    assert len(rows) == len(texts) + 1
    assert not any(cell.lstrip()[:1] in tuple("=+-@") for row in rows[1:] for cell in (row[2], row[4]))
    assert len(json.loads(made["json"])["segments"]) == len(texts)
    assert zipfile.ZipFile(io.BytesIO(made["docx"])).testzip() is None
    for kind in ("srt", "vtt"):
        blocks = [block for block in made[kind].decode().split("\n\n") if "-->" in block]
        assert all(re.match(r"(\d+\n)?[\d:.,]+ --> [\d:.,]+\n", block) for block in blocks)
