"""What reads Japanese and Mandarin: what it is made of, and whether it is here."""

import re
import tomllib
from pathlib import Path

import pytest

from engine.text.g2p import extras
from engine.text.g2p.extras import EXTRAS, missing

PROJECT = Path(__file__).parents[4]


@pytest.mark.parametrize("language", list(EXTRAS))
def test_the_packages_are_those_of_the_projects_extra_at_one_version(language: str) -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"][language]
    extra = EXTRAS[language]
    assert {re.split("[><=]", one)[0] for one in declared} == set(extra.by_hand)
    assert all(re.fullmatch(r"[a-z-]+==[0-9.]+(post\d+)?", pin) for pin in extra.pins)
    assert set(extra.by_hand) <= {pin.partition("==")[0] for pin in extra.pins}


def test_a_part_of_it_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda module: None if module == "pypinyin" else object())
    assert missing("zh-tw") is EXTRAS["zh"]
    assert missing("ja") is None
    assert missing("en-us") is None
