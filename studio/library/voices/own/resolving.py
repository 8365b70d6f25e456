"""A voice that was named -> whose own it is, and what of it can speak. Knows rows, no model and no file."""

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.guests import is_guest
from studio.library.tables import OwnVoice, VoiceKind, VoiceRecording
from studio.library.voices.own.consent_words import why_silent
from studio.library.voices.own.names import id_of, key_of, token
from studio.library.voices.own.speaker import OwnSpeaker

GONE = "There is no such voice: it was deleted, or whoever made it shares it no longer. Choose another."


def resolved(db: Engine, owner: str, family: str, voice: str) -> str | OwnSpeaker:
    """As `studio.library.voices.saved.resolved`."""
    key = key_of(voice)
    if not key or any(sign in key for sign in "+:~"):
        return voice
    with session(db) as rows:
        wanted = id_of(voice)
        row = visible(rows, owner, wanted) if wanted else _named(rows, owner, family, key)
        if row is None:
            if wanted and voice.startswith("voice_"):
                raise NotFound(GONE)
            return voice
        # A plain blend is what the model is told: a job that has it goes on without its row.
        if row.kind is VoiceKind.BLEND and not any(row.tone.values()):
            return row.blend
        first = rows.exec(select(VoiceRecording.id).where(VoiceRecording.voice_id == row.id)).first()
        silent = "" if row.kind is VoiceKind.BLEND else why_silent(row.name, row.consent)
        return OwnSpeaker(
            token(row.id),
            row.name,
            row.language,
            row.family,
            row.blend,
            bool(row.tuned),
            first is not None,
            silent,
            row.kind is VoiceKind.DESIGNED,
        )


def visible(rows: Session, owner: str, voice_id: str) -> OwnVoice | None:
    """A voice that a person may use: their own, or one that another login shares. Guests have their own alone."""
    row = rows.get(OwnVoice, voice_id)
    if row is None or row.owner == owner:
        return row
    return row if row.shared and not is_guest(owner) and not is_guest(row.owner) else None


def _named(rows: Session, owner: str, family: str, key: str) -> OwnVoice | None:
    """One's own of that name before another's; of a blend's name that two families have, the one that is asked for."""
    mine = rows.exec(select(OwnVoice).where(OwnVoice.owner == owner, OwnVoice.key == key)).all()
    fits = [row for row in mine if row.kind is not VoiceKind.BLEND or family in ("", row.family)]
    if fits:
        return fits[0]
    if is_guest(owner):
        return None
    shared = select(OwnVoice).where(OwnVoice.key == key, col(OwnVoice.shared)).order_by(col(OwnVoice.created_at))
    return next(
        (
            row
            for row in rows.exec(shared).all()
            if not is_guest(row.owner) and (row.kind is not VoiceKind.BLEND or family in ("", row.family))
        ),
        None,
    )
