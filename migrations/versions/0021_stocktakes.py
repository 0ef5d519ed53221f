"""Stocktakes.

Revises: 0019_purchase_orders
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021_stocktakes"
down_revision: str | None = "0019_purchase_orders"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "stocktake",
        *_versioned(),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(20), server_default="open", nullable=False),
        sa.Column("place_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'counted', 'approved', 'cancelled')", name=op.f("ck_stocktake_status")),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_stocktake_opened_by_users")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_stocktake_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
        sa.UniqueConstraint("number", name=op.f("uq_stocktake_number")),
    )
    op.create_index("ix_stocktake_site_id_sync_xid", "stocktake", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "stocktake_line",
        *_versioned(),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("stocktake_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("is_found", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("again_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected", sa.Numeric(precision=14, scale=3), nullable=True),
        sa.Column("difference", sa.Numeric(precision=14, scale=3), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.ForeignKeyConstraint(["part_id"], ["spare_parts.id"], name=op.f("fk_stocktake_line_part_id_spare_parts")),
        sa.ForeignKeyConstraint(["place_id"], ["storage_place.id"], name=op.f("fk_stocktake_line_place_id_storage_place")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_stocktake_line_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_line_stocktake_id_stocktake"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_line")),
        sa.UniqueConstraint("stocktake_id", "place_id", "part_id", name=op.f("uq_stocktake_line_stocktake_id_place_id_part_id")),
    )
    op.create_index(op.f("ix_stocktake_line_part_id"), "stocktake_line", ["part_id"], unique=False)
    op.create_index(op.f("ix_stocktake_line_place_id"), "stocktake_line", ["place_id"], unique=False)
    op.create_index("ix_stocktake_line_site_id_sync_xid", "stocktake_line", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "stocktake_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("counted", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("counted_by", sa.Uuid(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_stocktake_count_counted")),
        sa.ForeignKeyConstraint(["counted_by"], ["users.id"], name=op.f("fk_stocktake_count_counted_by_users")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["stocktake_line.id"], name=op.f("fk_stocktake_count_line_id_stocktake_line"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_count")),
    )
    op.create_index("ix_stocktake_count_line_id", "stocktake_count", ["line_id", "counted_at"], unique=False)
    for table in ("stocktake", "stocktake_line"):
        op.execute(f"CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_stamp()")
        op.execute(f"CREATE TRIGGER bury AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_bury('{table}', 'site_id')")
        op.execute(
            f"CREATE TRIGGER leave AFTER UPDATE OF site_id ON {table} FOR EACH ROW"
            f" WHEN (OLD.site_id IS DISTINCT FROM NEW.site_id) EXECUTE FUNCTION etabli_bury('{table}', 'site_id')"
        )
    op.execute(
        "CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON stocktake_count"
        " FOR EACH ROW EXECUTE FUNCTION etabli_touch_parent('stocktake_line', 'line_id')"
    )


def _versioned() -> tuple[sa.Column, ...]:
    return (
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    )


def downgrade() -> None:
    for table in ("stocktake_count", "stocktake_line", "stocktake"):
        op.drop_table(table)
