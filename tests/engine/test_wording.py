"""Sentences that follow a table or a number."""

import pytest

from engine.wording import counted, listed


@pytest.mark.parametrize(
    ("names", "told"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed_as_people_list_them(names: list[str], told: str) -> None:
    assert listed(names) == told
    assert listed(names, "or") == told.replace(" and ", " or ")


def test_a_number_has_its_word_and_its_plural() -> None:
    assert [counted(number, "try") for number in (0, 1, 3, 12, 1300)] == [
        *("no tries", "one try", "three tries", "twelve tries", "1,300 tries"),
    ]
    assert counted(2, "day") == "two days"
