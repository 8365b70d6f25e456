"""What letters give away of a language, and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text.by_script import language_by_script


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Good morning.", ""), ("Grüß Gott, señor, ça va?", ""), ("", ""), ("1 + 1 = 2 …", ""),
        ("Доброе утро", "ru"), ("Привіт, як справи?", "uk"), ("Прывітанне, як справы ў цябе?", "be"),
        ("Здраво, како си? Ђорђе", "sr"), ("Ќерка ѓеврек ѕвезда", "mk"), ("Сәлем, қалайсың?", "kk"),
        ("Въ началѣ былъ міръ", "ru"), ("Война и мир. " * 50 + "Київ", "ru"),
        ("مرحبا بالعالم", "ar"), ("سلام، چطوری؟ گل", "fa"), ("آپ کیسے ہیں", "ur"),
        ("שלום", "he"), ("Καλημέρα", "el"), ("안녕하세요", "ko"), ("สวัสดี", "th"), ("नमस्ते", "hi"), ("გამარჯობა", "ka"),
        ("今日は良い天気です", "ja"), ("カタカナ", "ja"), ("今天天气很好", "zh"),
        ("美味の茶，今天天气很好，我们走吧", "zh"),
        ("iPhone 15 Pro を買いました", "ja"), ("Windows 和 macOS 都可以用", "zh"),
        ("He said Привет to me.", ""), ("The angle α is small.", ""), ("[word](/ˈwɜːd/) is said", ""),
    ],
)  # fmt: skip
def test_the_letters_of_a_text_give_its_language_away(text: str, language: str) -> None:
    assert language_by_script(text) == language


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert language_by_script(text).islower() or language_by_script(text) == ""


@given(st.text(st.characters(codec="latin-1")))
def test_western_letters_never_give_a_language_away(text: str) -> None:
    assert language_by_script(text) == ""
