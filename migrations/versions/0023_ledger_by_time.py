"""The ledger of all sites, and its alerts, in the order of time.

Revises: 0022_reservations
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0023_ledger_by_time"
down_revision: str | None = "0022_reservations"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_stock_movements_occurred_at", "stock_movements", ["occurred_at", "id"])
    op.create_index("ix_stock_alert_occurred_at", "stock_alert", ["occurred_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_stock_alert_occurred_at", "stock_alert")
    op.drop_index("ix_stock_movements_occurred_at", "stock_movements")
