"""Until when documents hold.

Revises: 0033_webhooks
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035_documents_that_end"
down_revision: str | None = "0033_webhooks"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("document", "part_document"):
        op.add_column(table, sa.Column("valid_until", sa.Date(), nullable=True))


def downgrade() -> None:
    for table in ("document", "part_document"):
        op.drop_column(table, "valid_until")
