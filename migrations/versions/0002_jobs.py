"""The queue of background jobs.

Revises: 0001_main_job
"""

from collections.abc import Sequence
from importlib.resources import files

from alembic import op

revision: str = "0002_jobs"
down_revision: str | None = "0001_main_job"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SCHEMA = files("procrastinate.sql") / "schema.sql"
"""The library's own, of the version that the lock file pins. When a later version changes it, its migration becomes one
of ours that runs only where this one ran with the older schema."""
AS_IT_IS = {"no_parameters": True}  # percent signs and all

DROP = """
DO $drop$
DECLARE
    thing record;
BEGIN
    FOR thing IN SELECT format('TABLE %I', relname) AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND starts_with(relname, 'procrastinate_')
    LOOP EXECUTE 'DROP ' || thing.name || ' CASCADE'; END LOOP;
    FOR thing IN SELECT format('FUNCTION %s', oid::regprocedure) AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'procrastinate_')
    LOOP EXECUTE 'DROP ' || thing.name || ' CASCADE'; END LOOP;
    FOR thing IN SELECT format('TYPE %I', typname) AS name FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('c', 'e') AND starts_with(typname, 'procrastinate_')
    LOOP EXECUTE 'DROP ' || thing.name || ' CASCADE'; END LOOP;
END $drop$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SCHEMA.read_text(), execution_options=AS_IT_IS)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(DROP, execution_options=AS_IT_IS)
