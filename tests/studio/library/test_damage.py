"""A damaged database is told in one sentence that names the backup and how to put it back."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from studio.library.db import migrate
from studio.library.errors import DatabaseDamaged, LibraryError
from studio.library.jobs.options import BookOptions
from studio.library.library import open_library
from tests.studio.library.conftest import small_book


def used(folder: Path) -> Path:
    """A database with some rows, and a backup of it beside."""
    file = folder / "studio.db"
    migrate(f"sqlite:///{file}")
    library = open_library(folder, f"sqlite:///{file}")
    for _ in range(3):
        library.submit_book("ann", small_book(40), BookOptions())
    library.close()
    file.with_name("studio.db.before-0001-20260101T000000Z.bak").write_bytes(file.read_bytes())
    return file


def garbage(file: Path) -> None:
    file.write_bytes(random.Random(7).randbytes(50_000))


def noise(page: int, file: Path) -> None:
    with open(file, "r+b") as handle:
        handle.seek(4096 * page)
        handle.write(random.Random(7).randbytes(4096))


def no_rest(file: Path) -> None:
    os.truncate(file, 4096 * 3)


DAMAGE = {
    "garbage": garbage,
    **{f"page {page}": (lambda file, page=page: noise(page, file)) for page in (0, 1, 5, 12)},
    "cut": no_rest,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_damage_is_found_at_the_start_and_the_backup_is_named(tmp_path: Path, damage: str) -> None:
    file = used(tmp_path)
    DAMAGE[damage](file)
    with pytest.raises(DatabaseDamaged) as told:
        migrate(f"sqlite:///{file}")
    assert "copy the backup studio.db.before-0001-20260101T000000Z.bak to studio.db" in str(told.value)


def test_the_backup_put_back_as_the_sentence_says_is_a_studio_again(tmp_path: Path) -> None:
    file = used(tmp_path)
    garbage(file)
    for name in ("studio.db", "studio.db-wal", "studio.db-shm"):
        if (tmp_path / name).exists():
            (tmp_path / name).rename(tmp_path / f"{name}.damaged")
    file.write_bytes(next(tmp_path.glob("*.bak")).read_bytes())
    migrate(f"sqlite:///{file}")
    library = open_library(tmp_path, f"sqlite:///{file}")
    assert len(library.list_jobs("ann")) == 3
    library.close()


def test_without_a_backup_the_sentence_says_so(tmp_path: Path) -> None:
    garbage(tmp_path / "studio.db")
    with pytest.raises(DatabaseDamaged, match="there is no backup"):
        migrate(f"sqlite:///{tmp_path / 'studio.db'}")


def test_damage_while_the_studio_runs_is_a_sentence_too(tmp_path: Path) -> None:
    file = used(tmp_path)
    garbage(file)
    library = open_library(tmp_path, f"sqlite:///{file}")
    with pytest.raises(LibraryError, match="damaged"):
        library.list_jobs("ann")
    library.close()


@pytest.mark.parametrize("command", [("run", "--no-open", "--port", "0")])
def test_a_command_ends_with_the_sentence_and_no_traceback(tmp_path: Path, command: tuple[str, ...]) -> None:
    garbage(used(tmp_path))
    run = subprocess.run(
        [sys.executable, "-m", "studio", *command],
        env=os.environ | {"STUDIO_OUTPUTS": str(tmp_path), "STUDIO_DATABASE_URL": "", "STUDIO_REDIS_URL": ""},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert run.stderr.strip().count("\n") == 0
    assert "studio.db.before-0001-20260101T000000Z.bak" in run.stderr
