"""Which transactions have given something another name.

Revises: 0016_sites_of_people
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017_names"
down_revision: str | None = "0016_sites_of_people"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAMED = {
    "equipment": ("name", "code"), "maintenance_types": ("name",), "production_lines": ("name",), "sites": ("name",), "team": ("name",),
    "users": ("first_name", "last_name"),
}  # fmt: skip
RENAMED = """
CREATE FUNCTION etabli_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ours bigint := pg_current_xact_id()::text::bigint;
BEGIN
    INSERT INTO renaming (sync_xid) SELECT ours WHERE NOT EXISTS (SELECT FROM renaming WHERE sync_xid = ours);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "renaming",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sync_xid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_renaming")),
    )
    op.create_index("ix_renaming_sync_xid", "renaming", ["sync_xid"])
    op.execute(RENAMED)
    for table, columns in NAMED.items():
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        op.execute(
            f"CREATE TRIGGER renamed AFTER UPDATE OF {', '.join(columns)} ON {table}"
            f" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION etabli_renamed()"
        )


def downgrade() -> None:
    for table in NAMED:
        op.execute(f"DROP TRIGGER renamed ON {table}")
    op.execute("DROP FUNCTION etabli_renamed()")
    op.drop_table("renaming")
