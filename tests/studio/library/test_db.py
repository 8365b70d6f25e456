"""The database opens as promised, and says in a sentence when it cannot."""

import multiprocessing
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlmodel import select

from studio.library.db import migrate, open_database, session
from studio.library.errors import DatabaseBusy, LibraryError, StorageError
from studio.library.jobs.views import ClipView
from studio.library.library import Library
from studio.library.tables import Clip


def _clip(when: datetime) -> Clip:
    return Clip(owner="ann", text="hello", model="m", voice="v", path="clips/x", created_at=when)


def test_sqlite_runs_in_wal_with_foreign_keys_and_a_busy_timeout(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'studio.db'}")
    with db.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    db.dispose()


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(library: Library) -> None:
    east = timezone(timedelta(hours=9))
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=east)
    with session(library.db, write=True) as rows:
        rows.add(_clip(when))
    with session(library.db) as rows:
        kept = rows.exec(select(Clip)).one()
    assert kept.created_at == when
    assert kept.created_at.tzinfo is UTC


def test_a_reading_session_changes_nothing(library: Library) -> None:
    with session(library.db) as rows:
        rows.add(_clip(datetime.now(UTC)))
    with session(library.db) as rows:
        assert rows.exec(select(Clip)).all() == []


def test_an_error_in_a_writing_session_takes_everything_back(library: Library) -> None:
    with pytest.raises(ZeroDivisionError), session(library.db, write=True) as rows:
        rows.add(_clip(datetime.now(UTC)))
        rows.flush()
        _ = 1 / 0
    with session(library.db) as rows:
        assert rows.exec(select(Clip)).all() == []


def hold_write_lock(path: str, taken: "multiprocessing.synchronize.Event", seconds: float) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    taken.set()
    time.sleep(seconds)
    connection.execute("ROLLBACK")


def test_a_database_locked_by_another_process_is_waited_for_and_then_named(tmp_path: Path, library: Library) -> None:
    spawn = multiprocessing.get_context("spawn")
    taken = spawn.Event()
    other = spawn.Process(target=hold_write_lock, args=(str(tmp_path / "studio.db"), taken, 3.0))
    other.start()
    assert taken.wait(120)
    hasty = open_database(f"sqlite:///{tmp_path / 'studio.db'}?timeout=0.2")
    with pytest.raises(DatabaseBusy, match="in use by another program"), session(hasty, write=True):
        pass
    with session(hasty) as rows:  # readers never wait in WAL
        assert rows.exec(select(Clip)).all() == []
    with session(library.db, write=True) as rows:  # its timeout of 5 s outlasts the lock
        rows.add(_clip(datetime.now(UTC)))
    other.join()
    hasty.dispose()


def test_writers_of_many_threads_lose_nothing(tmp_path: Path, library: Library) -> None:
    def write(owner: str) -> None:
        for _ in range(20):
            with session(library.db, write=True) as rows:
                known = rows.exec(select(Clip).where(Clip.owner == owner)).all()
                rows.add(Clip(owner=owner, text=str(len(known)), model="m", voice="v", path="p"))

    threads = [threading.Thread(target=write, args=("ann",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with session(library.db) as rows:
        texts = sorted(int(clip.text) for clip in rows.exec(select(Clip)).all())
    assert texts == list(range(80))  # each saw all that came before it


def test_a_url_that_names_no_database_is_refused_in_a_sentence() -> None:
    for url in ("not a url", "oracle+nothing://x", "sqlite:////proc/nowhere/x.db"):
        with pytest.raises(LibraryError, match="STUDIO_DATABASE_URL"):
            open_database(url)


def test_an_unmigrated_database_says_so(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(LibraryError, match="another version"), session(db) as rows:
        rows.exec(select(Clip)).all()
    db.dispose()


def test_a_full_database_is_a_full_disk(tmp_path: Path) -> None:
    """SQLite's own page limit stands in for the disk: it raises the same error through the same path."""
    url = f"sqlite:///{tmp_path / 'studio.db'}"
    migrate(url)
    db = open_database(url)
    with pytest.raises(StorageError, match="disk is full"), session(db, write=True) as rows:
        rows.connection().exec_driver_sql("PRAGMA max_page_count = 1")
        rows.add(Clip(owner="ann", text="x" * 1_000_000, model="m", voice="v", path="p"))
    db.dispose()


def test_clips_belong_to_their_owner(library: Library, tmp_path: Path) -> None:
    from studio.library.errors import NotFound

    sound = tmp_path / "spoken.wav"
    sound.write_bytes(b"RIFF")
    clip: ClipView = library.add_clip("ann", "hello", "espeak-ng", "en-us", 1.0, sound, 1.5)
    assert not sound.exists()
    assert clip.path.read_bytes() == b"RIFF"
    assert [one.id for one in library.list_clips("ann")] == [clip.id]
    assert library.list_clips("bob") == []
    for ask in (library.get_clip, library.delete_clip):
        with pytest.raises(NotFound) as not_mine:
            ask("bob", clip.id)
        with pytest.raises(NotFound) as not_there:
            ask("ann", "f" * 32)
        assert str(not_mine.value) == str(not_there.value)
    library.delete_clip("ann", clip.id)
    assert not clip.path.exists()
    with pytest.raises(NotFound):
        library.get_clip("ann", clip.id)
