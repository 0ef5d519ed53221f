"""Alembic's entry: a connection handed over by `server.core.migrations`, or one of its own for the `alembic` command."""

from alembic import context
from sqlalchemy import Connection

from server.core.migrations import connect, lock, one_schema
from server.core.settings import get_settings
from server.tables import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=one_schema,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations decide by looking at the database: run them on one")

handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    with connect(get_settings().dsn) as own, lock(own):
        run(own)
