"""When a site works: its shifts and its holidays.

Revises: 0035_documents_that_end
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0034_site_hours"
down_revision: str | None = "0035_documents_that_end"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None
COLUMNS = ("shifts", "holidays")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("sites", sa.Column(name, JSONB(), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("sites", name)
