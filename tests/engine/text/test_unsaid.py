"""Nothing is dropped silently: a sign is said, or told of with its place, or is mere decoration."""

import unicodedata

import pytest

from engine.text.leftovers import is_decoration
from engine.text.normalise import normalise, speak_block
from engine.text.segment import prepare
from engine.tts import unsaid
from engine.tts.base import SegmentLimits

BLOCKS = (
    *(range(0x21, 0x250), range(0x2010, 0x2070), range(0x20A0, 0x20D0), range(0x2100, 0x2C00)),
    range(0x1F300, 0x1FB00),
)
SIGNS = [chr(code) for block in BLOCKS for code in block if unicodedata.category(chr(code))[0] == "S"]


@pytest.mark.parametrize("language", ["en-us", "de", "es", "fr-fr", "it", "pt-br", "hi", "ar", "zh", "ja", "nl"])
def test_every_symbol_of_the_common_blocks_is_said_or_told_of(language: str) -> None:
    silent: list[str] = []
    for sign in SIGNS:
        spoken = speak_block(f"one {sign} two", 0, language)
        is_told = any(place == 4 for _, place in spoken.unsaid)
        if spoken.words.text.replace(" ", "") == "onetwo" and not is_told and not is_decoration(sign):
            silent.append(sign)
    assert silent == []


def test_the_place_is_that_of_the_original() -> None:
    text = "First.\n\nA snowman ☃ and a face 😀 here. Then 5 > 3."
    told = [one for segment in prepare(text, "en-us", SegmentLimits(20, 60, 90)) for one in segment.unsaid]
    assert told == [("☃", text.index("☃")), ("😀", text.index("😀"))]


def test_a_stream_tells_the_first_place_and_a_book_each_sign_once() -> None:
    (segment,) = prepare("One ☃ two ☃.", "en-us", SegmentLimits(200, 200, 200))
    assert list(unsaid.in_a_stream(segment).values()) == [
        "“☃” has no words in this language, so it was left out (character 5)."
    ]
    assert unsaid.in_a_book(segment) == ("“☃” has no words in this language, so it was left out.",)


def test_decoration_and_layout_are_no_loss() -> None:
    for text in ("*one* two", "one • two", "Acme™ two", "one | two", "# one two"):
        assert speak_block(text, 0, "en-us").unsaid == ()
    assert normalise("one ☃ two", "en-us").text == "one two"
