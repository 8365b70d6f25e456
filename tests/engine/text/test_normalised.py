"""Offsets survive any number of edits, and cost what the edits cost, not what the text does."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.text.normalised import Edit, Normalised, Offsets, joined, moved

letters = st.text(alphabet="abcdef ", max_size=40)


@st.composite
def edited_twice(draw: st.DrawFn) -> tuple[str, Normalised]:
    source = draw(letters)
    text = Normalised.untouched(source)
    for _ in range(2):
        bounds = sorted(draw(st.lists(st.integers(0, len(text.text)), max_size=8, unique=True)))
        stretches = zip(bounds[::2], bounds[1::2], strict=False)
        text = text.edited([Edit(start, end, draw(st.text(alphabet="XYZ", max_size=4))) for start, end in stretches])
    return source, text


@settings(deadline=None)
@given(edited_twice())
def test_every_copied_character_points_at_itself(made: tuple[str, Normalised]) -> None:
    source, text = made
    offsets = list(text.offsets)
    assert len(offsets) == len(text.text) + 1
    assert offsets == sorted(offsets)
    for at, character in enumerate(text.text):
        if character not in "XYZ":
            assert source[offsets[at]] == character
            assert text.to_source(at, at + 1) == (offsets[at], offsets[at] + 1)


@settings(deadline=None)
@given(edited_twice(), st.integers(0, 60), st.integers(0, 60))
def test_two_halves_of_a_cut_never_claim_the_same_character(made: tuple[str, Normalised], at: int, end: int) -> None:
    _, text = made
    middle = min(at, len(text.text))
    left, right = text.cut(0, middle), text.cut(middle, min(max(middle, end), len(text.text)))
    assert list(left.offsets)[-1] <= right.offsets[0]
    assert left.text + right.text == text.text[: middle + len(right.text)]


def test_all_words_of_a_replacement_point_at_the_whole_of_what_they_replace() -> None:
    text = Normalised.untouched("pay $5 now").edited([Edit(4, 6, "five dollars")])
    assert text.text == "pay five dollars now"
    assert text.to_source(4, 8) == text.to_source(9, 16) == (4, 6)
    assert text.to_source(17, 20) == (7, 10)


def test_a_replacement_that_is_cut_apart_shares_out_its_original() -> None:
    text = Normalised.untouched("1234").edited([Edit(0, 4, "one two three four")])
    halves = text.cut(0, 7), text.cut(8, 18)
    assert halves[0].to_source(0, 7) == (0, 2)
    assert halves[1].to_source(0, 10) == (2, 4)


def test_an_empty_cut_inside_a_replacement_lies_where_its_neighbours_meet() -> None:
    text = Normalised.untouched("12").edited([Edit(0, 2, "one two")])
    assert text.cut(0, 4).offsets[-1] == text.cut(4, 4).offsets[0] == text.cut(4, 7).offsets[0]


def test_offsets_read_like_a_tuple() -> None:
    offsets = Offsets.identity(4, origin=10)
    assert len(offsets) == 5
    assert list(offsets) == [10, 11, 12, 13, 14] == list(offsets[:])
    assert offsets[-1] == 14 and 12 in offsets
    assert hash(offsets) == hash(pickle.loads(pickle.dumps(offsets)))
    with pytest.raises(IndexError):
        offsets[5]


def test_an_empty_text_still_has_a_place() -> None:
    assert list(Normalised.untouched("", origin=7).offsets) == [7]
    assert Normalised.untouched("abc", 3).cut(2, 2).to_source(0, 0) == (5, 5)


def test_joined_texts_keep_their_places() -> None:
    whole = joined([Normalised.untouched("ab", 0), Normalised.untouched("cd", 5)], " ")
    assert whole.text == "ab cd"
    assert list(whole.offsets) == [0, 1, 2, 5, 6, 7]


def test_positions_move_with_the_edits_before_them() -> None:
    edits = [Edit(2, 4, "xxxx"), Edit(6, 8, "")]
    assert moved([0, 2, 3, 4, 6, 8, 9], edits) == [0, 2, 6, 6, 8, 8, 9]


def test_a_map_of_a_million_characters_is_small() -> None:
    text = Normalised.untouched("a" * 1_000_000).edited([Edit(500_000, 500_001, "bb")])
    assert len(text.offsets.runs) == 3
    assert text.offsets[1_000_000] == 999_999
