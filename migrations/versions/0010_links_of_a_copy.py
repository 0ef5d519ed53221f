"""A copy of a database revives no one-time link: what was used since would let somebody in again.

Revises: 0009_site_clocks
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0010_links_of_a_copy"
down_revision: str | None = "0009_site_clocks"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTION = """
CREATE OR REPLACE FUNCTION etabli_begin_history() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    synced text;
BEGIN
    DELETE FROM sync_epoch;
    DELETE FROM sync_run;
    DELETE FROM sync_tombstone;
    INSERT INTO sync_epoch (id, origin) VALUES (gen_random_uuid(), etabli_origin());
    UPDATE sync_epoch SET born_xid = xmin::text;
    FOR synced IN SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()
        AND column_name = 'sync_xid' AND table_name <> 'sync_tombstone'
    LOOP
        EXECUTE format('UPDATE %I SET sync_xid = -1 WHERE sync_xid > $1', synced) USING pg_current_xact_id()::text::bigint;
    END LOOP;
    UPDATE user_sessions SET revoked_at = now() WHERE revoked_at IS NULL;
    UPDATE number_series SET last = last + 1000;
    {links}
    PERFORM pg_notify('etabli_poke', '{{"everyone": true, "reconnect": true}}');
END $$;
"""
LINKS = "DELETE FROM setup_link; DELETE FROM invitation; DELETE FROM password_link;"


def upgrade() -> None:
    op.execute(FUNCTION.format(links=LINKS))


def downgrade() -> None:
    op.execute(FUNCTION.format(links=""))
