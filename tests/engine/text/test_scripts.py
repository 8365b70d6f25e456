"""Which letters a voice can read."""

import pytest

from engine.errors import TextError
from engine.text.scripts import letters_by_script, script_notices, scripts_of, speakable_share, unspeakable_scripts

CASES = [
    ("Hello", "en-us", 1.0),
    ("Hello 你好", "en-us", 5 / 7),
    ("你好", "en-us", 0.0),
    ("你好", "zh", 1.0),
    ("東京です", "ja", 1.0),
    ("です", "zh", 0.0),
    ("안녕하세요", "ko", 1.0),
    ("Привет", "ru", 1.0),
    ("Привет", "es", 0.0),
    ("Hello", "ru", 1.0),
    ("नमस्ते", "hi", 1.0),
    ("नमस्ते", "mr", 1.0),
    ("مرحبا", "ar", 1.0),
    ("שלום", "he", 1.0),
    ("Καλημέρα", "el", 1.0),
    ("ελληνικά", "en", 0.0),
    ("naïve café Œuvre", "en", 1.0),
    ("Tiếng Việt", "vi", 1.0),
    ("สวัสดี", "th", 1.0),
    ("123 ?!", "en", 1.0),
    ("", "en", 1.0),
]


@pytest.mark.parametrize(("text", "language", "share"), CASES)
def test_a_voice_reads_this_share(text: str, language: str, share: float) -> None:
    assert speakable_share(text, language) == pytest.approx(share)


def test_the_commonest_script_comes_first() -> None:
    assert list(letters_by_script("Да, да, yes 你")) == ["Cyrillic", "Latin", "Chinese characters"]
    assert unspeakable_scripts("Да, да, yes 你", "en") == ("Cyrillic", "Chinese characters")


def test_every_language_reads_latin_letters_too() -> None:
    assert all("Latin" in scripts_of(language) for language in ("en", "ja", "ar", "xx", ""))


def test_a_text_no_voice_of_this_language_can_read_is_refused_by_name() -> None:
    with pytest.raises(TextError, match="Cyrillic"):
        script_notices("Привет, мир", "en-us")


def test_a_few_strange_words_are_only_mentioned() -> None:
    (notice,) = script_notices("The word привет means hello.", "en")
    assert "Cyrillic" in notice
    assert script_notices("All is well.", "en") == ()
