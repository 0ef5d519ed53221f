"""Stops summed up by machine and local day, and which machines' sums hold no more.

Revises: 0036_figures
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036b_figure_days"
down_revision: str | None = "0036_figures"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTIONS = """
CREATE FUNCTION etabli_stale_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO figure_stale (id, equipment_id) VALUES (gen_random_uuid(), NEW.equipment_id);
    END IF;
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND OLD.equipment_id <> NEW.equipment_id THEN
        INSERT INTO figure_stale (id, equipment_id) VALUES (gen_random_uuid(), OLD.equipment_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION etabli_stale_machine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure_stale (id, equipment_id)
    SELECT gen_random_uuid(), e.id FROM unnest(ARRAY[NEW.id, OLD.parent_id, NEW.parent_id]) e(id) WHERE e.id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE FUNCTION etabli_stale_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure_stale (id, equipment_id) SELECT gen_random_uuid(), e.id FROM equipment e WHERE e.site_id = NEW.id;
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER stale_new AFTER INSERT ON maintenance_interventions
    FOR EACH ROW WHEN (NEW.stopped_at IS NOT NULL) EXECUTE FUNCTION etabli_stale_stop();
CREATE TRIGGER stale_gone AFTER DELETE ON maintenance_interventions
    FOR EACH ROW WHEN (OLD.stopped_at IS NOT NULL) EXECUTE FUNCTION etabli_stale_stop();
CREATE TRIGGER stale_changed AFTER UPDATE OF stopped_at, restarted_at, stop_kind, status, equipment_id ON maintenance_interventions
    FOR EACH ROW WHEN ((OLD.stopped_at IS NOT NULL OR NEW.stopped_at IS NOT NULL) AND
        (OLD.stopped_at, OLD.restarted_at, OLD.stop_kind, OLD.equipment_id, OLD.status = 'cancelled') IS DISTINCT FROM
        (NEW.stopped_at, NEW.restarted_at, NEW.stop_kind, NEW.equipment_id, NEW.status = 'cancelled'))
    EXECUTE FUNCTION etabli_stale_stop();
CREATE TRIGGER stale AFTER UPDATE OF site_id, parent_id, stops_parent ON equipment
    FOR EACH ROW WHEN ((OLD.site_id, OLD.parent_id, OLD.stops_parent) IS DISTINCT FROM (NEW.site_id, NEW.parent_id, NEW.stops_parent))
    EXECUTE FUNCTION etabli_stale_machine();
CREATE TRIGGER stale AFTER UPDATE ON sites
    FOR EACH ROW WHEN (OLD.clock IS DISTINCT FROM NEW.clock) EXECUTE FUNCTION etabli_stale_site();
"""


def upgrade() -> None:
    op.create_table(
        "figure_day",
        sa.Column("equipment_id", sa.Uuid(), sa.ForeignKey("equipment.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("down", sa.Interval(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=False),
        sa.Column("restoring", sa.Interval(), nullable=False),
        sa.Column("early", sa.Interval(), nullable=False),
    )
    op.create_table("figure_stale", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("equipment_id", sa.Uuid(), nullable=False))
    op.create_index("ix_figure_stale_equipment_id", "figure_stale", ["equipment_id"])
    op.execute("INSERT INTO figure_stale (id, equipment_id) SELECT gen_random_uuid(), id FROM equipment")
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)


def downgrade() -> None:
    for trigger in ("stale_new", "stale_gone", "stale_changed"):
        op.execute(f"DROP TRIGGER {trigger} ON maintenance_interventions")
    for table in ("equipment", "sites"):
        op.execute(f"DROP TRIGGER stale ON {table}")
    for function in ("stop", "machine", "site"):
        op.execute(f"DROP FUNCTION etabli_stale_{function}()")
    op.drop_table("figure_stale")
    op.drop_table("figure_day")
