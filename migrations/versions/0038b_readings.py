"""The figures that a monitoring system is told, as they were last read.

Revises: 0038_labour
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0038b_readings"
down_revision: str | None = "0038_labour"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "figure_reading",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", JSONB(), server_default="[]", nullable=False),
        sa.CheckConstraint("id = 1", name="one"),
    )


def downgrade() -> None:
    op.drop_table("figure_reading")
