"""REST's answers are kept with devices' receipts, with what was asked, for each user by himself.

Revises: 0007_invitations
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008_answers_kept"
down_revision: str | None = "0007_invitations"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RECEIPTS = "sync_receipt"
KEY = "pk_sync_receipt"


def upgrade() -> None:
    op.add_column(RECEIPTS, sa.Column("fingerprint", sa.LargeBinary(), nullable=True))
    op.add_column(RECEIPTS, sa.Column("status", sa.SmallInteger(), nullable=True))
    op.add_column(RECEIPTS, sa.Column("answer", sa.LargeBinary(), nullable=True))
    op.drop_constraint(KEY, RECEIPTS)
    op.create_primary_key(KEY, RECEIPTS, ["user_id", "command_id"])


def downgrade() -> None:
    op.execute("DELETE FROM sync_receipt s USING sync_receipt o WHERE s.command_id = o.command_id AND s.user_id > o.user_id")
    op.drop_constraint(KEY, RECEIPTS)
    op.create_primary_key(KEY, RECEIPTS, ["command_id"])
    for name in ("answer", "status", "fingerprint"):
        op.drop_column(RECEIPTS, name)
