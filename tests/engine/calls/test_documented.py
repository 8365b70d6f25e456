"""docs/python.md names every public call and every keyword, and no example that is not there."""

import re
from pathlib import Path

import pytest

import engine
from engine.calls import asked, hearing, joining, streams
from engine.calls.results import SpeechResult

PROJECT = Path(__file__).parents[3]
DOCS = (PROJECT / "docs" / "python.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"\w+", DOCS))


def test_every_public_name_is_told_of() -> None:
    assert set(engine.__all__) <= WORDS
    assert set(engine.__all__) <= set(dir(engine))


@pytest.mark.parametrize(
    "keywords",
    [asked.KEYWORDS, hearing.HearingOptions.__annotations__, joining.CALL_KEYWORDS, streams.CALL_KEYWORDS],
    ids=["generate", "listen", "generate_audio", "streams"],
)
def test_every_keyword_is_told_of(keywords: frozenset[str]) -> None:
    assert {word for word in keywords if word != "pool"} <= WORDS


def test_everything_of_a_result_is_told_of() -> None:
    known = set(SpeechResult.__dataclass_fields__) | {
        name for name, value in vars(SpeechResult).items() if not name.startswith("_") and hasattr(value, "__doc__")
    }
    assert known <= WORDS


def test_every_name_leads_somewhere() -> None:
    for name in engine.__all__:
        assert callable(getattr(engine, name)), name
    with pytest.raises(AttributeError, match="module 'engine' has no attribute 'nothing'"):
        _ = engine.nothing  # type: ignore[attr-defined]
