"""What the person at this machine has made their own: blends by name, and words as they want them said; and who speaks
with them.
"""

from typing import TYPE_CHECKING

from engine.types import Pronunciation
from studio.library.chosen import Chosen, Kept, speaker
from studio.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

OWNER = "local"

Said = tuple[Pronunciation, ...]


def for_speech(
    settings: Settings, *, model: str = "", voice: str = "", language: str = "", text: str = ""
) -> tuple[Chosen, Said]:
    """Who speaks, and the pronunciations for all texts.

    Raises:
        ModelNotFound, ModelNotDownloaded, VoiceError: as `studio.library.chosen.speaker`.
    """

    def chosen(kept: Kept | None = None) -> Chosen:
        return speaker(settings, model=model, voice=voice, language=language, text=text, kept=kept)

    if not settings.database_url and not (settings.outputs / "studio.db").exists():
        return chosen(), ()  # nothing was ever kept, and a database takes half a second to import
    from studio.library.db import open_database
    from studio.library.errors import LibraryError

    try:
        db = open_database(settings.resolved_database_url)
        try:
            kept, said = in_a_library(db)
            return chosen(kept), said
        finally:
            db.dispose()
    except LibraryError:
        return chosen(), ()  # a database of another version, or in use: no reason not to speak


def in_a_library(db: "Engine") -> tuple[Kept, Said]:
    """What their own voices are made of, and the pronunciations for all texts. Raises LibraryError."""
    from studio.library import pronunciations, saved_voices

    def kept(family: str, voice: str) -> str:
        return saved_voices.resolved(db, OWNER, family, voice)

    return kept, pronunciations.spoken(db, OWNER)
