"""Of millions of occurrences the few still to come are the ones that calendars ask for.

Revises: 0003_planned_maintenance
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004_occurrences_ahead"
down_revision: str | None = "0003_planned_maintenance"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_plan_occurrence_ahead",
        "plan_occurrence",
        ["plan_id", "original_due"],
        unique=False,
        postgresql_where=sa.text("state IN ('planned', 'open')"),
    )


def downgrade() -> None:
    op.drop_index("ix_plan_occurrence_ahead", table_name="plan_occurrence", postgresql_where=sa.text("state IN ('planned', 'open')"))
