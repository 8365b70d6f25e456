"""Languages as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.defaults.named import name, tag


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", ""), ("auto", ""), ("FR", "fr"), ("fr_FR", "fr-fr"), (" pt-BR ", "pt-br"), ("French", "fr"),
        ("british english", "en-gb"), ("Brazilian Portuguese", "pt-br"), ("Spanish", "es"), ("mandarin", "zh"),
        ("Chinese", "zh"), ("zho-TW", "zh-tw"), ("deu", "de"), ("Norwegian", "nb"), ("no", "nb"), ("iw", "he"),
        ("English (Scotland)", "en-gb-scotland"), ("haw", "haw"), ("elvish", "elvish"),
    ],
)  # fmt: skip
def test_a_language_has_one_tag(written: str, found: str) -> None:
    assert tag(written) == found


@given(st.text(max_size=30))
def test_whatever_is_written_is_answered_and_a_tag_stays_itself(written: str) -> None:
    assert tag(tag(written)) == tag(written)


def test_a_tag_has_a_name() -> None:
    assert [name(one) for one in ("ru", "ja", "zh", "xx")] == ["Russian", "Japanese", "Mandarin", "xx"]
