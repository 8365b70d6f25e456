"""The sentence that is read to agree: drawn anew, and heard whatever a recogniser does with case, marks and numbers."""

import random
import re

import pytest

from engine.errors import OptionError
from engine.voices import consent, reading
from engine.voices.consent import ConsentSentence

LANGUAGES = sorted(consent.SENTENCES)
AMBER = ConsentSentence(consent.SENTENCES["en"].format("amber", "window"), ("amber", "window"), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_is_heard_and_another_sentence_is_not(language: str) -> None:
    mine = consent.sentence(language, "Anna", random.Random(1))
    other = consent.sentence(language, "Anna", random.Random(2))
    assert mine.name == "Anna" and all(word in mine.text for word in mine.words)
    for written in (mine.text, mine.text.upper(), re.sub(r"[.,。、،।:]", " ", mine.text)):
        assert consent.heard(mine, written)
    assert not consent.heard(mine, other.text)
    assert not consent.heard(mine, " ".join(mine.words))
    assert not consent.heard(mine, "")
    assert consent.again(mine.text, language, "Anna") == mine


@pytest.mark.parametrize(
    "written",
    [
        "i agree that this studio makes speech in my voice my 2 words are amber and window",
        "I agreed that the studio makes speech in my voice. My two words are: Amber, and window!",
        "I agree that this studio make speech in my voice. My two words are amber in window.",
    ],
)
def test_slips_in_the_fixed_part_are_borne(written: str) -> None:
    assert consent.heard(AMBER, written)


@pytest.mark.parametrize(
    "written",
    [
        "I agree that this studio makes speech in my voice. My two words are window and amber.",
        "I agree that this studio makes speech in my voice. My two words are ember and window.",
        "I agree that this studio makes speech in my voice. My two words are amber and windows.",
        "I agree that this studio makes speech in my voice. My two words are amber.",
        "Where is the amber window? Nobody knows, and nobody asked me.",
        "I do not want any of this, and yet I say amber and window.",
    ],
)
def test_other_words_or_another_sentence_are_not(written: str) -> None:
    assert not consent.heard(AMBER, written)


def test_the_words_are_many_differ_and_need_no_second_guess() -> None:
    assert len(consent.words("en")) >= 200
    for language in LANGUAGES:
        words = consent.words(language)
        assert len(set(words)) == len(words) >= 40, language
        assert all(word == word.strip() and not re.search(r"[\s\d.,]", word) for word in words)
        fixed = consent.SENTENCES[language]
        assert fixed.count("{0}") == fixed.count("{1}") == 1
        assert all(not consent.is_in(word, fixed.format("", ""), language) for word in words), language
    assert set(LANGUAGES) == consent.WEAK | consent.MEASURED


def test_two_draws_differ_and_nobody_can_foretell_them() -> None:
    assert len({consent.sentence("en").text for _ in range(20)}) > 15


@pytest.mark.parametrize(
    ("asked", "spoken"), [("pt-BR", "pt"), ("en_gb", "en"), ("sw", "en"), ("", "en"), ("zh-Hans", "zh")]
)
def test_a_language_without_a_sentence_has_the_english_one(asked: str, spoken: str) -> None:
    assert consent.sentence(asked).language == spoken
    assert reading.text(asked) == reading.text(spoken)


@pytest.mark.parametrize(
    "text", ["", "I agree.", consent.SENTENCES["en"].format("amber", "nonsense"), AMBER.text + " And more."]
)
def test_only_a_sentence_of_ours_is_taken_again(text: str) -> None:
    with pytest.raises(OptionError, match="no sentence that the studio gave out"):
        consent.again(text, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_to_read_lasts_a_quarter_of_a_minute(language: str) -> None:
    text = reading.text(language)
    # What people read in a second, by the length of writing.
    seconds = len(text) / {"zh": 5, "ja": 8, "ko": 7}.get(language, 15)
    assert 11 <= seconds <= 25
    assert text.strip() == text and "\n" not in text
