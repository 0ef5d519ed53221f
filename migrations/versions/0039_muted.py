"""Who does not want to hear of something any more is found among those alone, not among all who were ever told of it.

Revises: 0037b_report_schedules
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039_muted"
down_revision: str | None = "0037b_report_schedules"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_notifications_muted", "notifications", ["related_entity_id", "user_id"], postgresql_where=sa.text("is_muted")
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_notifications_muted", "notifications")
