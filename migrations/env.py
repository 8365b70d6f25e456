"""How alembic finds the tables and the database. `studio.library.db.migrate` hands it a connection; so may a test."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum
from sqlmodel.sql.sqltypes import AutoString

from studio.library.db import open_database
from studio.library.tables import SQLModel, UtcDateTime
from studio.settings import Settings


def plain_type(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Revisions name SQLAlchemy's own types only, so that they outlive our classes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum | AutoString):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Connection | None, url: str | None = None) -> None:
    """Migrate over an open connection, or write the SQL for a URL."""
    context.configure(
        connection=connection,
        url=url,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,  # SQLite alters a table by making it anew
        compare_type=True,
        render_item=plain_type,
        literal_binds=connection is None,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if context.is_offline_mode():
    run(None, Settings().resolved_database_url)
elif given is not None:
    run(given)
else:
    with open_database(Settings().resolved_database_url).connect() as opened:
        run(opened)
        opened.commit()
