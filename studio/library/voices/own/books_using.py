"""Which books are read by a voice of one's own, and the spoken sentences that are kept for them."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from studio.library.db import session
from studio.library.narration.scores import keys_of
from studio.library.narration.segments import SegmentCache
from studio.library.storage import Storage
from studio.library.tables import Job, JobKind
from studio.library.voices.own import rows
from studio.library.voices.own.names import token


@dataclass(frozen=True, slots=True)
class BookUsing:
    """A book; `owner` is for whoever decides what is told of it."""

    id: str
    title: str
    owner: str


def books(db: Engine, owner: str, voice_id: str) -> list[BookUsing]:
    """The books that name a voice of this owner's, the latest first; others' books too, where it is shared.

    Raises:
        NotFound: no such voice of this person.
    """
    with session(db) as opened:
        row = rows.owned(opened, owner, voice_id)
        return _named(opened, {token(row.id)}) + (_named(opened, {row.blend}, owner) if row.blend else [])


def remove_sound(db: Engine, storage: Storage, voice_id: str) -> int:
    """Remove every spoken sentence that was kept for a book read by a voice; how many. Finished files stay.

    A segment is named by a hash that does not tell the voice; the journals of the books that name the voice do, and
    they list every segment they had spoken. A plain blend's segments stay: they are a model's voices.
    """
    with session(db) as opened:
        found = _named(opened, {token(voice_id)})
    cache = SegmentCache(storage.segment_cache)
    keys = {key for book in found for key in keys_of(storage.job_folder(book.id))}
    for key in keys:
        cache.remove(key)
    return len(keys)


def _named(opened: Session, voices: set[str], owner: str = "") -> list[BookUsing]:
    query = select(Job.id, Job.title, Job.owner, Job.options).where(Job.kind == JobKind.AUDIOBOOK)
    if owner:
        query = query.where(Job.owner == owner)
    # The options are JSON, which not every database can look into; columns keep it cheap.
    found = opened.exec(query.order_by(col(Job.created_at).desc())).all()
    return [BookUsing(job, title, whose) for job, title, whose, options in found if options.get("voice") in voices]
