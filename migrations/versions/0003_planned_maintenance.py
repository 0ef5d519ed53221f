"""Planned maintenance: types, teams, meters, plans and their occurrences, checklists, subscribed calendars.

Revises: 0002_jobs
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003_planned_maintenance"
down_revision: str | None = "0002_jobs"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


SYNCED = {
    "maintenance_types": ("maintenance_type", None),
    "team": ("team", "site_id"),
    "checklist": ("checklist", None),
    "meter": ("meter", "site_id"),
    "scheduled_maintenances": ("plan", "site_id"),
}
CHILDREN = {
    "team_member": ("team", "team_id"),
    "reading": ("meter", "meter_id"),
    "meter_reset": ("meter", "meter_id"),
    "plan_occurrence": ("scheduled_maintenances", "plan_id"),
    "intervention_answer": ("maintenance_interventions", "intervention_id"),
}


def upgrade() -> None:
    create_tables()
    for table, (entity, site_column) in SYNCED.items():
        arguments = f"'{entity}'" + (f", '{site_column}'" if site_column else "")
        op.execute(f"CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_stamp()")
        op.execute(f"CREATE TRIGGER bury AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_bury({arguments})")
        if site_column:
            op.execute(
                f"CREATE TRIGGER leave AFTER UPDATE OF site_id ON {table} FOR EACH ROW"
                f" WHEN (OLD.site_id IS DISTINCT FROM NEW.site_id) EXECUTE FUNCTION etabli_bury({arguments})"
            )
    for table, (parent, column) in CHILDREN.items():
        op.execute(
            f"CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION etabli_touch_parent('{parent}', '{column}')"
        )


def create_tables() -> None:  # noqa: PLR0915 - one statement a table and index
    op.create_table(
        "checklist",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("steps", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
    )
    op.create_table(
        "maintenance_types",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("color", sa.String(7), server_default="#1F5FBF", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_types")),
        sa.UniqueConstraint("name", name=op.f("uq_maintenance_types_name")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'team', 'line')", name=op.f("ck_calendar_feed_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_feed_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_user_id"), "calendar_feed", ["user_id"], unique=False)
    op.create_table(
        "checklist_version",
        sa.Column("checklist_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("steps", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklist.id"], name=op.f("fk_checklist_version_checklist_id_checklist"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_checklist_version_created_by_users")),
        sa.PrimaryKeyConstraint("checklist_id", "version", name=op.f("pk_checklist_version")),
    )
    op.create_table(
        "reading_source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("key_hint", sa.String(12), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_reading_source_created_by_users")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_reading_source_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_source")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_reading_source_key_hash")),
    )
    op.create_index(op.f("ix_reading_source_site_id"), "reading_source", ["site_id"], unique=False)
    op.create_table(
        "team",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_team_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_team_site_id_name")),
    )
    op.create_index("ix_team_site_id_sync_xid", "team", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id_team"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_member_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_user_id"), "team_member", ["user_id"], unique=False)
    op.create_table(
        "meter",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), server_default="counter", nullable=False),
        sa.Column("decimals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("most_per_day", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=True),
        sa.Column("expected_per_day", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=True),
        sa.Column("low", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=True),
        sa.Column("high", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("last_value", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=True),
        sa.Column("last_total", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=True),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_day", sa.Double(), nullable=True),
        sa.CheckConstraint("kind IN ('counter', 'gauge')", name=op.f("ck_meter_kind")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_meter_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_meter_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint("equipment_id", "name", name=op.f("uq_meter_equipment_id_name")),
    )
    op.create_index("ix_meter_site_id_sync_xid", "meter", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "meter_reset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), server_default="reset", nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final_value", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=False),
        sa.Column("start_value", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('reset', 'replacement', 'rollover')", name=op.f("ck_meter_reset_kind")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_meter_reset_meter_id_meter"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_meter_reset_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_reset")),
    )
    op.create_index(op.f("ix_meter_reset_meter_id"), "meter_reset", ["meter_id"], unique=False)
    op.create_table(
        "scheduled_maintenances",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("maintenance_type_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("intervention_type", sa.String(20), server_default="preventive", nullable=False),
        sa.Column("frequency_type", sa.String(20), nullable=False),
        sa.Column("frequency_value", sa.Integer(), nullable=False),
        sa.Column("weekdays", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("week_of_month", sa.Integer(), nullable=True),
        sa.Column("month_end", sa.String(20), server_default="clamp", nullable=False),
        sa.Column("basis", sa.String(20), server_default="floating", nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("rrule", sa.Text(), server_default="", nullable=False),
        sa.Column("meter_id", sa.Uuid(), nullable=True),
        sa.Column("limit_type", sa.String(20), nullable=True),
        sa.Column("limit_value", sa.Integer(), nullable=True),
        sa.Column("tolerance_days", sa.Double(), nullable=True),
        sa.Column("lead_days", sa.Integer(), server_default="7", nullable=False),
        sa.Column("horizon_days", sa.Integer(), server_default="7", nullable=False),
        sa.Column("estimated_duration", sa.Integer(), nullable=True),
        sa.Column("priority", sa.String(20), server_default="medium", nullable=False),
        sa.Column("assigned_technician_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("checklist_id", sa.Uuid(), nullable=True),
        sa.Column("parts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("needs_photo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("needs_signature", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("needs_validation", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("inactive_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("reference", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("meter", postgresql.JSONB(), nullable=True),
        sa.Column("next_due", sa.DateTime(), nullable=True),
        sa.Column("next_due_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", postgresql.JSONB(), nullable=True),
        sa.Column("upcoming", postgresql.ARRAY(sa.DateTime()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("generate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ignored_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis IN ('fixed', 'floating')", name=op.f("ck_scheduled_maintenances_basis")),
        sa.CheckConstraint(
            "frequency_type IN ('daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'hours', 'cycles')",
            name=op.f("ck_scheduled_maintenances_frequency_type"),
        ),
        sa.CheckConstraint(
            "intervention_type IN ('preventive', 'corrective', 'predictive')", name=op.f("ck_scheduled_maintenances_intervention_type")
        ),
        sa.CheckConstraint(
            "limit_type IS NULL OR limit_type IN ('daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'hours', 'cycles')",
            name=op.f("ck_scheduled_maintenances_limit_type"),
        ),
        sa.CheckConstraint("month_end IN ('clamp', 'skip')", name=op.f("ck_scheduled_maintenances_month_end")),
        sa.CheckConstraint("priority IN ('low', 'medium', 'high', 'urgent')", name=op.f("ck_scheduled_maintenances_priority")),
        sa.CheckConstraint("frequency_value > 0", name=op.f("ck_scheduled_maintenances_frequency_value")),
        sa.ForeignKeyConstraint(
            ["assigned_technician_id"], ["users.id"], name=op.f("fk_scheduled_maintenances_assigned_technician_id_users")
        ),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name=op.f("fk_scheduled_maintenances_checklist_id_checklist")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_scheduled_maintenances_created_by_users")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_scheduled_maintenances_equipment_id_equipment")),
        sa.ForeignKeyConstraint(
            ["maintenance_type_id"], ["maintenance_types.id"], name=op.f("fk_scheduled_maintenances_maintenance_type_id_maintenance_types")
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_scheduled_maintenances_meter_id_meter")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_scheduled_maintenances_site_id_sites")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_scheduled_maintenances_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_maintenances")),
    )
    op.create_index(
        op.f("ix_scheduled_maintenances_assigned_technician_id"), "scheduled_maintenances", ["assigned_technician_id"], unique=False
    )
    op.create_index(op.f("ix_scheduled_maintenances_checklist_id"), "scheduled_maintenances", ["checklist_id"], unique=False)
    op.create_index(op.f("ix_scheduled_maintenances_equipment_id"), "scheduled_maintenances", ["equipment_id"], unique=False)
    op.create_index(
        "ix_scheduled_maintenances_generate_at",
        "scheduled_maintenances",
        ["generate_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(op.f("ix_scheduled_maintenances_maintenance_type_id"), "scheduled_maintenances", ["maintenance_type_id"], unique=False)
    op.create_index(op.f("ix_scheduled_maintenances_meter_id"), "scheduled_maintenances", ["meter_id"], unique=False)
    op.create_index("ix_scheduled_maintenances_next_due_date", "scheduled_maintenances", ["site_id", "next_due_date", "id"], unique=False)
    op.create_index(
        "ix_scheduled_maintenances_refresh_at",
        "scheduled_maintenances",
        ["refresh_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index("ix_scheduled_maintenances_site_id_sync_xid", "scheduled_maintenances", ["site_id", "sync_xid", "id"], unique=False)
    op.create_index(op.f("ix_scheduled_maintenances_team_id"), "scheduled_maintenances", ["team_id"], unique=False)
    op.create_table(
        "intervention_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("reading_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('done', 'failed', 'na', 'skipped')", name=op.f("ck_intervention_answer_state")),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_intervention_answer_intervention_id_maintenance_interventions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["attachment.id"], name=op.f("fk_intervention_answer_photo_id_attachment")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_intervention_answer_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention_answer")),
        sa.UniqueConstraint("intervention_id", "step_id", name=op.f("uq_intervention_answer_intervention_id_step_id")),
    )
    op.create_index(op.f("ix_intervention_answer_intervention_id"), "intervention_answer", ["intervention_id"], unique=False)
    op.create_index(op.f("ix_intervention_answer_photo_id"), "intervention_answer", ["photo_id"], unique=False)
    op.create_table(
        "plan_occurrence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("original_due", sa.DateTime(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), server_default="planned", nullable=False),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("assigned_technician_id", sa.Uuid(), nullable=True),
        sa.Column("intervention_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('on_time', 'late', 'early', 'missed', 'skipped')", name=op.f("ck_plan_occurrence_outcome")
        ),
        sa.CheckConstraint("state IN ('planned', 'open', 'done', 'missed', 'skipped')", name=op.f("ck_plan_occurrence_state")),
        sa.ForeignKeyConstraint(["assigned_technician_id"], ["users.id"], name=op.f("fk_plan_occurrence_assigned_technician_id_users")),
        sa.ForeignKeyConstraint(
            ["intervention_id"], ["maintenance_interventions.id"], name=op.f("fk_plan_occurrence_intervention_id_maintenance_interventions")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["scheduled_maintenances.id"], name=op.f("fk_plan_occurrence_plan_id_scheduled_maintenances"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_occurrence")),
        sa.UniqueConstraint("intervention_id", name=op.f("uq_plan_occurrence_intervention_id")),
        sa.UniqueConstraint("plan_id", "original_due", name=op.f("uq_plan_occurrence_plan_id_original_due")),
    )
    op.create_index("uq_plan_occurrence_open", "plan_occurrence", ["plan_id"], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meter_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=4, asdecimal=False), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(100), nullable=True),
        sa.Column("intervention_id", sa.Uuid(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_reading_intervention_id_maintenance_interventions"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_reading_meter_id_meter"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["reading_source.id"], name=op.f("fk_reading_source_id_reading_source")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reading_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_reading_source_id_external_id")),
    )
    op.create_index(
        "ix_reading_meter_id_read_at", "reading", ["meter_id", "read_at", "id"], unique=False, postgresql_where=sa.text("voided_at IS NULL")
    )
    op.add_column("maintenance_interventions", sa.Column("scheduled_maintenance_id", sa.Uuid(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("maintenance_type_id", sa.Uuid(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("assigned_team_id", sa.Uuid(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("original_due", sa.DateTime(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("due_local", sa.DateTime(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("due_reason", postgresql.JSONB(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("estimated_duration", sa.Integer(), nullable=True))
    op.add_column(
        "maintenance_interventions", sa.Column("required_parts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("maintenance_interventions", sa.Column("needs_photo", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("maintenance_interventions", sa.Column("needs_signature", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("maintenance_interventions", sa.Column("needs_validation", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("maintenance_interventions", sa.Column("found_in", sa.Uuid(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("found_at_step", sa.Uuid(), nullable=True))
    op.add_column("maintenance_interventions", sa.Column("checklist", postgresql.JSONB(), nullable=True))
    op.create_index(op.f("ix_maintenance_interventions_found_in"), "maintenance_interventions", ["found_in"], unique=False)
    op.create_index(
        op.f("ix_maintenance_interventions_scheduled_maintenance_id"),
        "maintenance_interventions",
        ["scheduled_maintenance_id"],
        unique=False,
    )
    op.create_index(
        "ix_maintenance_interventions_scheduled_start",
        "maintenance_interventions",
        ["site_id", "scheduled_start"],
        unique=False,
        postgresql_where=sa.text("scheduled_start IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_maintenance_interventions_scheduled_maintenance_id_scheduled_maintenances"),
        "maintenance_interventions",
        "scheduled_maintenances",
        ["scheduled_maintenance_id"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_maintenance_interventions_assigned_team_id_team"), "maintenance_interventions", "team", ["assigned_team_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_maintenance_interventions_found_in_maintenance_interventions"),
        "maintenance_interventions",
        "maintenance_interventions",
        ["found_in"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_maintenance_interventions_maintenance_type_id_maintenance_types"),
        "maintenance_interventions",
        "maintenance_types",
        ["maintenance_type_id"],
        ["id"],
    )
    op.add_column("users", sa.Column("weekly_capacity", sa.Integer(), server_default="2100", nullable=False))


def downgrade() -> None:  # noqa: PLR0915 - one statement a table and index
    op.drop_column("users", "weekly_capacity")
    op.drop_constraint(
        op.f("fk_maintenance_interventions_maintenance_type_id_maintenance_types"), "maintenance_interventions", type_="foreignkey"
    )
    op.drop_constraint(
        op.f("fk_maintenance_interventions_found_in_maintenance_interventions"), "maintenance_interventions", type_="foreignkey"
    )
    op.drop_constraint(op.f("fk_maintenance_interventions_assigned_team_id_team"), "maintenance_interventions", type_="foreignkey")
    op.drop_constraint(
        op.f("fk_maintenance_interventions_scheduled_maintenance_id_scheduled_maintenances"),
        "maintenance_interventions",
        type_="foreignkey",
    )
    op.drop_index(
        "ix_maintenance_interventions_scheduled_start",
        table_name="maintenance_interventions",
        postgresql_where=sa.text("scheduled_start IS NOT NULL"),
    )
    op.drop_index(op.f("ix_maintenance_interventions_scheduled_maintenance_id"), table_name="maintenance_interventions")
    op.drop_index(op.f("ix_maintenance_interventions_found_in"), table_name="maintenance_interventions")
    op.drop_column("maintenance_interventions", "checklist")
    op.drop_column("maintenance_interventions", "found_at_step")
    op.drop_column("maintenance_interventions", "found_in")
    op.drop_column("maintenance_interventions", "needs_validation")
    op.drop_column("maintenance_interventions", "needs_signature")
    op.drop_column("maintenance_interventions", "needs_photo")
    op.drop_column("maintenance_interventions", "required_parts")
    op.drop_column("maintenance_interventions", "estimated_duration")
    op.drop_column("maintenance_interventions", "due_reason")
    op.drop_column("maintenance_interventions", "due_at")
    op.drop_column("maintenance_interventions", "due_local")
    op.drop_column("maintenance_interventions", "original_due")
    op.drop_column("maintenance_interventions", "assigned_team_id")
    op.drop_column("maintenance_interventions", "maintenance_type_id")
    op.drop_column("maintenance_interventions", "scheduled_maintenance_id")
    op.drop_index("ix_reading_meter_id_read_at", table_name="reading", postgresql_where=sa.text("voided_at IS NULL"))
    op.drop_table("reading")
    op.drop_index("uq_plan_occurrence_open", table_name="plan_occurrence", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("plan_occurrence")
    op.drop_index(op.f("ix_intervention_answer_photo_id"), table_name="intervention_answer")
    op.drop_index(op.f("ix_intervention_answer_intervention_id"), table_name="intervention_answer")
    op.drop_table("intervention_answer")
    op.drop_index(op.f("ix_scheduled_maintenances_team_id"), table_name="scheduled_maintenances")
    op.drop_index("ix_scheduled_maintenances_site_id_sync_xid", table_name="scheduled_maintenances")
    op.drop_index("ix_scheduled_maintenances_refresh_at", table_name="scheduled_maintenances", postgresql_where=sa.text("is_active"))
    op.drop_index("ix_scheduled_maintenances_next_due_date", table_name="scheduled_maintenances")
    op.drop_index(op.f("ix_scheduled_maintenances_meter_id"), table_name="scheduled_maintenances")
    op.drop_index(op.f("ix_scheduled_maintenances_maintenance_type_id"), table_name="scheduled_maintenances")
    op.drop_index("ix_scheduled_maintenances_generate_at", table_name="scheduled_maintenances", postgresql_where=sa.text("is_active"))
    op.drop_index(op.f("ix_scheduled_maintenances_equipment_id"), table_name="scheduled_maintenances")
    op.drop_index(op.f("ix_scheduled_maintenances_checklist_id"), table_name="scheduled_maintenances")
    op.drop_index(op.f("ix_scheduled_maintenances_assigned_technician_id"), table_name="scheduled_maintenances")
    op.drop_table("scheduled_maintenances")
    op.drop_index(op.f("ix_meter_reset_meter_id"), table_name="meter_reset")
    op.drop_table("meter_reset")
    op.drop_index("ix_meter_site_id_sync_xid", table_name="meter")
    op.drop_table("meter")
    op.drop_index(op.f("ix_team_member_user_id"), table_name="team_member")
    op.drop_table("team_member")
    op.drop_index("ix_team_site_id_sync_xid", table_name="team")
    op.drop_table("team")
    op.drop_index(op.f("ix_reading_source_site_id"), table_name="reading_source")
    op.drop_table("reading_source")
    op.drop_table("checklist_version")
    op.drop_index(op.f("ix_calendar_feed_user_id"), table_name="calendar_feed")
    op.drop_table("calendar_feed")
    op.drop_table("maintenance_types")
    op.drop_table("checklist")
