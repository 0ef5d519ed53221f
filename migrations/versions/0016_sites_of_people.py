"""Devices hear of which sites people are: every card is told again.

Revises: 0015_lists_in_order
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0016_sites_of_people"
down_revision: str | None = "0015_lists_in_order"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE users SET is_active = is_active")


def downgrade() -> None:
    op.execute("UPDATE users SET is_active = is_active")
