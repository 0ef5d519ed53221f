"""Devices hold all that is known of a machine, so that it can be edited without a network: they load the machines anew.

Revises: 0012_one_name
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0013_machines_whole"
down_revision: str | None = "0012_one_name"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE equipment SET site_id = site_id")


def downgrade() -> None:
    """An older app does not mind what it does not know."""
