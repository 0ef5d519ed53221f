"""Keys of web push, the browsers that are reached by it, and whether push services are within reach.

Revises: 0031_notices
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029_push"
down_revision: str | None = "0031_notices"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOW = sa.func.now()


def upgrade() -> None:
    op.create_table(
        "push_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.String(100), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_push_key"),
        sa.UniqueConstraint("public_key", name="uq_push_key_public_key"),
    )
    op.execute("CREATE UNIQUE INDEX uq_push_key_current ON push_key ((retired_at IS NULL)) WHERE retired_at IS NULL")
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("device_name", sa.Text(), server_default="", nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(100), nullable=False),
        sa.Column("auth", sa.String(30), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(20), nullable=True),
        sa.Column("is_stale", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscription"),
        sa.UniqueConstraint("endpoint", name="uq_push_subscription_endpoint"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_push_subscription_user_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["user_sessions.id"], name="fk_push_subscription_session_id_user_sessions", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["push_key.id"], name="fk_push_subscription_key_id_push_key", ondelete="CASCADE"),
        sa.CheckConstraint(
            "trouble IS NULL OR trouble IN ('sent', 'gone', 'stale', 'refused', 'busy', 'unreachable')", name="ck_push_subscription_trouble"
        ),
    )
    for column in ("user_id", "session_id", "key_id"):
        op.create_index(f"ix_push_subscription_{column}", "push_subscription", [column])
    op.create_table(
        "push_reach",
        sa.Column("id", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_push_reach"),
        sa.CheckConstraint("id", name="ck_push_reach_single"),
    )


def downgrade() -> None:
    for table in ("push_reach", "push_subscription", "push_key"):
        op.drop_table(table)
