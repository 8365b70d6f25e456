"""Blends of voices that people keep under names of their own, and what a name means where a voice is named. Knows no
model: what a blend may be is its caller's.
"""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from engine.errors import OptionError
from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.tables import OwnVoice, VoiceKind, new_id, now
from studio.library.voices.dressed import Own
from studio.library.voices.own import names, resolving
from studio.library.voices.own.speaker import OwnSpeaker

MAX_VOICES = 500
MAX_NAME_CHARS = names.MAX_NAME_CHARS


@dataclass(frozen=True, slots=True)
class KeptVoice:
    """A blend with its name.

    Attributes:
        id: names it where it is deleted.
        family: of the models that can speak it.
        name: what a person calls it, and what a request may name as its voice.
        blend: what the model is told.
    """

    id: str
    family: str
    name: str
    blend: str


def list_all(db: Engine, owner: str, family: str = "") -> list[KeptVoice]:
    """The owner's blends in the alphabet's order; of one family, or of all."""
    query = (
        select(OwnVoice).where(OwnVoice.owner == owner, OwnVoice.kind == VoiceKind.BLEND).order_by(col(OwnVoice.key))
    )
    with session(db) as rows:
        return [_kept(row) for row in rows.exec(query).all() if family in ("", row.family)]


def keep(db: Engine, owner: str, family: str, name: str, blend: str) -> KeptVoice:
    """Keep a blend under a name; one of that name is replaced.

    Raises:
        OptionError: a name that cannot be used or is another voice's, or too many.
    """
    name = names.checked(name)
    key = names.key_of(name)
    with session(db, write=True) as rows:
        same = rows.exec(select(OwnVoice).where(OwnVoice.owner == owner, OwnVoice.key == key)).all()
        if any(row.kind is not VoiceKind.BLEND for row in same):
            raise OptionError(f"You have another voice called “{name}”; choose another name.")
        row = next((row for row in same if row.family == family), None)
        if row is None:
            check_room(rows, owner)
            row = OwnVoice(
                id=new_id(), owner=owner, family=family, key=key, name=name, kind=VoiceKind.BLEND, blend=blend
            )
        else:
            row.version += 1
        row.name, row.blend, row.changed_at = name, blend, now()
        rows.add(row)
    return _kept(row)


def check_room(rows: Session, owner: str) -> None:
    """Raises OptionError: the owner keeps as many voices as can be kept."""
    count = rows.exec(select(func.count()).select_from(OwnVoice).where(OwnVoice.owner == owner)).one()
    if count >= MAX_VOICES:
        raise OptionError(f"{MAX_VOICES} voices can be kept; delete some first.")


def remove(db: Engine, owner: str, voice_id: str) -> None:
    """Forget a blend. Raises NotFound."""
    with session(db, write=True) as rows:
        row = rows.exec(
            select(OwnVoice).where(
                OwnVoice.id == (names.id_of(voice_id) or voice_id),
                OwnVoice.owner == owner,
                OwnVoice.kind == VoiceKind.BLEND,
            )
        ).first()
        if row is None:
            raise NotFound("There is no such voice.")
        rows.delete(row)


def own(db: Engine, owner: str) -> Own:
    """A person's voices, for whoever asks who speaks."""
    return partial(resolved, db, owner)


def resolved(db: Engine, owner: str, family: str, voice: str) -> str | OwnSpeaker:
    """What a voice that was named is: the one place where a name becomes what a model, or `worn`, knows.

    Args:
        db: of the library.
        owner: who asks.
        family: of the model that is to speak; "" where none is named yet.
        voice: as it was named.

    Returns:
        A blend; a voice of recordings or with a tone of its own; or the voice as it was named.

    Raises:
        NotFound: it is named as programs name one, and there is none of that name for this person.
    """
    return resolving.resolved(db, owner, family, voice)


def _kept(row: OwnVoice) -> KeptVoice:
    return KeptVoice(row.id, row.family, row.name, row.blend)
