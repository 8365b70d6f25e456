"""Clips: what the Speak page kept of one owner. Rows and sound files, nothing of how they are made."""

import os
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.jobs.views import ClipView
from studio.library.storage import Storage, storing
from studio.library.tables import Clip, new_id


def add(
    db: Engine,
    storage: Storage,
    owner: str,
    text: str,
    model: str,
    voice: str,
    speed: float,
    path: Path,
    duration_s: float,
) -> ClipView:
    """Keep a spoken text; its sound file is moved into the owner's clips."""
    clip_id = new_id()
    kept = storage.clips(owner) / f"{clip_id}{path.suffix}"
    with storing():
        os.replace(path, kept)
    clip = Clip(
        id=clip_id,
        owner=owner,
        text=text,
        model=model,
        voice=voice,
        speed=speed,
        path=storage.relative(kept),
        duration_s=duration_s,
    )
    try:
        with session(db, write=True) as rows:
            rows.add(clip)
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return _view(storage, clip)


def list_all(db: Engine, storage: Storage, owner: str, limit: int) -> list[ClipView]:
    """The owner's clips, the latest first."""
    query = select(Clip).where(Clip.owner == owner).order_by(col(Clip.created_at).desc(), col(Clip.id)).limit(limit)
    with session(db) as rows:
        return [_view(storage, clip) for clip in rows.exec(query).all()]


def get(db: Engine, storage: Storage, owner: str, clip_id: str) -> ClipView:
    """One clip. Raises NotFound."""
    with session(db) as rows:
        clip = rows.exec(select(Clip).where(Clip.id == clip_id, Clip.owner == owner)).first()
    if clip is None:
        raise NotFound("There is no such clip.")
    return _view(storage, clip)


def delete(db: Engine, storage: Storage, owner: str, clip_id: str) -> None:
    """Remove a clip and its file. Raises NotFound."""
    with session(db, write=True) as rows:
        clip = rows.exec(select(Clip).where(Clip.id == clip_id, Clip.owner == owner)).first()
        if clip is None:
            raise NotFound("There is no such clip.")
        rows.delete(clip)
    storage.resolve(clip.path).unlink(missing_ok=True)


def _view(storage: Storage, clip: Clip) -> ClipView:
    return ClipView(
        id=clip.id,
        text=clip.text,
        model=clip.model,
        voice=clip.voice,
        speed=clip.speed,
        duration_s=clip.duration_s,
        created_at=clip.created_at,
        path=storage.resolve(clip.path),
    )
