"""Blends of voices that people keep under names of their own. Knows no model: what a blend may be is its caller's."""

import unicodedata
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, func
from sqlmodel import col, select

from engine.errors import OptionError
from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.tables import SavedVoice, new_id
from studio.library.voices.dressed import Own

MAX_VOICES = 500
MAX_NAME_CHARS = 60


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
    """The owner's voices in the alphabet's order; of one family, or of all."""
    query = select(SavedVoice).where(SavedVoice.owner == owner).order_by(col(SavedVoice.key))
    with session(db) as rows:
        return [_kept(row) for row in rows.exec(query).all() if family in ("", row.family)]


def keep(db: Engine, owner: str, family: str, name: str, blend: str) -> KeptVoice:
    """Keep a blend under a name; one of that name is replaced.

    Raises:
        OptionError: a name that cannot be used, or too many.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name or not any(character.isalnum() for character in name):
        raise OptionError("Give the voice a name with a letter in it.")
    if len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise OptionError(f"The name of a voice has at most {MAX_NAME_CHARS} plain characters.")
    if strange := next((sign for sign in "+:<>" if sign in name), ""):
        raise OptionError(f"The name of a voice cannot have a “{strange}” in it: blends are written with it.")
    with session(db, write=True) as rows:
        row = rows.exec(
            select(SavedVoice).where(
                SavedVoice.owner == owner, SavedVoice.family == family, SavedVoice.key == name.casefold()
            )
        ).first()
        if row is None:
            count = rows.exec(select(func.count()).select_from(SavedVoice).where(SavedVoice.owner == owner)).one()
            if count >= MAX_VOICES:
                raise OptionError(f"{MAX_VOICES} voices can be kept; delete some first.")
            row = SavedVoice(id=new_id(), owner=owner, family=family, key=name.casefold(), name=name, blend=blend)
        row.name, row.blend = name, blend
        rows.add(row)
    return _kept(row)


def remove(db: Engine, owner: str, voice_id: str) -> None:
    """Forget a voice. Raises NotFound."""
    with session(db, write=True) as rows:
        row = rows.exec(select(SavedVoice).where(SavedVoice.id == voice_id, SavedVoice.owner == owner)).first()
        if row is None:
            raise NotFound("There is no such voice.")
        rows.delete(row)


def own(db: Engine, owner: str) -> Own:
    """A person's voices, for whoever asks who speaks."""
    return partial(resolved, db, owner)


def resolved(db: Engine, owner: str, family: str, voice: str) -> str:
    """The blend of that name, or the voice as it was named: the one place where a name becomes what a model knows.

    Args:
        db: of the library.
        owner: whose.
        family: of the model that is to speak; "" where none is named yet.
        voice: as it was named.
    """
    # A lone surrogate is in no name that was kept, and no database takes it.
    written = voice.encode("utf-8", "replace").decode()
    key = " ".join(unicodedata.normalize("NFC", written).split()).casefold()
    if not key or "+" in key or ":" in key:
        return voice
    with session(db) as rows:
        named = select(SavedVoice.blend).where(SavedVoice.owner == owner, SavedVoice.key == key)
        blend = rows.exec(named.where(SavedVoice.family == family) if family else named).first()
    return blend or voice


def _kept(row: SavedVoice) -> KeptVoice:
    return KeptVoice(row.id, row.family, row.name, row.blend)
