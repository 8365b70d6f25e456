"""Every database, new or of any older revision, becomes what the tables say, and a copy is kept first."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from studio.library import db as db_module
from studio.library.db import MIGRATIONS, migrate, open_database
from studio.library.errors import DatabaseNewer, MigrationBroken, MigrationsMissing, StorageError
from studio.library.tables import SQLModel

CONFIG = Config()
CONFIG.set_main_option("script_location", str(MIGRATIONS))
SCRIPTS = ScriptDirectory.from_config(CONFIG)
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]


def differences(url: str) -> list[object]:
    db = open_database(url)
    with db.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = list(compare_metadata(context, SQLModel.metadata))
    db.dispose()
    return found


def upgrade_to(url: str, revision: str) -> None:
    db = open_database(url)
    with db.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    db.dispose()


def test_there_is_one_line_of_revisions() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


def test_an_empty_database_becomes_what_the_tables_say_and_needs_no_backup(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'studio.db'}"
    assert migrate(url) is None
    assert differences(url) == []
    assert list(tmp_path.glob("*.bak")) == []
    assert migrate(url) is None  # and again: nothing to do


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_each_revision_reaches_the_head_with_its_rows(tmp_path: Path, revision: str) -> None:
    file = tmp_path / "studio.db"
    url = f"sqlite:///{file}"
    upgrade_to(url, revision)
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO clip (id, owner, text, model, voice, speed, path, duration_s, created_at) "
            "VALUES ('a', 'ann', 'hello', 'm', 'v', 1.0, 'p', 1.0, '2026-01-01 00:00:00')"
        )
    backup = migrate(url)
    assert differences(url) == []
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT text FROM clip").fetchall() == [("hello",)]
    if revision == SCRIPTS.get_current_head():
        assert backup is None
    else:
        assert backup is not None
        with sqlite3.connect(backup) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]


def test_a_database_somebody_filled_without_us_is_copied_before_it_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "studio.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE notes (words TEXT)")
        connection.execute("INSERT INTO notes VALUES ('keep me')")
    backup = migrate(f"sqlite:///{file}")
    assert backup is not None
    assert backup.name.startswith("studio.db.before-unversioned-20")
    for path in (file, backup):
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT words FROM notes").fetchall() == [("keep me",)]


def test_a_database_of_a_newer_studio_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "studio.db"
    migrate(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewer, match="newer version"):
        migrate(f"sqlite:///{file}")


def test_downgrade_undoes_upgrade(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'studio.db'}"
    migrate(url)
    db = open_database(url)
    with db.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars().all()
    assert set(tables) <= {"alembic_version"}
    db.dispose()


def with_a_revision(tmp_path: Path, body: str) -> Path:
    """The migrations, and a newest one whose upgrade is this."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    head = SCRIPTS.get_current_head()
    (folder / "versions" / "0999_the_newest.py").write_text(
        f'from alembic import op\n\nrevision = "0999"\ndown_revision = "{head}"\n\n\ndef upgrade():\n    {body}\n'
    )
    return folder


BROKEN = {
    "a statement": (
        'op.execute("DROP TABLE clip"); op.execute("INSERT INTO nowhere VALUES (1)")',
        "OperationalError: no such table: nowhere",
    ),
    "a mistake": ('op.execute("DROP TABLE clip"); raise KeyError("shelf")', "KeyError: 'shelf'"),
    "no Python": ("op.execute(", "SyntaxError: '(' was never closed"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("revision", ["0001", "0003"])
def test_a_migration_that_breaks_is_named_and_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, revision: str
) -> None:
    body, told = BROKEN[kind]
    monkeypatch.setattr(db_module, "MIGRATIONS", with_a_revision(tmp_path, body))
    file = tmp_path / "studio.db"
    upgrade_to(f"sqlite:///{file}", revision)
    before = dumped(file)
    with pytest.raises(MigrationBroken) as broke:
        migrate(f"sqlite:///{file}")
    assert "0999_the_newest" in str(broke.value)
    assert told in str(broke.value)
    assert "newer" not in str(broke.value)
    assert dumped(file) == before  # nor are the older revisions, which work, half of a step
    assert list(tmp_path.glob("*.bak")) == []


def dumped(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("missing", ["versions", "env.py", ""])
def test_migrations_that_cannot_be_found_are_not_a_newer_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    gone = folder / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    monkeypatch.setattr(db_module, "MIGRATIONS", folder)
    with pytest.raises(MigrationsMissing, match="cannot be found"):
        migrate(f"sqlite:///{tmp_path / 'studio.db'}")
    assert not (tmp_path / "studio.db").exists()


def test_a_full_disk_is_not_a_broken_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # SQLite's own page limit stands in for the disk.
    body = 'op.execute("PRAGMA max_page_count = 1"); op.execute("CREATE TABLE more AS SELECT randomblob(1000000) AS x")'
    monkeypatch.setattr(db_module, "MIGRATIONS", with_a_revision(tmp_path, body))
    file = tmp_path / "studio.db"
    upgrade_to(f"sqlite:///{file}", "0003")
    before = dumped(file)
    with pytest.raises(StorageError, match="disk is full"):
        migrate(f"sqlite:///{file}")
    assert dumped(file) == before
