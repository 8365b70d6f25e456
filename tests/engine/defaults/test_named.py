"""Languages as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.defaults.named import LETTERS, name, tag
from engine.defaults.speaking import kokoros_tag
from engine.tts.kokoro.voices import LANGUAGES


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", ""), ("auto", ""), ("FR", "fr"), ("fr_FR", "fr-fr"), (" pt-BR ", "pt-br"), ("French", "fr"),
        ("british english", "en-gb"), ("Brazilian Portuguese", "pt-br"), ("Spanish", "es"), ("mandarin", "zh"),
        ("Chinese", "zh"), ("zho-TW", "zh-tw"), ("deu", "de"), ("Norwegian", "nb"), ("no", "nb"), ("iw", "he"),
        ("English (Scotland)", "en-gb-scotland"), ("haw", "haw"), ("elvish", "elvish"),
        ("a", "en-us"), ("B", "en-gb"), ("e", "es"), ("f", "fr-fr"), ("h", "hi"), ("i", "it"), (" j ", "ja"),
        ("p", "pt-br"), ("z", "zh"), ("x", "x"), ("a-x", "a-x"),
    ],
)  # fmt: skip
def test_a_language_has_one_tag(written: str, found: str) -> None:
    assert tag(written) == found


@given(st.text(max_size=30))
def test_whatever_is_written_is_answered_and_a_tag_stays_itself(written: str) -> None:
    assert tag(tag(written)) == tag(written)


def test_each_of_kokoros_languages_has_its_letter() -> None:
    assert {letter: kokoros_tag(found) for letter, found in LETTERS.items()} == {
        letter: language for letter, (language, _) in LANGUAGES.items()
    }


def test_a_tag_has_a_name() -> None:
    assert [name(one) for one in ("ru", "ja", "zh", "xx")] == ["Russian", "Japanese", "Mandarin", "xx"]
