"""The outbox: whatever leaves the server on its own.

Revises: 0027_codes_of_parts
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0028_outbox"
down_revision: str | None = "0027_codes_of_parts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("content", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("next_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(20), server_default="waiting", nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("channel IN ('push', 'email', 'webhook')", name="channel"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'kept', 'withheld', 'gone', 'expired', 'given_up')", name="state"),
        sa.UniqueConstraint("channel", "key", "target"),
    )
    op.create_index("ix_outbox_due", "outbox", ["channel", "next_at", "id"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_outbox_created_at", "outbox", ["channel", "created_at", "id"])
    op.create_index("ix_outbox_user_id", "outbox", ["user_id"])
    op.create_index("ix_outbox_notice_id", "outbox", ["notice_id"])


def downgrade() -> None:
    op.drop_table("outbox")
