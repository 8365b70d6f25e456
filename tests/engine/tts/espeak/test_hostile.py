"""Text that no person wrote: the voice says what it can of it, the words keep their places, nothing dies of it."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import GenerationError
from engine.tts.espeak import phonemes
from engine.tts.espeak.harmless import bare, harmless
from engine.tts.espeak.library import Mark
from engine.tts.espeak.model import EspeakSynthesizer
from engine.types import SpeechRequest

ODD = st.sampled_from(
    ["[[", "]]", "<break/>", "&#0;", "\u200d", "\u0301", "ﷺ", "9" * 40, "1e400", "...", "?!", "\u202e", "👩‍👩‍👧", "ǅ",
     "a" * 80, "$", "½", "Ⅷ", "。", "x’" * 30, "กำ", "क्ष", "가", "\U0001d400", "12:34", "@", "\\", " "]
)  # fmt: skip
HOSTILE = st.lists(st.one_of(ODD, st.text(max_size=12), st.sampled_from([" ", "word ", ", "])), max_size=25).map(
    "".join
)
VOICES = st.sampled_from(["en-us", "fr-fr", "cmn", "ja", "hi", "ar", "ru", "th", "ko", "vi", "tr", "en-us+klatt6"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=HOSTILE, id=VOICES)
def test_any_text_is_spoken_or_refused(voice: EspeakSynthesizer, segment: Any, text: str, id: str) -> None:
    try:
        piece = voice.render(segment(text), SpeechRequest(text, voice=id))
    except GenerationError:
        return  # a sentence, and the next text is spoken
    end_s = len(piece.samples) / voice.sample_rate
    for word in piece.words:
        assert word.span is not None
        assert text[slice(*word.span)] == word.text
        assert 0 <= word.start_s <= word.end_s <= end_s + 1e-6
    assert all(before.start_s <= after.start_s for before, after in pairwise(piece.words))


@pytest.mark.parametrize("letters", ["a.", "x.y.", "é."])
def test_an_abbreviation_without_end_is_spoken(voice: EspeakSynthesizer, segment: Any, letters: str) -> None:
    text = letters * 500
    assert len(voice.render(segment(text), SpeechRequest(text, voice="en-us")).samples) > 10 * voice.sample_rate


@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, id=VOICES)
def test_any_text_has_phonemes_or_is_refused(text: str, id: str) -> None:
    try:
        assert "\0" not in phonemes(text, id)
    except GenerationError:
        return


@settings(max_examples=300)
@given(text=st.one_of(HOSTILE, st.text(st.characters(), max_size=400)))
def test_harmless_text_keeps_every_place(text: str) -> None:
    """Every character that is left has the place it had; long words are parted, nothing is cut off."""
    for given_text in (harmless(text), bare(text, "en-us")):
        places = given_text.to_source([Mark(0, at) for at in range(len(given_text.text))])
        kept = [(mark.char, char) for mark, char in zip(places, given_text.text, strict=True) if char != " "]
        assert all(text[at] == char for at, char in kept)
        assert len(given_text.text) == len(text) + len(given_text.breaks)
        assert all(len(word) <= 61 for word in given_text.text.split(" "))
