"""Sizes, pauses and places of segments."""

import time
from itertools import pairwise

import pytest

from engine.text.segment import TextSegment, for_voice, prepare, segments
from engine.tts.base import SegmentLimits

LIMITS = SegmentLimits(first_chars=40, target_chars=120, max_chars=160)
LONG = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness; "
    "it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of "
    "Darkness, it was the spring of hope, it was the winter of despair, and we had everything before us."
)


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "...", "?! -- …", "* * *", "🎉 🎉", "\x00\x07", "\u200b", "—"])
def test_nothing_to_say_gives_no_segments(text: str) -> None:
    assert prepare(text, "en", LIMITS) == []


def test_pauses_follow_what_ends() -> None:
    found = prepare("One. Two.\n\nThree.", "en", LIMITS, sentence_pause_s=0.2, paragraph_pause_s=0.9)
    assert [(segment.ends, segment.pause_s) for segment in found] == [
        ("sentence", 0.2),
        ("paragraph", 0.9),
        ("paragraph", 0.9),
    ]


def test_a_long_sentence_is_divided_at_its_marks_with_shorter_pauses() -> None:
    found = prepare(LONG, "en", LIMITS, sentence_pause_s=1.0)
    assert len(found) > 2
    assert all(segment.text[-1] in ",;." for segment in found)
    assert all(0 < segment.pause_s < 1.0 for segment in found[:-1])
    assert {segment.ends for segment in found[:-1]} == {"clause"}
    after = {segment.text[-1]: segment.pause_s for segment in found[:-1]}
    assert after.get(";", 1.0) > after[","]


def test_the_first_segment_is_short_so_that_sound_starts_early() -> None:
    found = prepare(LONG, "en", LIMITS)
    assert len(found[0].text) <= 1.5 * LIMITS.first_chars
    assert max(len(segment.text) for segment in found[1:]) > 2 * LIMITS.first_chars


def test_a_sentence_within_its_aim_stays_whole() -> None:
    (segment,) = prepare("Yes, of course, my dear, it is.", "en", LIMITS)
    assert segment.text == "Yes, of course, my dear, it is."


def test_short_sentences_are_not_merged() -> None:
    assert [segment.text for segment in prepare("No. Oh! I see.", "en", LIMITS)] == ["No.", "Oh!", "I see."]


def test_words_without_marks_are_parted_between_words() -> None:
    found = prepare("word " * 100, "en", LIMITS)
    assert all(set(segment.text.split()) == {"word"} for segment in found)
    assert all(len(segment.text) <= LIMITS.max_chars for segment in found)
    assert all(segment.pause_s == 0 for segment in found[:-1])


def test_one_endless_word_is_cut_to_size() -> None:
    found = prepare("a" * 1000, "en", LIMITS)
    assert "".join(segment.text for segment in found) == "a" * 1000
    assert all(len(segment.text) <= LIMITS.max_chars for segment in found)


def test_a_price_in_words_is_kept_together() -> None:
    text = "The house on the hill was sold for a price of $1,234,567.89 in the end without a mark in it " * 2
    for segment in prepare(text, "en", SegmentLimits(40, 60, 140)):
        assert ("one million" in segment.text) == ("cents" in segment.text)


def test_chinese_and_japanese_are_cut_at_marks_first() -> None:
    text = "这是一个很长的句子，它没有空格，但是有很多逗号，所以可以在逗号的地方分开，这样听起来比较自然。"
    found = prepare(text, "zh", SegmentLimits(10, 20, 25))
    assert "".join(segment.text for segment in found) == text
    assert all(segment.text[-1] in "，。" for segment in found)
    unmarked = prepare("東京" * 40, "ja", SegmentLimits(10, 20, 25))
    assert "".join(segment.text for segment in unmarked) == "東京" * 40
    assert all(len(segment.text) <= 25 for segment in unmarked)


def test_thai_vowels_stay_with_their_letters() -> None:
    text = "สวัสดีครับผมชื่อ" * 20
    found = prepare(text, "th", SegmentLimits(10, 20, 25))
    assert "".join(segment.text for segment in found) == text
    assert not any(segment.text[0] in "ัิีึืุู็่้๊๋์ำ" for segment in found)


def test_words_find_their_way_back_to_the_original() -> None:
    text = "Dr. Smith paid $1,234.50.\n\nOn 2026-11-21 he left."
    first, second = prepare(text, "en-us", SegmentLimits(200, 200, 300))
    at = first.text.index("dollars")
    start, end = first.to_source(at, at + 7)
    assert text[start:end] == "$1,234.50"
    at = second.text.index("left")
    start, end = second.to_source(at, at + 4)
    assert text[start:end] == "left"
    assert text[slice(*first.span)] == "Dr. Smith paid $1,234.50."
    assert text[slice(*second.span)] == "On 2026-11-21 he left."


def test_a_segment_with_plain_offsets_works_as_well() -> None:
    segment = TextSegment(0, "two words", (5, 14), 0.0, "sentence", tuple(range(5, 15)))
    assert segment.to_source(4, 9) == (9, 14)
    assert segment.to_source(4, 99) == (9, 14)
    assert for_voice(segment) == (segment, ())


def test_segments_are_made_as_they_are_asked_for() -> None:
    book = "\n\n".join(["It was a dark and stormy night, and the rain fell in torrents."] * 50_000)
    began = time.process_time()
    first = next(segments(book, "en", LIMITS))
    assert time.process_time() - began < 0.5
    assert first.index == 0


def test_a_book_of_a_hundred_thousand_words_is_ready_in_seconds() -> None:
    paragraph = f"{LONG} “Well,” said Mr. Lorry at 3:45 p.m., “it cost me £5, in 1775!” She didn’t answer."
    book = "\n\n".join([paragraph] * (100_000 // len(paragraph.split())))
    began = time.process_time()
    found = prepare(book, "en-gb", SegmentLimits(60, 200, 300))
    assert time.process_time() - began < 8
    assert found[-1].span[1] == len(book)
    assert all(before.span[1] <= after.span[0] for before, after in pairwise(found))
