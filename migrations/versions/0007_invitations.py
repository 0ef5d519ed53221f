"""People join by a link that somebody sends them; accounts that wait are told apart from those that were closed.

Revises: 0006_histories
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007_invitations"
down_revision: str | None = "0006_histories"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Who has never signed in has never been let in.
WAITING = "UPDATE users SET is_waiting = true WHERE NOT is_active AND NOT EXISTS (SELECT FROM user_sessions s WHERE s.user_id = users.id)"


def upgrade() -> None:
    op.add_column("users", sa.Column("is_waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(WAITING)
    op.create_check_constraint("waiting", "users", "NOT (is_active AND is_waiting)")
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("all_sites", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_invitation_created_by_users", ondelete="CASCADE"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
        sa.CheckConstraint("role IN ('admin', 'supervisor', 'technician')", name="ck_invitation_role"),
    )
    op.create_index("ix_invitation_created_by", "invitation", ["created_by"])
    op.create_table(
        "invitation_site",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("invitation_id", "site_id", name="pk_invitation_site"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_invitation_site_invitation_id_invitation", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_invitation_site_site_id_sites", ondelete="CASCADE"),
    )
    op.create_index("ix_invitation_site_site_id", "invitation_site", ["site_id"])
    op.create_table(
        "password_link",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_password_link"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_password_link_user_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_password_link_created_by_users", ondelete="CASCADE"),
        sa.UniqueConstraint("token_hash", name="uq_password_link_token_hash"),
    )
    op.create_index("ix_password_link_created_by", "password_link", ["created_by"])


def downgrade() -> None:
    op.drop_table("password_link")
    op.drop_table("invitation_site")
    op.drop_table("invitation")
    op.drop_constraint("waiting", "users", type_="check")
    op.drop_column("users", "is_waiting")
