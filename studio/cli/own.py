"""What the person at this machine has made their own: blends by name, and words as they want them said."""

from typing import TYPE_CHECKING

from engine import registry
from engine.errors import EngineError
from engine.types import Pronunciation
from studio.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

OWNER = "local"


def for_speech(settings: Settings, model: str, voice: str) -> tuple[str, tuple[Pronunciation, ...]]:
    """A voice as the model knows it, and the pronunciations for all texts.

    Raises:
        ModelNotFound: no such model.
    """
    registry.find(model, "speak")
    if not settings.database_url and not (settings.outputs / "studio.db").exists():
        return voice, ()  # nothing was ever kept, and a database takes half a second to import
    from studio.library.db import open_database

    try:
        db = open_database(settings.resolved_database_url)
        try:
            return in_a_book(db, model, voice)
        finally:
            db.dispose()
    except EngineError:
        return voice, ()  # a database of another version, or in use: no reason not to speak


def in_a_book(db: "Engine", model: str, voice: str) -> tuple[str, tuple[Pronunciation, ...]]:
    """The same from an open database. Raises ModelNotFound, LibraryError."""
    from studio.library import pronunciations, saved_voices

    made_of = saved_voices.resolved(db, OWNER, registry.find(model, "speak").family, voice)
    return made_of, pronunciations.spoken(db, OWNER)
