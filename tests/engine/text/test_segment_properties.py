"""Nothing lost, nothing doubled, nothing too long, whatever comes in."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.text import tags
from engine.text.clauses import is_inside_grapheme
from engine.text.normalise import normalise
from engine.text.segment import TextSegment, prepare
from engine.tts.base import SegmentLimits

WORDS = [
    "the", "and", "Dr.", "Mr. Smith", "$1,234.50", "3:45pm", "2026-11-21", "e.g.", "U.S.", "J. R. R. Tolkien",
    "1984", "the '90s", "50%", "5 km", "—", "–", "...", "…", "\"Stop!\"", "“Go.”", "(yes)", "he said",
    "<laugh>", "<sigh>", "[word](/wɜːd/)", "<b>bold</b>", "http://a.b/c?d=e&f", "x@y.com", "don’t", "co\xadop",
    "IV", "Chapter IV", "\n", "\n\n", "\r\n", " \t ", "你好。", "今天2026年", "「行こう！」と", "สวัสดี", "नमस्ते 12।",
    "1/2", "+1 (555) 123-4567", "z. B.", "1.234,56 €", "½", "²", "é", "e\u0301", "👍🏽",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u200b", "\x00", "AT&T", "C++", "#tag", "@me", "well-known",
    "-5", "5'10\"", "A-B-C", "a_b", "*x*", "IX.", "i.e.,", "?!", "!", "?", ".", ",", ";", ":",
    "Supercalifragilisticexpialidocious" * 3, "9" * 40,
]  # fmt: skip
LANGUAGES = ["en-us", "en-gb", "es", "fr", "de", "it", "pt-br", "hi", "ja", "zh", "ru", "th", "xx", ""]

texts = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=40).map("".join),
    st.text(
        alphabet=st.characters(categories=("Lu", "Ll", "Lo", "Nd", "Mn", "Mc", "Zs", "Po", "Cc", "Cf", "Cs", "So")),
        max_size=200,
    ),
)
limits = st.tuples(st.integers(1, 60), st.integers(1, 120), st.integers(1, 200), st.booleans()).map(
    lambda sizes: SegmentLimits(*sizes)
)


def in_words(text: str) -> list[int]:
    """Offsets of the letters and figures of a text, without markup that is not for hearing."""
    silent = set()
    for tag in tags.find(text):
        if tag.kind == "markup":
            silent.update(range(*tag.span))
    return [at for at, character in enumerate(text) if character.isalnum() and at not in silent]


def check(text: str, segments: list[TextSegment], limit: SegmentLimits) -> None:
    for number, segment in enumerate(segments):
        start, end = segment.span
        assert segment.index == number
        assert segment.text and segment.text == segment.text.strip()
        assert len(segment.text) <= limit.max_chars
        assert 0 <= start <= end <= len(text)
        offsets = list(segment.offsets)
        assert len(offsets) == len(segment.offsets) == len(segment.text) + 1
        assert offsets == [segment.offsets[at] for at in range(len(offsets))]
        assert all(before <= after for before, after in pairwise(offsets))
        assert start <= offsets[0] and offsets[-1] <= end
        for at in range(0, len(segment.text), 7):
            begin, finish = segment.to_source(at, min(at + 5, len(segment.text)))
            assert start <= begin <= finish <= end
        assert segment.to_source(0, len(segment.text)) <= (end, end)
    for before, after in pairwise(segments):
        assert before.span[1] <= after.span[0]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts, st.sampled_from(LANGUAGES), limits)
def test_segments_cover_the_text_once_and_in_order(text: str, language: str, limit: SegmentLimits) -> None:
    segments = prepare(text, language, limit)
    check(text, segments, limit)
    covered = [at for segment in segments for at in range(*segment.span)]
    missing = set(in_words(text)) - set(covered)
    assert not missing, [text[at] for at in missing]
    assert len(covered) == len(set(covered))


def spoken_letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


# Tags aside: they are longer than the smallest segments tried here.
SPACED = [
    word
    for word in WORDS
    if all(ord(character) < 0x900 for character in word) and word not in "—–….,;:!?" and not set("<[") & set(word)
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(SPACED), min_size=1, max_size=40).map(" ".join),
    st.sampled_from(["en-us", "de", "fr", "xx"]),
    limits,
)
def test_a_word_is_never_cut_unless_it_is_too_long_by_itself(text: str, language: str, limit: SegmentLimits) -> None:
    words = normalise(text, language).text.split()
    pieces = [piece for segment in prepare(text, language, limit) for piece in segment.text.split()]
    at = 0
    for word in words:
        if at < len(pieces) and pieces[at] == word:
            at += 1
        elif not any(character.isalnum() for character in word):
            continue  # marks may be left out where they would stand alone
        else:
            assert len(word) > limit.max_chars
            letters, found = spoken_letters(word), ""
            while at < len(pieces) and len(found) < len(letters):
                found += spoken_letters(pieces[at])
                at += 1
            assert found == letters
    assert not any(character.isalnum() for piece in pieces[at:] for character in piece)


@settings(max_examples=150, deadline=None)
@given(texts, st.sampled_from(LANGUAGES))
def test_no_grapheme_is_parted(text: str, language: str) -> None:
    limit = SegmentLimits(5, 12, 24)
    for before, after in pairwise(prepare(text, language, limit)):
        if before.span[1] == after.span[0]:
            whole = before.text + after.text
            at = len(before.text)
            marks = sum(unicodedata.category(character)[0] == "M" for character in whole)
            assert not is_inside_grapheme(whole, at) or marks > limit.max_chars


# Without abbreviations and marks whose meaning hangs on the words beside them.
STEADY = [
    "the", "and", "$1,234.50", "3:45pm", "2026-11-21", "1984", "the '90s", "50%", "5 km", "“Go.”", "(yes)",
    "he said", "<laugh>", "[word](/wɜːd/)", "x@y.com", "don’t", "Chapter IV", "you", "1/2", "½", "AT&T",
    "well-known", "Stop!", "Why?", "cats,",
]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(STEADY), max_size=30).map(" ".join))
def test_spoken_english_stays_as_it_is_when_spoken_again(text: str) -> None:
    once = normalise(text, "en-us").text
    assert not any(character.isdecimal() for character in once)
    assert normalise(once, "en-us").text == once


HOSTILE = {
    "one letter": "a",
    "a figure": "1",
    "spaces": " ",
    "line breaks": "\n",
    "full stops": ".",
    "quotes": '"',
    "open brackets": "(",
    "angle brackets": "<",
    "tags": "<laugh>",
    "half tags": "<a ",
    "links": "[a](/",
    "at signs": "a@",
    "addresses": "a.",
    "slashes": "1/",
    "colons": "1:",
    "hyphens": "-",
    "figures and hyphens": "1-",
    "figures and commas": "1,",
    "dollars": "$1",
    "marks": "\u0301",
    "joiners": "\u200d",
    "zero width": "a\u200b",
    "surrogates": "\ud800",
    "capitals": "I",
    "initials": "A.",
    "roman": "XIV ",
    "words": "word ",
    "sentences": "Yes. ",
    "chinese": "你好",
    "thai": "สวัสดี",
    "hindi": "नमस्ते ",
    "emoji": "👍🏽",
    "apostrophes": "'",
    "dashes": "— ",
    "stars": "*",
    "underscores": "_a",
    "ampersands": "A&",
    "percent": "%1",
    "plus": "+1",
    "degrees": "1°",
    "months": "May 1 ",
    "lines": "a\n",
    "wide lines": "word word word word word word word word word word.\n",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["en-us", "es", "zh"])
def test_a_hostile_text_ends_soon(name: str, language: str) -> None:
    unit = HOSTILE[name]
    limit = SegmentLimits(60, 200, 300)
    text = unit * (30_000 // len(unit))
    began = time.process_time()
    segments = prepare(text, language, limit)
    # Ten times what is needed, far below what anything quadratic takes for 30,000 characters.
    assert time.process_time() - began < 4
    assert all(len(segment.text) <= limit.max_chars for segment in segments)
