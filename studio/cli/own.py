"""What the person at this machine has made their own: blends by name, and words as they want them said; and who speaks
with them.
"""

from typing import TYPE_CHECKING

from engine.types import Pronunciation, SpeechRequest
from studio.library.voices.dressed import Dressed, Own, dressed
from studio.library.voices.own.names import TOKEN
from studio.settings import OWNER, Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine


Said = tuple[Pronunciation, ...]


def for_speech(
    settings: Settings, *, model: str = "", voice: str = "", language: str = "", text: str = ""
) -> tuple[Dressed, Said]:
    """Who speaks, and the pronunciations for all texts.

    Raises:
        ModelNotFound, ModelNotDownloaded, VoiceError: as `studio.library.voices.dressed`.
    """

    def who(own: Own | None = None) -> Dressed:
        return dressed(settings, model=model, voice=voice, language=language, text=text, own=own)

    if not settings.database_url and not (settings.outputs / "studio.db").exists():
        return who(), ()  # nothing was ever kept, and a database takes half a second to import
    from studio.library.db import open_database
    from studio.library.errors import LibraryError, NotFound

    try:
        db = open_database(settings.resolved_database_url)
        try:
            own, said = in_a_library(db)
            return who(own), said
        finally:
            db.dispose()
    except NotFound:
        raise
    except LibraryError:
        return who(), ()  # a database of another version, or in use: no reason not to speak


def as_worn(settings: Settings, model: str, request: SpeechRequest) -> SpeechRequest:
    """The request as the model takes it, where its voice is one of their own. Raises as `voices.worn`."""
    if not TOKEN.fullmatch(request.voice):
        return request
    from studio.library.db import open_database
    from studio.library.storage import Storage
    from studio.library.voices.worn import worn

    db = open_database(settings.resolved_database_url)
    try:
        return worn(db, Storage(settings.outputs), OWNER, model, request)
    finally:
        db.dispose()


def in_a_library(db: "Engine") -> tuple[Own, Said]:
    """What their own voices are made of, and the pronunciations for all texts. Raises LibraryError."""
    from studio.library.voices import saved
    from studio.library.words import pronunciations

    return saved.own(db, OWNER), pronunciations.spoken(db, OWNER)
