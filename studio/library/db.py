"""The database: opened, asked, and brought up to date. Knows no table by name.

SQLite runs in WAL mode with foreign keys and a busy timeout; any other SQLAlchemy URL works as it is.
"""

import fcntl
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlmodel import Session

from studio.library import revisions
from studio.library.errors import (
    DISK_FULL,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseNewer,
    LibraryError,
    StorageError,
)
from studio.library.revisions import MIGRATIONS

BUSY_TIMEOUT_S = 30.0
"""How long SQLite waits for another writer, unless the URL says `?timeout=`."""


def open_database(url: str) -> Engine:
    """Make ready to talk to a database; its folder is created, its tables are not (see `migrate`).

    Raises:
        LibraryError: the URL names no database that can be spoken to.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        timeout_s = float(str(parsed.query.get("timeout", BUSY_TIMEOUT_S)))
        parsed = parsed.difference_update_query(["timeout"])
        db = create_engine(parsed, connect_args={"check_same_thread": False, "timeout": timeout_s})
    except (SQLAlchemyError, ImportError, ValueError, OSError) as exc:
        raise LibraryError("The database cannot be opened: look at STUDIO_DATABASE_URL.") from exc
    event.listen(db, "connect", _prepare_sqlite)
    event.listen(db, "begin", _begin_sqlite)
    return db


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # We say BEGIN ourselves: the driver's own is always deferred, and a read that turns into a write is refused
    # at once, without the busy timeout, when somebody else wrote in between.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_write = connection.get_execution_options().get("studio_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


@contextmanager
def session(db: Engine, *, write: bool = False) -> Generator[Session]:
    """One transaction. With `write` it takes the write lock first and commits at the end; without, it only reads.

    Raises:
        DatabaseBusy: another process held the database for longer than the busy timeout.
        StorageError: no room on the disk.
        LibraryError: the database refused for another reason.
    """
    with _translated(), Session(db, expire_on_commit=False) as opened:
        opened.connection(execution_options={"studio_write": write})
        yield opened
        if write:
            opened.commit()


@contextmanager
def transaction(db: Engine) -> Generator[Connection]:
    """One writing transaction without the mapper: what a worker does several times a second.

    Raises:
        DatabaseBusy, StorageError, LibraryError: as in `session`.
    """
    with _translated(), db.connect().execution_options(studio_write=True) as connection, connection.begin():
        yield connection


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except OperationalError as exc:
        reason = str(exc.orig).lower()
        if "locked" in reason or "busy" in reason or "deadlock" in reason or "timeout" in reason:
            raise DatabaseBusy("The database is in use by another program. Try again in a moment.") from exc
        if "full" in reason:
            raise StorageError(DISK_FULL) from exc
        if "no such table" in reason or "no such column" in reason:
            raise LibraryError("The database is of another version. Start the studio again to migrate it.") from exc
        raise LibraryError("The database cannot be read or written.") from exc
    except DatabaseError as exc:
        if not _is_damage(exc):
            raise
        raise DatabaseDamaged(
            "The database is damaged. Start the studio again: it says which backup there is."
        ) from exc


def _is_damage(exc: BaseException) -> bool:
    return any(word in str(exc).lower() for word in ("malformed", "not a database", "corrupt"))


def migrate(url: str) -> Path | None:
    """Bring a database to the newest revision, saving a non-empty SQLite file first.

    Returns:
        The backup's path, or None when none was needed.

    Raises:
        DatabaseDamaged: what is in the file is no whole database; the sentence says which backup there is.
        DatabaseNewer: a newer studio made it.
        MigrationBroken: a revision cannot be read or failed; the database is as it was.
        MigrationsMissing: the revisions are not in this installation.
        DatabaseBusy, StorageError, LibraryError: as in `session`.
    """
    # Alembic takes a third of a second to import, and only the processes that migrate need it.
    from alembic.runtime.migration import MigrationContext

    known = revisions.read(MIGRATIONS)
    db = open_database(url)
    try:
        with _only_one(db), db.connect() as connection:
            _check_whole(db, connection)
            current = MigrationContext.configure(connection).get_current_heads()
            connection.rollback()
            if not known.ids.issuperset(current):
                raise DatabaseNewer(
                    "The database was made by a newer version of the studio. "
                    "Update the studio, or use another database."
                )
            if current == (known.head,):
                return None
            backup = _back_up(db, "-".join(current) or "unversioned")
            try:
                _upgrade(connection)
            except Exception:
                # The database is as it was, and every vain start would leave one more copy of it.
                if backup is not None:
                    backup.unlink(missing_ok=True)
                raise
            return backup
    except DatabaseError as exc:
        raise _about_migrating(exc, db) from exc
    finally:
        db.dispose()


def _upgrade(connection: Connection) -> None:
    """All revisions or none: a transaction around them all, in which alembic opens none of its own."""
    from alembic import command

    config = revisions.config(MIGRATIONS)
    config.attributes["connection"] = connection
    try:
        with connection.execution_options(studio_write=True).begin():
            command.upgrade(config, "head")
    except Exception as exc:
        if isinstance(exc, DatabaseError) and _is_passing(exc):
            raise
        raise revisions.broken(exc, MIGRATIONS) from exc


def _is_passing(exc: DatabaseError) -> bool:
    """Whether the machine and not the revision is at fault: somebody else writes, no room, damage."""
    reason = str(exc.orig).lower()
    return _is_damage(exc) or any(word in reason for word in ("locked", "busy", "deadlock", "timeout", "full"))


def _about_migrating(exc: DatabaseError, db: Engine) -> LibraryError:
    if _is_damage(exc):
        return DatabaseDamaged(_about_damage(db))
    if "full" in str(exc.orig).lower():
        return StorageError("The disk is full, so the database could not be brought up to date. It is as it was.")
    if isinstance(exc, OperationalError) and _is_passing(exc):
        return DatabaseBusy("The database could not be migrated, because another program is using it.")
    return LibraryError("The database cannot be read or written.")


def _check_whole(db: Engine, connection: Connection) -> None:
    """A page of noise may lie where nobody reads for weeks, while every backup is overwritten by one of it."""
    if sqlite_file(db) is None:
        return
    if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
        raise DatabaseDamaged(_about_damage(db))
    connection.rollback()


def _about_damage(db: Engine) -> str:
    file = sqlite_file(db)
    if file is None:
        return "The database is damaged. Put back a backup of it."
    name = file.name
    away = f"The database {file} is damaged. Move it away, together with {name}-wal and {name}-shm if they are there"
    backups = sorted(file.parent.glob(f"{name}.before-*.bak"), key=lambda path: path.stat().st_mtime)
    if backups:
        return f"{away}, copy the backup {backups[-1].name} to {name}, and start the studio again."
    return f"{away}, and start the studio again: there is no backup, so it knows no jobs, but their files are kept."


@contextmanager
def _only_one(db: Engine) -> Generator[None]:
    """Two studios started at once must not migrate at once; other databases than SQLite lock by themselves."""
    file = sqlite_file(db)
    if file is None:
        yield
        return
    with open(file.with_name(f".{file.name}.migrating"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _back_up(db: Engine, revision: str) -> Path | None:
    file = sqlite_file(db)
    if file is None or not file.exists():
        return None
    with closing(sqlite3.connect(file)) as source:
        tables = source.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
        if not tables:
            return None
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        copy = file.with_name(f"{file.name}.before-{revision}-{stamp}.bak")
        with closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    return copy


def sqlite_file(db: Engine) -> Path | None:
    """The file of a SQLite database; None for any other."""
    if db.url.get_backend_name() != "sqlite" or not db.url.database or db.url.database == ":memory:":
        return None
    return Path(db.url.database)
