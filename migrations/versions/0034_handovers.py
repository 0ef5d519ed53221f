"""Handovers of shifts.

Revises: 0036b_figure_days
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0034_handovers"
down_revision: str | None = "0036b_figure_days"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
        sa.Column("shift", sa.String(100), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("counts", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("words", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False),
        sa.UniqueConstraint("site_id", "begins_at"),
    )
    op.create_index("ix_handover_by_ends_at", "handover", ["site_id", "ends_at", "id"])
    op.create_table(
        "handover_page",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), sa.ForeignKey("handover.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
        sa.Column("items", JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    for table in ("handover", "handover_page"):
        op.create_index(f"ix_{table}_site_id_sync_xid", table, ["site_id", "sync_xid", "id"])
        op.execute(f"CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_stamp()")
        op.execute(f"CREATE TRIGGER bury AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_bury('{table}', 'site_id')")
        op.execute(
            f"CREATE TRIGGER leave AFTER UPDATE OF site_id ON {table} FOR EACH ROW"
            f" WHEN (OLD.site_id IS DISTINCT FROM NEW.site_id) EXECUTE FUNCTION etabli_bury('{table}', 'site_id')"
        )


def downgrade() -> None:
    op.drop_table("handover_page")
    op.drop_table("handover")
