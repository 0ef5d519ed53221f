"""Two questions are answered by what they ask about alone: who does not want to hear of something any more, and which failures of a machine
were of one mode, in their order.

Revises: 0037b_report_schedules
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039_found_sooner"
down_revision: str | None = "0037b_report_schedules"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JOBS = "maintenance_interventions"


def upgrade() -> None:
    op.create_index("ix_notifications_muted", "notifications", ["related_entity_id", "user_id"], postgresql_where=sa.text("is_muted"))
    op.drop_index(f"ix_{_JOBS}_mode_id", _JOBS)
    op.create_index(
        f"ix_{_JOBS}_mode_id", _JOBS, ["mode_id", "equipment_id", "actual_end", "id"], postgresql_where=sa.text("mode_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index(f"ix_{_JOBS}_mode_id", _JOBS)
    op.create_index(f"ix_{_JOBS}_mode_id", _JOBS, ["mode_id"])
    op.drop_index("ix_notifications_muted", "notifications")
