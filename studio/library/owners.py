"""What was kept under one name becomes another's: rows alone, for their files are named in the rows."""

from sqlalchemy import Engine
from sqlmodel import col, select, update

from studio.library.db import session
from studio.library.tables import Clip, Job, OwnVoice, SavedPronunciation, VoiceConsent

SHARED_LOGIN = "studio"
"""Who everybody was, the owner too, where versions up to 0.1 made up a login for a studio that others could reach."""


def hand_over(db: Engine, old: str, new: str) -> None:
    """Give everything of `old` to `new`; a word or voice that `new` has already stays theirs, and the other one old's.

    Raises:
        LibraryError: the database refused.
    """
    with session(db) as rows:
        kinds = (Job, Clip, SavedPronunciation, OwnVoice, VoiceConsent)
        if not any(rows.exec(select(kind.owner).where(kind.owner == old).limit(1)).first() for kind in kinds):
            return
    with session(db, write=True) as rows:
        for table in (Job, Clip, VoiceConsent):
            rows.exec(update(table).where(col(table.owner) == old).values(owner=new))
        for word in rows.exec(select(SavedPronunciation).where(SavedPronunciation.owner == old)).all():
            same = select(SavedPronunciation.id).where(
                SavedPronunciation.owner == new,
                SavedPronunciation.book == word.book,
                SavedPronunciation.key == word.key,
                SavedPronunciation.part_of_speech == word.part_of_speech,
                SavedPronunciation.language == word.language,
            )
            if rows.exec(same).first() is None:
                word.owner = new
                rows.add(word)
        for voice in rows.exec(select(OwnVoice).where(OwnVoice.owner == old)).all():
            taken = select(OwnVoice.id).where(
                OwnVoice.owner == new, OwnVoice.family == voice.family, OwnVoice.key == voice.key
            )
            if rows.exec(taken).first() is None:
                voice.owner = new
                rows.add(voice)
