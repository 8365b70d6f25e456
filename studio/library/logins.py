"""Which logins are over, so that a restart does not forget it. Rows alone: no cookie is known here."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import col, delete, select

from studio.library.db import session
from studio.library.tables import EndedLogin, LoginGeneration, now


def ended(db: Engine) -> dict[str, float]:
    """Logins that were ended and would still be good: their nonce -> when they expire, in seconds since 1970."""
    with session(db) as rows:
        found = rows.exec(select(EndedLogin).where(col(EndedLogin.expires_at) > now())).all()
    return {one.nonce: one.expires_at.timestamp() for one in found}


def generations(db: Engine) -> dict[str, int]:
    """How often each person ended all their logins; who never did is not in it."""
    with session(db) as rows:
        return {one.name: one.generation for one in rows.exec(select(LoginGeneration)).all()}


def end(db: Engine, nonce: str, expires: float) -> None:
    """End one login; those that have expired are forgotten.

    Args:
        db: where.
        nonce: the login's.
        expires: until when it would have been good, in seconds since 1970.
    """
    with session(db, write=True) as rows:
        rows.exec(delete(EndedLogin).where(col(EndedLogin.expires_at) <= now()))
        rows.merge(EndedLogin(nonce=nonce, expires_at=datetime.fromtimestamp(expires, UTC)))


def end_all(db: Engine, name: str) -> int:
    """End all logins of a person that there are; the number that new ones carry."""
    with session(db, write=True) as rows:
        row = rows.get(LoginGeneration, name) or LoginGeneration(name=name, generation=0)
        row.generation += 1
        rows.add(row)
        rows.flush()
        return row.generation
