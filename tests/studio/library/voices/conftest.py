"""Voices of one's own with nobody's real consent: what compares voices and what hears are stand-ins."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.library.library import Library
from studio.library.voices.own import consents, drafts, judging, recordings
from studio.library.voices.own.views import OwnVoiceView

JFK = Path(__file__).parents[3] / "real" / "jfk.flac"
SAID = "And so, my fellow Americans, ask not what your country can do for you."
Make = Callable[..., OwnVoiceView]


@pytest.fixture
def alike(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """How alike any two recordings are, to be set by a test."""
    found = {"likeness": 0.9}
    monkeypatch.setattr(judging, "likeness", lambda *_: found["likeness"])
    return found


@pytest.fixture
def make(library: Library) -> Make:
    """make(owner, name, agreed=True, mood="") -> a voice of a recording."""

    def making(owner: str = "ann", name: str = "Ada", agreed: bool = True, mood: str = "") -> OwnVoiceView:
        draft = drafts.take_in(library.storage, owner, JFK, "en", None)
        chosen = recordings.Chosen(draft.id, mood, 0.3, 6.0, SAID)
        made = recordings.make_voice(library.db, library.storage, owner, name, chosen)
        return consents.declare(library.db, owner, made.id) if agreed else made

    return making
