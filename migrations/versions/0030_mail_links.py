"""An invitation knows whom it was sent to, and in which language.

Revises: 0029_push
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030_mail_links"
down_revision: str | None = "0029_push"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("invitation", sa.Column("email", sa.Text(), server_default="", nullable=False))
    op.add_column("invitation", sa.Column("language", sa.String(2), server_default="fr", nullable=False))
    op.create_check_constraint("language", "invitation", "language IN ('fr', 'en')")


def downgrade() -> None:
    op.drop_column("invitation", "language")
    op.drop_column("invitation", "email")
