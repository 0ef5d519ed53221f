"""What figures are made of: labour rates kept with the work, machines whose stops stop those above them, and stops and work by time.

Revises: 0034_site_hours
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036_figures"
down_revision: str | None = "0034_site_hours"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RATE = """
CREATE FUNCTION etabli_keep_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE intervention_action a SET rate = s.labour_rate, currency = s.currency
    FROM begun b JOIN maintenance_interventions i ON i.id = b.intervention_id JOIN sites s ON s.id = i.site_id
    WHERE a.id = b.id AND s.labour_rate IS NOT NULL AND b.rate IS NULL;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.add_column("sites", sa.Column("currency", sa.String(3), server_default="EUR", nullable=False))
    op.add_column("sites", sa.Column("labour_rate", sa.Numeric(14, 2), nullable=True))
    op.add_column("intervention_action", sa.Column("rate", sa.Numeric(14, 2), nullable=True))
    op.add_column("intervention_action", sa.Column("currency", sa.String(3), nullable=True))
    op.execute(RATE)
    op.execute(
        "CREATE TRIGGER keep_rate AFTER INSERT ON intervention_action REFERENCING NEW TABLE AS begun"
        " FOR EACH STATEMENT EXECUTE FUNCTION etabli_keep_rate()"
    )
    op.add_column("equipment", sa.Column("stops_parent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_equipment_stops_parent", "equipment", ["parent_id"], postgresql_where=sa.text("stops_parent"))
    op.create_index(
        "ix_maintenance_interventions_equipment_id_stopped_at", "maintenance_interventions", ["equipment_id", "stopped_at"],
        postgresql_include=["restarted_at"], postgresql_where=sa.text("stopped_at IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_maintenance_interventions_restarted_at", "maintenance_interventions",
        [sa.text("coalesce(restarted_at, 'infinity'::timestamptz)")], postgresql_where=sa.text("stopped_at IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_maintenance_interventions_date_moved", "maintenance_interventions", ["id"],
        postgresql_where=sa.text("(due_reason ->> 'moved_from') IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ix_intervention_action_ended_at", "intervention_action", ["ended_at"])
    op.create_index("ix_plan_occurrence_original_due", "plan_occurrence", ["original_due"])
    op.create_index("ix_plan_occurrence_due", "plan_occurrence", ["due"])
    op.create_index("ix_plan_occurrence_done_at", "plan_occurrence", ["done_at"], postgresql_where=sa.text("done_at IS NOT NULL"))


def downgrade() -> None:
    for name in ("done_at", "due", "original_due"):
        op.drop_index(f"ix_plan_occurrence_{name}", "plan_occurrence")
    op.drop_index("ix_intervention_action_ended_at", "intervention_action")
    for name in ("date_moved", "restarted_at", "equipment_id_stopped_at"):
        op.drop_index(f"ix_maintenance_interventions_{name}", "maintenance_interventions")
    op.drop_index("ix_equipment_stops_parent", "equipment")
    op.drop_column("equipment", "stops_parent")
    op.execute("DROP TRIGGER keep_rate ON intervention_action")
    op.execute("DROP FUNCTION etabli_keep_rate()")
    op.drop_column("intervention_action", "currency")
    op.drop_column("intervention_action", "rate")
    op.drop_column("sites", "labour_rate")
    op.drop_column("sites", "currency")
