"""What is a person's own reaches the model the same way from every door."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.types import Pronunciation, SpeechRequest
from studio.access import Person
from studio.api.speech.speaking import as_kept, own_of
from studio.library.db import migrate, open_database
from studio.library.storage import Storage
from studio.library.voices import saved
from studio.library.words import pronunciations

ADA, BOB = Person("ada"), Person("bob")
BLEND = "af_heart:0.6+am_michael:0.4"


def test_a_voice_of_ones_own_is_known_with_and_without_ones_words(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'studio.db'}"
    migrate(address)
    db = open_database(address)
    try:
        for_all = pronunciations.add(db, ADA.name, Pronunciation("Sybil", "sˈɪbəl")).said
        for_one = pronunciations.add(db, ADA.name, Pronunciation("Egremont", "ˈɛɡɹəmənt"), "Disraeli").said
        saved.keep(db, ADA.name, "kokoro", "Evening", BLEND)
        application: Any = SimpleNamespace(library=SimpleNamespace(db=db, storage=Storage(tmp_path)))
        given = Pronunciation("Hello", respelling="Goodbye")
        asked = SpeechRequest("Sybil.", pronunciations=(given,))

        assert as_kept(application, ADA, "kokoro", asked).pronunciations == (given, for_all)
        assert set(as_kept(application, ADA, "kokoro", asked, book="Disraeli").pronunciations) == {
            given,
            for_all,
            for_one,
        }
        assert as_kept(application, ADA, "kokoro", asked, with_words=False) is asked
        assert as_kept(application, BOB, "kokoro", asked) == asked

        hers, his = own_of(application, ADA), own_of(application, BOB)
        assert hers is not None and his is not None
        assert (hers("kokoro", "evening"), his("kokoro", "evening")) == (BLEND, "evening")
        assert hers("", "Evening") == BLEND, "where no model is named the voice names it"
        assert hers("espeak", "evening") == "evening"
    finally:
        db.dispose()


def test_where_nothing_is_kept_a_request_stays_as_it_was() -> None:
    application: Any = SimpleNamespace(library=None)
    asked = SpeechRequest("Sybil.", voice="evening")
    assert as_kept(application, ADA, "kokoro", asked) is asked
    assert own_of(application, ADA) is None
