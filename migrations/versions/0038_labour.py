"""What an hour of a person costs, where it is not what the site says.

Revises: 0034_handovers
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0038_labour"
down_revision: str | None = "0034_handovers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RATE = """
CREATE OR REPLACE FUNCTION etabli_keep_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE intervention_action a SET rate = coalesce(u.labour_rate, s.labour_rate),
        currency = CASE WHEN u.labour_rate IS NULL THEN s.currency ELSE u.labour_currency END
    FROM begun b JOIN maintenance_interventions i ON i.id = b.intervention_id JOIN sites s ON s.id = i.site_id
        JOIN users u ON u.id = b.user_id
    WHERE a.id = b.id AND coalesce(u.labour_rate, s.labour_rate) IS NOT NULL AND b.rate IS NULL;
    RETURN NULL;
END $$;
"""
RATE_OF_SITE = """
CREATE OR REPLACE FUNCTION etabli_keep_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE intervention_action a SET rate = s.labour_rate, currency = s.currency
    FROM begun b JOIN maintenance_interventions i ON i.id = b.intervention_id JOIN sites s ON s.id = i.site_id
    WHERE a.id = b.id AND s.labour_rate IS NOT NULL AND b.rate IS NULL;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("labour_rate", sa.Numeric(14, 2), nullable=True))
    op.add_column("users", sa.Column("labour_currency", sa.String(3), server_default="EUR", nullable=False))
    op.execute(RATE)


def downgrade() -> None:
    op.execute(RATE_OF_SITE)
    op.drop_column("users", "labour_currency")
    op.drop_column("users", "labour_rate")
