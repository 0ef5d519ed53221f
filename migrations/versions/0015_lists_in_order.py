"""Lists are read in the order of an index, and sorted by what is folded once.

Revises: 0014_number_sequences
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0015_lists_in_order"
down_revision: str | None = "0014_number_sequences"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MACHINES = {
    "code": "code", "status_since": "status_since", "manufacturer_folded": "manufacturer_folded",
    "model_folded": "model_folded", "serial_number": "serial_number", "production_line_id": "production_line_id",
    "created_at": "created_at",
    "status": "array_position(ARRAY['broken'::text, 'maintenance'::text, 'inactive'::text, 'active'::text], status::text)",
    "criticality": "array_position(ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text], criticality::text)",
}  # fmt: skip
PRIORITY = "array_position(ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text], priority::text)"
JOB_STATUS = (
    "array_position(ARRAY['pending'::text, 'in_progress'::text, 'on_hold'::text, 'completed'::text, 'cancelled'::text], status::text)"
)
JOBS = {
    "status": JOB_STATUS, "priority": PRIORITY, "scheduled_start": "scheduled_start", "downtime_minutes": "downtime_minutes",
}  # fmt: skip
PLANS = {"next_due_date": "next_due_date", "title_folded": "title_folded", "priority": PRIORITY, "created_at": "created_at"}
FOLDED = {
    "equipment": ("name", "manufacturer", "model"), "sites": ("name",), "production_lines": ("name",), "scheduled_maintenances": ("title",),
}  # fmt: skip


def upgrade() -> None:
    for table, columns in FOLDED.items():
        added = ", ".join(f"ADD COLUMN {column}_folded text GENERATED ALWAYS AS (etabli_fold({column})) STORED" for column in columns)
        op.execute(f"ALTER TABLE {table} {added}")
    op.execute("DROP INDEX ix_equipment_name")
    for name, key in MACHINES.items():
        op.execute(f"CREATE INDEX ix_equipment_by_{name} ON equipment (({key}), id) INCLUDE (site_id) WHERE archived_at IS NULL")
    op.execute("CREATE INDEX ix_equipment_name_folded ON equipment (name_folded, id) INCLUDE (site_id, archived_at)")
    for table in ("sites", "production_lines"):
        op.execute(f"CREATE INDEX ix_{table}_by_name_folded ON {table} (name_folded, id)")
    op.execute("CREATE INDEX ix_equipment_by_site_id ON equipment (site_id, id) INCLUDE (production_line_id) WHERE archived_at IS NULL")
    for name, key in JOBS.items():
        op.execute(f"CREATE INDEX ix_maintenance_interventions_by_{name} ON maintenance_interventions (({key}), id)")
    for name, key in PLANS.items():
        op.execute(f"CREATE INDEX ix_scheduled_maintenances_by_{name} ON scheduled_maintenances (({key}), id) INCLUDE (site_id)")
    for table in FOLDED:
        op.execute(f"ANALYZE {table}")


def downgrade() -> None:
    for name in PLANS:
        op.execute(f"DROP INDEX ix_scheduled_maintenances_by_{name}")
    for name in JOBS:
        op.execute(f"DROP INDEX ix_maintenance_interventions_by_{name}")
    for name in (*MACHINES, "site_id"):
        op.execute(f"DROP INDEX ix_equipment_by_{name}")
    op.execute("DROP INDEX ix_equipment_name_folded")
    for table in ("sites", "production_lines"):
        op.execute(f"DROP INDEX ix_{table}_by_name_folded")
    op.execute("CREATE INDEX ix_equipment_name ON equipment (etabli_fold(name), id)")
    for table, columns in FOLDED.items():
        op.execute(f"ALTER TABLE {table} " + ", ".join(f"DROP COLUMN {column}_folded" for column in columns))
