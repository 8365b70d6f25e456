"""The steps that bring a database up to date: where they are, which there are, and what is said of one that broke."""

import traceback
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from studio.library.errors import MigrationBroken, MigrationsMissing
from studio.settings import IS_CHECKOUT, PROJECT

if TYPE_CHECKING:
    from alembic.config import Config


def _folder() -> Path:
    """Inside the installed studio; in a checkout, beside it at the top of the tree."""
    return PROJECT / "migrations" if IS_CHECKOUT else Path(str(resources.files("studio"))) / "migrations"


MIGRATIONS = _folder()
"""Alembic's folder; it may be missing from a broken installation, which `read` says."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """What is known here.

    Attributes:
        ids: of every revision.
        head: the newest.
    """

    ids: frozenset[str]
    head: str


def config(folder: Path) -> "Config":
    """What alembic needs to be told."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(folder).replace("%", "%%"))
    return made


def read(folder: Path) -> Revisions:
    """Which revisions there are.

    Raises:
        MigrationsMissing: none, or not what runs them.
        MigrationBroken: one of them cannot be read.
    """
    from alembic.script import ScriptDirectory

    if not (folder / "env.py").is_file() or not any((folder / "versions").glob("*.py")):
        raise MigrationsMissing(
            f"The studio's migrations cannot be found in {folder}: the installation is not whole. Install it again."
        )
    try:
        scripts = ScriptDirectory.from_config(config(folder))
        ids = frozenset(script.revision for script in scripts.walk_revisions())
        head = scripts.get_current_head()
    except Exception as exc:
        raise broken(exc, folder) from exc
    assert head is not None  # there are revisions
    return Revisions(ids, head)


def broken(exc: Exception, folder: Path) -> MigrationBroken:
    """The sentence about a revision that cannot be read or that failed: which, and how."""
    where = _revision_of(exc, folder)
    step = f" at the migration {where}" if where else ""
    # What a database says may go on with the statement and a link; its first line is what happened.
    what = str(getattr(exc, "orig", None) or exc).strip().partition("\n")[0].rstrip(".") or "it gives no reason"
    return MigrationBroken(
        f"The database could not be brought up to date{step} ({type(exc).__name__}: {what}). It is as it was."
    )


def _revision_of(exc: Exception, folder: Path) -> str:
    """The file that was at work, by its name without the ending; "" where none was."""
    frames = [frame.filename for frame in traceback.extract_tb(exc.__traceback__)]
    # A file that is no Python never ran.
    files = [*frames, exc.filename or ""] if isinstance(exc, SyntaxError) else frames
    versions = (folder / "versions").resolve()
    inside = [Path(file) for file in files if Path(file).resolve().parent == versions]
    return inside[-1].stem if inside else ""
