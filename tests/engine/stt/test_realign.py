"""An edited text keeps the times of what was kept, and fits its segment whatever was written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spacing import text_of
from engine.stt.realign import realigned
from engine.types import Segment, Word


def heard(text: str, start_s: float = 10.0, each_s: float = 0.5) -> Segment:
    words = tuple(
        Word(word, start_s + n * each_s, start_s + n * each_s + 0.4, 0.5, space_before=n > 0 or None)
        for n, word in enumerate(text.split())
    )
    return Segment(text, words[0].start_s, words[-1].end_s, words, 0.5, "Ada")


def edited(segment: Segment, text: str) -> Segment:
    return realigned(Segment(text, segment.start_s, segment.end_s, segment.words, segment.confidence, segment.speaker))


HEARD = heard("the quick brown fox jumps")


def test_an_untouched_segment_is_the_same_object() -> None:
    assert realigned(HEARD) is HEARD


def test_a_corrected_word_takes_the_place_of_the_wrong_one_and_is_certain() -> None:
    words = edited(HEARD, "the quick red fox jumps").words
    assert [(word.text, word.start_s, word.end_s) for word in words[2:3]] == [("red", 11.0, 11.4)]
    assert words[2].confidence is None
    assert [words[n] for n in (0, 1, 3, 4)] == [HEARD.words[n] for n in (0, 1, 3, 4)]


def test_punctuation_and_capitals_keep_time_and_confidence() -> None:
    words = edited(HEARD, "The quick, brown fox jumps.").words
    assert [word.text for word in words] == ["The", "quick,", "brown", "fox", "jumps."]
    assert [(word.start_s, word.confidence) for word in words] == [(one.start_s, 0.5) for one in HEARD.words]


def test_two_words_for_one_share_its_time_by_length() -> None:
    words = edited(HEARD, "the quick dark red fox jumps").words
    assert (words[2].text, words[2].start_s, words[3].end_s) == ("dark", 11.0, 11.4)
    assert words[2].end_s == words[3].start_s == pytest.approx(11.0 + 0.4 * 4 / 7)


def test_an_added_word_takes_the_gap_it_stands_in() -> None:
    words = edited(HEARD, "the quick brown fox never jumps").words
    assert (words[4].start_s, words[4].end_s) == (HEARD.words[3].end_s, HEARD.words[4].start_s)


def test_a_removed_word_leaves_the_others_where_they_are() -> None:
    assert edited(HEARD, "the brown fox jumps").words == (HEARD.words[0], *HEARD.words[2:])
    assert edited(HEARD, "  ").words == ()


def test_a_segment_without_word_times_shares_its_own() -> None:
    words = realigned(Segment("one three", 2.0, 3.0)).words
    assert [(word.text, word.start_s) for word in words] == [("one", 2.0), ("three", 2.375)]


def test_a_very_long_rewriting_is_placed_at_once() -> None:
    long = heard(" ".join(f"w{n}" for n in range(3000)), each_s=0.5)
    words = edited(long, " ".join(f"x{n}" for n in range(4000))).words
    assert len(words) == 4000
    assert words[-1].end_s == pytest.approx(long.end_s)


texts = st.lists(st.sampled_from(["the", "The", "quick", "fox", "a", "!", "你好", "=1"]), max_size=14).map(" ".join)
times = st.floats(-5, 40, allow_nan=False)


@given(text=texts, words=st.lists(st.tuples(st.sampled_from(["the", "quick", "fox", "a"]), times, times), max_size=10))
def test_words_are_the_text_in_order_and_inside_the_segment(text: str, words: list[tuple[str, float, float]]) -> None:
    found = realigned(Segment(text, 5.0, 30.0, tuple(Word(*word) for word in words)))
    assert text_of(found.words) == found.text == " ".join(text.split())
    bounds = [5.0, *(time for word in found.words for time in (word.start_s, word.end_s)), 30.0]
    assert all(before <= after for before, after in pairwise(bounds))
    assert realigned(found).words == found.words


ZH = "你要说印度那可真是个奇葩的国家近二十年以来以平均百分之六的增速迅速崛起先后超过了韩国加拿大意大利法国英国"


def test_one_edit_in_chinese_keeps_the_other_words() -> None:
    words = tuple(Word(char, n / 4, n / 4 + 0.25, 0.5, space_before=n == 0 and None) for n, char in enumerate(ZH))
    segment = Segment(ZH, 0.0, len(ZH) / 4, words, 0.5)
    text = ZH.replace("印度", "中国")
    found = edited(segment, text)
    assert found.text == text_of(found.words) == text
    assert len(found.words) == len(ZH)
    assert [n for n, (a, b) in enumerate(zip(found.words, words, strict=True)) if a != b] == [3, 4]


def test_two_characters_that_were_heard_as_one_word_are_kept_one_by_one() -> None:
    # What is put in where there is no gap shares the time of the one before.
    words = (Word("世界", 0.0, 1.0, 0.5), Word("和平。", 1.0, 2.0, 0.5, space_before=False))
    found = edited(Segment("世界和平。", 0.0, 2.0, words, 0.5), "世界的和平。")
    assert [(word.text, word.confidence) for word in found.words] == [
        ("世", 0.5), ("界", None), ("的", None), ("和", 0.5), ("平。", 0.5),
    ]  # fmt: skip


def test_how_a_segment_follows_the_one_before_survives_an_edit() -> None:
    torn = Segment("-known", 1.0, 2.0, (Word("well-known", 1.0, 2.0, 0.5, space_before=False),))
    assert realigned(torn).space_before is False
