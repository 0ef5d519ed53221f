"""A site's clock beside its time zone: what the database can compute with, so that one unknown name takes no list away.

Revises: 0008_answers_kept
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009_site_clocks"
down_revision: str | None = "0008_answers_kept"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTION = """
CREATE FUNCTION etabli_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM now() AT TIME ZONE NEW.time_zone;
    -- Of these, each machine has its own idea.
    NEW.clock := CASE WHEN lower(NEW.time_zone) IN ('localtime', 'posixrules', 'factory') THEN 'UTC' ELSE NEW.time_zone END;
    RETURN NEW;
EXCEPTION WHEN invalid_parameter_value THEN
    NEW.clock := 'UTC';
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.add_column("sites", sa.Column("clock", sa.String(60), server_default="UTC", nullable=False))
    op.execute(FUNCTION)
    op.execute("CREATE TRIGGER clock BEFORE INSERT OR UPDATE OF time_zone, clock ON sites FOR EACH ROW EXECUTE FUNCTION etabli_clock()")
    op.execute("UPDATE sites SET clock = time_zone")


def downgrade() -> None:
    op.execute("DROP TRIGGER clock ON sites")
    op.execute("DROP FUNCTION etabli_clock()")
    op.drop_column("sites", "clock")
