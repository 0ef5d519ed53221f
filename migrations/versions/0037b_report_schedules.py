"""Reports that come by themselves, for whom, and what a report is called.

Revises: 0037_reports
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0037b_report_schedules"
down_revision: str | None = "0037_reports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.Uuid(), sa.ForeignKey("users.id", ondelete="SET NULL"), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("every", sa.String(20), nullable=False),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE"), nullable=True),
        sa.Column("people", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("done_until", sa.Date(), nullable=False),
    )
    op.create_index("ix_report_schedule_site_id", "report_schedule", ["site_id"])
    op.add_column("report", sa.Column("title", sa.Text(), server_default="", nullable=False))
    op.add_column("report", sa.Column("schedule_id", sa.Uuid(), sa.ForeignKey("report_schedule.id", ondelete="SET NULL"), nullable=True))
    op.create_index("ix_report_schedule_id", "report", ["schedule_id"])


def downgrade() -> None:
    op.drop_column("report", "schedule_id")
    op.drop_column("report", "title")
    op.drop_table("report_schedule")
