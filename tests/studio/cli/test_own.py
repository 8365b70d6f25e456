"""What was kept on the page holds in the terminal."""

from pathlib import Path

import pytest

from engine.errors import ModelNotDownloaded
from engine.types import Pronunciation
from studio.cli.own import for_speech
from studio.library.db import migrate, open_database
from studio.library.voices import saved
from studio.library.words import pronunciations
from studio.settings import OWNER, Settings

BLEND = "af_heart:0.6+am_michael:0.4"


def spoken(settings: Settings, model: str, voice: str) -> tuple[str, tuple[Pronunciation, ...]]:
    who, said = for_speech(settings, model=model, voice=voice)
    return who.voice, said


def test_kept_voices_and_words_hold_in_the_terminal(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, outputs=tmp_path)  # type: ignore[call-arg]
    assert spoken(settings, "espeak-ng", "en-us") == ("en-us", ())
    assert not list(tmp_path.iterdir())
    migrate(settings.resolved_database_url)
    db = open_database(settings.resolved_database_url)
    said = pronunciations.add(db, OWNER, Pronunciation("Sybil", "sˈɪbəl")).said
    saved.keep(db, OWNER, "kokoro", "Evening", BLEND)
    db.dispose()
    assert spoken(settings, "hexgrad/Kokoro-82M", "evening") == (BLEND, (said,))
    assert spoken(settings, "espeak-ng", "evening") == ("evening", (said,))
    with pytest.raises(ModelNotDownloaded, match="studio models get natural"):
        for_speech(settings, voice="evening")


def test_a_database_that_cannot_be_read_is_no_reason_not_to_speak(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, outputs=tmp_path)  # type: ignore[call-arg]
    (tmp_path / "studio.db").write_bytes(b"")
    assert spoken(settings, "espeak-ng", "en-us") == ("en-us", ())
