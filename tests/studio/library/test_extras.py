"""Getting what reads a language: named packages at fixed versions, by nobody's words but ours."""

import sys

import pytest

from engine.errors import OptionError
from engine.text.g2p import extras as known
from engine.text.g2p.extras import EXTRAS
from studio.library.extras import ExtraFailed, find, install


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Modules that can be imported."""
    found: set[str] = set()
    monkeypatch.setattr(known, "find_spec", lambda module: object() if module in found else None)
    return found


@pytest.mark.parametrize(("name", "language"), [("ja", "ja"), ("Japanese", "ja"), (" MANDARIN ", "zh"), ("zh", "zh")])
def test_an_extra_is_found_by_its_language(name: str, language: str) -> None:
    assert find(name) is EXTRAS[language]


@pytest.mark.parametrize("name", ["", "jieba", "requests", "ja; rm", "--index-url=x", "kokoro", "../ja"])
def test_nothing_else_is_an_extra(name: str) -> None:
    assert find(name) is None


def test_what_is_installed_is_exactly_what_is_written_down(here: set[str]) -> None:
    lines: list[list[str]] = []

    def run(line: list[str]) -> int:
        lines.append(line)
        here.update(EXTRAS["zh"].modules)
        return 0

    install(EXTRAS["zh"], run=run)
    assert lines[0][:4] == [sys.executable, "-m", "pip", "install"]
    assert "--no-deps" in lines[0], "what the studio runs on is not touched"
    assert tuple(lines[0][-2:]) == EXTRAS["zh"].pins
    install(EXTRAS["zh"], run=run)
    assert len(lines) == 1, "what is here is not installed again"


def test_an_offline_studio_gets_nothing(here: set[str]) -> None:
    with pytest.raises(OptionError, match="offline"):
        install(EXTRAS["ja"], offline=True, run=lambda _: pytest.fail("pip was run"))


@pytest.mark.parametrize("status", [0, 1, -1])
def test_what_does_not_come_is_one_sentence_with_the_way_by_hand(here: set[str], status: int) -> None:
    here.add("jieba")  # half of it
    with pytest.raises(ExtraFailed, match="pip install jieba pypinyin"):
        install(EXTRAS["zh"], run=lambda _: status)
