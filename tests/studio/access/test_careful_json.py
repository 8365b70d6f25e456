"""JSON from strangers: its weight, and what cannot be JSON again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.access.careful_json import check_weight, parsed, worth, written
from studio.access.errors import Unreadable

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


def entries(value: Any) -> int:
    """Brackets and commas of a value, counted as it is written."""
    if isinstance(value, dict):
        return 1 + max(0, len(value) - 1) + sum(map(entries, value.values()))
    if isinstance(value, list):
        return 1 + max(0, len(value) - 1) + sum(map(entries, value))
    return 0


@given(values, st.booleans())
def test_exactly_what_stands_outside_of_texts_is_counted(value: Any, is_ascii: bool) -> None:
    body = json.dumps(value, ensure_ascii=is_ascii).encode()
    check_weight(body, entries(value))
    if entries(value):
        with pytest.raises(Unreadable):
            check_weight(body, entries(value) - 1)
    assert parsed(body, entries(value)) == value
    assert parsed(written(value), entries(value)) == value


def test_a_text_full_of_brackets_weighs_nothing() -> None:
    body = json.dumps({"data": ['[{,\\"' * 100_000, "a, b, [c]"]}).encode()
    assert parsed(body, 3)["data"][1] == "a, b, [c]"


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * 100_000 + b"[]]",
        b'{"a":' * 100_000,
        b'["' + b'\\"' * 50_000 + b'",' + b"1," * 100_000 + b"1]",
        b"[" + b'"",' * 100_000 + b"1]",
        b"," * 100_000,
    ],
)
def test_what_would_fill_the_memory_is_refused_before_it_is_parsed(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> None:
        pytest.fail("it was parsed")

    monkeypatch.setattr(json, "loads", never)
    with pytest.raises(Unreadable, match="brackets"):
        parsed(body, worth(body))


def test_the_weighing_looks_at_no_byte_twice() -> None:
    # A text that never ends, and has a million places at which another could begin.
    unfinished = b'["' + b'\\"' * 1_000_000 + b"\\"
    with pytest.raises(Unreadable, match="syntax"):
        parsed(b"," * 10 + unfinished, 11)
    check_weight(b",,[" + unfinished, 4)


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"\xff", b"nul", b'"\x01"'])
def test_what_is_not_json_is_one_sentence(body: bytes) -> None:
    with pytest.raises(Unreadable, match="must be JSON"):
        parsed(body, 100)


def test_what_is_nested_without_end_is_one_sentence() -> None:
    with pytest.raises(Unreadable, match="deeply"):
        parsed(b"[" * 10_000, 10_000)


@pytest.mark.parametrize("body", [b"[NaN]", b"[1e400]", b"[-Infinity]", b'["\\ud800"]', b'{"\\udfff":1}'])
def test_what_cannot_be_json_again_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        written(parsed(body, 100))
