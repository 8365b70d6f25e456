"""What a recogniser wrote comes out as it was written, wherever it comes out."""

import csv
import io
import json
import zipfile
from itertools import pairwise

import pytest

from engine.spacing import parted
from engine.stt import exports
from engine.stt.captions import cues
from engine.stt.segments import segments_of
from engine.types import Transcript, Word

SAID = {
    "en": "It costs $3.50 at example.com, a well-known 35% and/or 1,000,000 e.g. rock 'n' roll (“so”) in the U.S.",
    "fr": "C'est-à-dire l'homme : « Bonjour ! » Il est 7h45, il fait 3°C.",
    "es": "¿Qué? ¡No! A las 7:45 escriba a info@example.com o al 555-0142.",
    "it": "L'uomo dell'altro giorno, cioè il 35%, paga 3,50 €.",
    "zh": "你好，世界！用Python写3个程序。他说“好”。",
    "ja": "「はい」と言ったので、きょうはラーメンです。",
    "th": "สวัสดีครับ เมื่อวานนี้",
    "ko": "안녕하세요. 만나서 반갑습니다.",
}


def words(text: str) -> list[Word]:
    """As a family gives them, in time."""
    parts = parted(text)
    return [Word(part.text, n * 0.3, n * 0.3 + 0.25, 0.9, None, part.space_before) for n, part in enumerate(parts)]


@pytest.mark.parametrize("language", SAID)
def test_a_text_comes_out_as_it_was_written_in_every_format(language: str) -> None:
    text = SAID[language]
    transcript = Transcript(tuple(segments_of(words(text))), language, 60.0)
    assert transcript.text == text
    made = {kind: exports.render(kind, transcript) for kind in exports.FORMATS}
    assert made["txt"].decode() == f"{text}\n"
    assert made["md"].decode().replace("\\", "").endswith(f" {text}\n")
    found = json.loads(made["json"])
    assert found["text"] == text
    told = [word for segment in found["segments"] for word in segment["words"]]
    assert "".join(" " * bool(word.get("space_before")) + word["text"] for word in told) == text
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode())))
    assert [row["text"] for row in rows] == [segment.text for segment in transcript.segments]
    with zipfile.ZipFile(io.BytesIO(made["docx"])) as file:
        assert text in file.read("word/document.xml").decode().replace("&amp;", "&")
    gone = text.replace(" ", "")
    for kind in ("srt", "vtt"):
        shown = [line for line in made[kind].decode().splitlines() if line and "-->" not in line and not line.isdigit()]
        lines = [line for line in shown if line != "WEBVTT"]
        assert "".join(lines).replace(" ", "") == gone
        assert all(line in text for line in lines)  # no space that was not there, in any line


@pytest.mark.parametrize("language", SAID)
def test_captions_of_a_word_and_of_the_whole_agree(language: str) -> None:
    given = words(SAID[language])
    shown = [text for cue in cues(given) for text, _ in cue.words]
    assert shown == [word.text for word in given]


@pytest.mark.parametrize("word_level", [False, True])
@pytest.mark.parametrize("at_s", [0.0, 5.0])
def test_no_caption_is_shown_for_no_time(word_level: bool, at_s: float) -> None:
    given = [Word(f"word{n}", at_s, at_s) for n in range(60)] + [Word("end", at_s, at_s + 0.3)]
    transcript = Transcript(tuple(segments_of(given)), "en", 20.0)
    style = exports.ExportStyle(word_level=word_level)
    times = [
        line.split(" --> ") for line in exports.render("srt", transcript, style).decode().splitlines() if "-->" in line
    ]
    assert len(times) > 1
    assert all(begin < end for begin, end in times)
    assert all(before[1] <= after[0] for before, after in pairwise(times))
