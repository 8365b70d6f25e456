"""A voice deleted with everything of it: its row, its folder, and the sentences that were spoken for books."""

from sqlalchemy import Engine

from studio.library.storage import Storage
from studio.library.voices.own import books_using, names, rows
from studio.library.voices.own.books_using import BookUsing


def delete(db: Engine, storage: Storage, owner: str, voice_id: str) -> list[BookUsing]:
    """Delete a voice; the books that use it, whose finished files stay.

    A book that is being read by it stops at the next sentence, with a sentence that says why.

    Raises:
        NotFound: no such voice of this person.
    """
    found = books_using.books(db, owner, voice_id)
    rows.remove(db, storage, owner, voice_id)
    books_using.remove_sound(db, storage, names.id_of(voice_id) or voice_id)
    return found
