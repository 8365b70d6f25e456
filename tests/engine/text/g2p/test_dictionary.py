"""The lists of words are misaki's, word for word, and what is kept is read as it was."""

import gzip
import hashlib
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text.g2p import English, dictionary
from engine.text.g2p.token import joined
from tools.make_dictionary import kept, kept_words

# sha256 of misaki 0.9.4's own lists, their words sorted, as compact JSON.
PUBLISHED = {
    "us_gold": "acce8d48062d5d9ddbb95abf1e9a5fe3a61716c70f9cbcb514cd48d406a5388d",
    "us_silver": "7f90a125388084b9081108f0ca0dc64c8f448b849a8397b31ed752753663bbf8",
    "gb_gold": "186be65d8b3f1fa8847e66358447484fbe9a03681cb5163a3246d536b0ec7c7e",
    "gb_silver": "dff712feb32c7e287951d8bedebd966fe27a20233fa40f557feff6c0add6466f",
    "japanese": "ab9dc0d3f46710779f90a43a59b50419bdd9ce74457c21d0761901aac6123449",
}
letters = st.text(st.characters(exclude_characters="=\n\t ", exclude_categories=("Cs", "Zl", "Zp")), min_size=1)
entries = st.dictionaries(letters, letters | st.dictionaries(letters, letters | st.none(), min_size=1))


def read(monkeypatch: pytest.MonkeyPatch, packed: bytes) -> None:
    """Let every list be this one."""
    monkeypatch.setattr(dictionary, "_text", lambda name: gzip.decompress(packed).decode())


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_lists_are_the_published_ones(name: str) -> None:
    listed = sorted(dictionary.words(name)) if name == "japanese" else dictionary.table(name)
    line = json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(line.encode()).hexdigest() == PUBLISHED[name]


@given(entries.filter(bool))
def test_a_dictionary_is_read_as_it_was_kept(entries: dict[str, dictionary.Entry]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        read(patch, kept(entries))
        assert dictionary.table.__wrapped__("any") == entries


@given(st.frozensets(letters, min_size=1))
def test_a_list_is_read_as_it_was_kept(listed: frozenset[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        read(patch, kept_words(listed))
        assert dictionary.words.__wrapped__("any") == listed


@pytest.mark.parametrize("entry", ["two words", "a=b", "", {"NOUN": "a b"}, {"NO UN": "a"}, {"NOUN": ""}])
def test_what_could_not_be_read_again_is_not_kept(entry: dictionary.Entry) -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        kept({"word": entry})


def test_the_lists_are_small_and_come_with_their_notice() -> None:
    folder = Path(dictionary.__file__).parent
    assert sum(path.stat().st_size for path in folder.glob("*.gz")) < 2_600_000
    assert "misaki 0.9.4" in (folder.parents[3] / "NOTICE").read_text(encoding="utf-8")


def test_english_needs_no_package_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "misaki", None)
    dictionary.table.cache_clear()
    assert joined(English("us")("Hello, Einstein.")) == "həlˈO, ˈInstIn."
