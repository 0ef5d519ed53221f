"""A counter knows how many digits it has, after which it begins at nought again.

Revises: 0010_links_of_a_copy
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011_meter_digits"
down_revision: str | None = "0010_links_of_a_copy"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("meter", sa.Column("digits", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("meter", "digits")
