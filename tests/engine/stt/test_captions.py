"""Captions a person can read, and transcripts in every format."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stt import captions
from engine.stt.captions import STYLE, Cue, cues, srt, vtt, wrap
from engine.types import Word


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
    assert wrap(words("it was the age of wisdom it was the age of foolishness"), 42, 2) == [
        "it was the age of wisdom it",
        "was the age of foolishness",
    ]
    assert wrap(words("short"), 42, 2) == ["short"]
    assert wrap([], 42, 2) == []
    assert wrap(words("x" * 60 + " y"), 42, 2) == ["x" * 60, "y"]


def test_chinese_has_no_spaces_between_its_words() -> None:
    (cue,) = cues([Word("你好", 0, 0.5), Word("世界。", 0.5, 1.0)])
    assert cue.text == "你好世界。"


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
