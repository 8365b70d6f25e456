"""How much is in the database, and nothing of what."""

from pathlib import Path

from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from studio.library.db import open_database
from studio.library.errors import LibraryError


def table_counts(url: str) -> dict[str, int | str]:
    """Rows of every table, and `revision`; empty where there is no database yet, `problem` where it cannot be asked."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            return {}
        db = open_database(url)
    except (SQLAlchemyError, LibraryError) as exc:
        return {"problem": type(exc).__name__}
    try:
        with db.connect() as connection:
            found: dict[str, int | str] = {}
            for name in sorted(inspect(connection).get_table_names()):
                quoted = connection.dialect.identifier_preparer.quote(name)
                if name == "alembic_version":
                    found["revision"] = str(connection.execute(text(f"SELECT version_num FROM {quoted}")).scalar())
                else:
                    found[name] = int(connection.execute(text(f"SELECT count(*) FROM {quoted}")).scalar() or 0)
            return found
    except SQLAlchemyError as exc:
        return {"problem": type(exc).__name__}
    finally:
        db.dispose()
