"""Who is named where a recogniser does not keep pace with a microphone."""

import pytest

from engine import registry
from engine.defaults import listening, who_is_quicker


def card(part: str) -> registry.ModelCard:
    """The first recogniser whose id has these letters."""
    return next(one for one in registry.cards("transcribe") if part in one.id.lower())


@pytest.fixture
def all_here(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = sorted(registry.cards("transcribe"), key=listening._rank)  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(listening, "_here", lambda _: cards)


@pytest.mark.usefixtures("all_here")
def test_the_best_of_those_that_cost_less_is_named() -> None:
    large, base, tiny = card("whisper-large"), card("whisper-base"), card("whisper-tiny")
    for slow, expected in ((large, "parakeet"), (base, "tiny"), (tiny, "pocketsphinx")):
        found = who_is_quicker(slow.id, "en")
        assert found is not None
        assert expected in f"{found.family} {found.id}".lower(), (slow.id, found.id)
    assert who_is_quicker("pocketsphinx", "en") is None


@pytest.mark.usefixtures("all_here")
def test_it_knows_the_language_and_can_what_is_needed() -> None:
    tiny = card("whisper-tiny")
    assert who_is_quicker(tiny.id, "ja") is None
    assert who_is_quicker(tiny.id, "en", needs={"translate"}) is None


def test_only_who_is_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_here", lambda _: [])
    assert who_is_quicker(card("whisper-base").id, "en") is None
