"""Calendars ask for the few occurrences still to come, and a device's first load for the jobs that somebody waits for.

Revises: 0003_planned_maintenance
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004_calendar_and_sync_indexes"
down_revision: str | None = "0003_planned_maintenance"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AHEAD = "state IN ('planned', 'open')"
WAITING = "status IN ('pending', 'in_progress', 'on_hold') OR (status = 'completed' AND NOT is_validated AND needs_validation)"
JOBS = "maintenance_interventions"
ENDED = "ix_maintenance_interventions_site_id_actual_end"


def upgrade() -> None:
    op.create_index("ix_plan_occurrence_ahead", "plan_occurrence", ["plan_id", "original_due"], postgresql_where=sa.text(AHEAD))
    op.create_index("ix_maintenance_interventions_waiting", JOBS, ["site_id", "sync_xid", "id"], postgresql_where=sa.text(WAITING))
    op.drop_index(ENDED, JOBS)
    op.create_index(ENDED, JOBS, ["site_id", "actual_end"], postgresql_include=["sync_xid", "id"])


def downgrade() -> None:
    op.drop_index(ENDED, JOBS)
    op.create_index(ENDED, JOBS, ["site_id", "actual_end"])
    op.drop_index("ix_maintenance_interventions_waiting", JOBS)
    op.drop_index("ix_plan_occurrence_ahead", "plan_occurrence")
