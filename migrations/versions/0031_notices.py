"""Notices: what causes them, who was told what, what people have chosen to be told, and what is due to be.

Revises: 0028_outbox
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0031_notices"
down_revision: str | None = "0028_outbox"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("notice_cause", "notifications", "alert_settings", "alert_default", "notice_preference", "notice_timer", "notice_scan")


def upgrade() -> None:
    op.create_table(
        "alert_default",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("alert_type", sa.String(50), nullable=False),
        sa.Column("is_app_enabled", sa.Boolean(), nullable=True),
        sa.Column("is_email_enabled", sa.Boolean(), nullable=True),
        sa.Column("is_web_enabled", sa.Boolean(), nullable=True),
        sa.Column("threshold_value", sa.Integer(), nullable=True),
        sa.Column("is_fixed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'supervisor', 'technician')", name=op.f("ck_alert_default_role")),
        sa.PrimaryKeyConstraint("role", "alert_type", name=op.f("pk_alert_default")),
    )
    op.create_table(
        "notice_cause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("facts", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_cause")),
        sa.UniqueConstraint("kind", "subject_id", "occurrence", name=op.f("uq_notice_cause_kind_subject_id_occurrence")),
    )
    op.create_index(
        "ix_notice_cause_untold", "notice_cause", ["created_at", "id"], unique=False, postgresql_where=sa.text("told_at IS NULL")
    )
    op.create_table(
        "notice_scan",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_notice_scan")),
    )
    op.create_table(
        "notice_timer",
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", "occurrence", name=op.f("pk_notice_timer")),
    )
    op.create_index("ix_notice_timer_at", "notice_timer", ["at"], unique=False)
    op.create_index("ix_notice_timer_subject_id", "notice_timer", ["subject_id"], unique=False)
    op.create_table(
        "alert_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("alert_type", sa.String(50), nullable=False),
        sa.Column("is_app_enabled", sa.Boolean(), nullable=True),
        sa.Column("is_email_enabled", sa.Boolean(), nullable=True),
        sa.Column("is_web_enabled", sa.Boolean(), nullable=True),
        sa.Column("threshold_value", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_alert_settings_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_settings")),
        sa.UniqueConstraint("user_id", "alert_type", name=op.f("uq_alert_settings_user_id_alert_type")),
    )
    op.create_table(
        "notice_preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.String(60), server_default="", nullable=False),
        sa.Column("quiet_hours", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("urgent_passes", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("digest_at", sa.Time(), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notice_preference_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "notifications",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(50), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("related_entity_type", sa.String(50), nullable=False),
        sa.Column("related_entity_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.Column("is_read", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "priority",
            sa.String(20),
            server_default="medium",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False),
        sa.Column("is_muted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("priority IN ('low', 'medium', 'high', 'urgent')", name=op.f("ck_notifications_priority")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("user_id", "cause_id", name=op.f("uq_notifications_user_id_cause_id")),
    )
    op.create_index("ix_notifications_unread", "notifications", ["user_id"], postgresql_where=sa.text("NOT is_read AND gone_at IS NULL"))
    op.create_index("ix_notifications_cause_id", "notifications", ["cause_id"], unique=False)
    op.create_index("ix_notifications_about", "notifications", ["related_entity_id", "user_id"], unique=False)
    op.create_index("ix_notifications_digest_at", "notifications", ["digest_at"], postgresql_where=sa.text("digest_at IS NOT NULL"))
    op.create_index("ix_notifications_by_created_at", "notifications", ["user_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_notifications_gone_at"), "notifications", ["gone_at"], unique=False)
    op.create_index("ix_notifications_sync_xid", "notifications", ["sync_xid"], unique=False)
    op.create_index("ix_notifications_user_id_sync_xid", "notifications", ["user_id", "sync_xid", "id"], unique=False)
    op.execute("CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON notifications FOR EACH ROW EXECUTE FUNCTION etabli_stamp()")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
