"""Captions a person can read, and transcripts in every format."""

import csv
import io
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stt import captions
from engine.stt.captions import STYLE, Cue, cues, srt, vtt, wrap
from engine.types import Segment, Transcript, Word


def words(text: str, each_s: float = 0.35, start_s: float = 0.0) -> list[Word]:
    return [Word(word, start_s + n * each_s, start_s + (n + 0.9) * each_s) for n, word in enumerate(text.split())]


TEXT = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness. "
    "It was the epoch of belief. Nobody knew, and nobody asked; the winter was long."
)

spoken = st.lists(
    st.tuples(
        st.text(st.characters(categories=("L", "P", "N")), min_size=1, max_size=50), st.floats(0, 3), st.floats(0, 2)
    ),
    max_size=60,
)  # fmt: skip


def timed(parts: list[tuple[str, float, float]]) -> list[Word]:
    found: list[Word] = []
    at = 0.0
    for text, gap_s, length_s in parts:
        found.append(Word(text, at + gap_s, at + gap_s + length_s))
        at += gap_s + length_s
    return found


@given(parts=spoken)
def test_cues_keep_every_word_in_order_and_never_overlap(parts: list[tuple[str, float, float]]) -> None:
    given_words = timed(parts)
    found = list(cues(given_words))
    assert "".join(cue.text for cue in found).replace("\n", "").replace(" ", "") == "".join(w.text for w in given_words)
    for cue in found:
        assert cue.start_s <= cue.end_s
        lines = cue.text.split("\n")
        assert len(lines) <= STYLE.lines or any(len(line) > STYLE.line_length for line in lines)
        assert all(len(line) <= STYLE.line_length or " " not in line for line in lines)
    assert all(before.end_s <= after.start_s for before, after in pairwise(found))


def test_a_cue_stays_long_enough_to_be_read() -> None:
    fast = words(TEXT, each_s=0.12)
    found = list(cues([*fast, *words("The end.", start_s=fast[-1].end_s + 6)]))
    last_of_fast = found[-2]
    assert (last_of_fast.end_s - last_of_fast.start_s) * STYLE.chars_per_second >= len(last_of_fast.text) - 1
    assert found[-1].end_s - found[-1].start_s >= STYLE.min_s
    assert all(cue.end_s - cue.start_s <= STYLE.max_s + 1e-6 for cue in found)


def test_sentences_end_cues_and_pauses_do_too() -> None:
    found = [cue.text.replace("\n", " ") for cue in cues(words(TEXT))]
    assert "it was the age of foolishness." in " ".join(found)
    assert not any(re.search(r"[.?!] \w", text) for text in found)
    apart = [*words("and then", start_s=0), *words("nothing more", start_s=5)]
    assert [cue.text for cue in cues(apart)] == ["and then", "nothing more"]


def test_a_pause_shows_an_empty_screen_but_a_breath_does_not() -> None:
    first, second = cues([*words("One two three four five six.", 0.4), *words("Seven eight nine.", 0.4, start_s=2.42)])
    assert first.end_s == second.start_s
    first, second = cues([*words("One two three four five six.", 0.4), *words("Seven eight nine.", 0.4, start_s=12)])
    assert first.end_s < 4


def test_cues_stream() -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        for word in words(TEXT * 100):
            taken += 1
            yield word

    stream = cues(endless())  # type: ignore[arg-type]
    next(stream)
    assert taken < 40


def test_lines_are_evened_out() -> None:
    assert wrap(["it", "was", "the", "age", "of", "wisdom", "it", "was", "the", "age", "of", "foolishness"], 42, 2) == [
        "it was the age of wisdom it",
        "was the age of foolishness",
    ]
    assert wrap(["short"], 42, 2) == ["short"]
    assert wrap([], 42, 2) == []
    assert wrap(["x" * 60, "y"], 42, 2) == ["x" * 60, "y"]


def test_chinese_has_no_spaces_between_its_words() -> None:
    (cue,) = cues([Word("你好", 0, 0.5), Word("世界。", 0.5, 1.0)])
    assert cue.text == "你好世界。"
    assert captions.join(["안녕", "하세요"]) == "안녕 하세요"
    assert captions.join(["用", "Python", "写"]) == "用 Python 写"


def test_srt_and_vtt_are_what_players_read() -> None:
    made = [Cue(0.0, 1.5, "Fish & <chips> -->"), Cue(3661.25, 3662.0, "two\nlines")]
    assert "".join(srt(made)) == (
        "1\n00:00:00,000 --> 00:00:01,500\nFish & <chips> -->\n\n2\n01:01:01,250 --> 01:01:02,000\ntwo\nlines\n\n"
    )
    assert "".join(vtt(made)) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nFish &amp; &lt;chips&gt; --&gt;\n\n"
        "01:01:01.250 --> 01:01:02.000\ntwo\nlines\n\n"
    )


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (3600 * 123.5, "123:30:00.000"), (-1, "00:00:00.000")],
)
def test_clocks_round_and_carry(seconds: float, shown: str) -> None:
    assert captions.clock(seconds) == shown


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
    assert captions.to_txt(transcript()) == "hello there =2+2, *stars*\nmuch later\n"


def test_markdown_shows_time_and_speaker_and_no_accidental_formatting() -> None:
    assert captions.to_md(transcript()) == (
        "**[00:00:00] Ada:** hello there =2+2, \\*stars\\*\n\n**[00:00:09] Bo:** much later\n"
    )


def test_csv_opens_in_a_spreadsheet_without_running() -> None:
    rows = list(csv.DictReader(io.StringIO(captions.to_csv(transcript()))))
    assert rows[0] == {
        "start_s": "0.500", "end_s": "1.200", "speaker": "Ada", "confidence": "0.650", "text": "hello there",
    }  # fmt: skip
    assert rows[1]["text"] == "'=2+2, *stars*"


def test_json_has_everything() -> None:
    whole = json.loads(captions.to_json(transcript()))
    assert whole["text"] == "hello there =2+2, *stars* much later"
    assert whole["duration_s"] == 12.0
    assert whole["segments"][0]["words"][1] == {"text": "there", "start_s": 0.8, "end_s": 1.2, "confidence": 0.4}
    assert whole["segments"][0]["speaker"] == "Ada"


def test_subtitles_of_a_transcript_use_word_times_or_share_the_segments_out() -> None:
    text = captions.to_srt(transcript())
    assert text.startswith("1\n00:00:00,500 --> ")
    assert "=2+2, *stars*" in text
    assert "00:00:09,000 --> " in text
    assert captions.to_vtt(transcript()).startswith("WEBVTT\n\n00:00:00.500 --> ")


def test_nothing_said_is_an_empty_file_of_the_right_kind() -> None:
    nothing = Transcript((), "en-us", 3.0)
    assert captions.to_txt(nothing) == ""
    assert captions.to_srt(nothing) == ""
    assert captions.to_vtt(nothing) == "WEBVTT\n\n"
    assert captions.to_md(nothing) == ""
    assert json.loads(captions.to_json(nothing))["segments"] == []
    assert set(captions.WRITERS) == {"txt", "srt", "vtt", "json", "md", "csv"}
