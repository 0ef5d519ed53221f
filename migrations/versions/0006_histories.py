"""A restored database is known for one: by the row that names its history, and by the runs of its server.

Revises: 0005_retired_classes
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006_histories"
down_revision: str | None = "0005_retired_classes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTIONS = """
-- Where the write-ahead log ends now: it tells what a state of the database contains, whatever is done with copies of its files.
CREATE FUNCTION etabli_position() RETURNS bigint LANGUAGE sql VOLATILE
AS $$ SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint $$;

-- The cluster (where we may ask), the database and the table: another one in a copy made by a dump, or from a template.
CREATE FUNCTION etabli_origin() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    cluster text := '-';
BEGIN
    BEGIN
        cluster := (SELECT system_identifier::text FROM pg_control_system());
    EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
        NULL;
    END;
    RETURN concat_ws('/', cluster, (SELECT oid FROM pg_database WHERE datname = current_database()), 'sync_epoch'::regclass::oid);
END $$;

-- How far the state reached in which this server found its files. A server that was stopped tells it itself. After a crash, or
-- on another timeline, only what was known a minute before is sure.
CREATE FUNCTION etabli_found_position(run sync_run) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    found record;
BEGIN
    BEGIN
        SELECT checkpoint_lsn, checkpoint_time INTO found FROM pg_control_checkpoint();
    EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
        RETURN run.alive_position;
    END;
    IF run.timeline = etabli_timeline() AND found.checkpoint_time <= pg_postmaster_start_time() THEN
        RETURN (found.checkpoint_lsn - '0/0'::pg_lsn)::bigint;
    END IF;
    RETURN run.alive_position;
END $$;

CREATE FUNCTION etabli_timeline() RETURNS text LANGUAGE sql VOLATILE
AS $$ SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) $$;

-- A new history: devices load everything again, stamps of another server's transactions become ours, sign-ins that may have
-- been ended since the copy was made are ended, and numbers that may have been given since are left out.
CREATE FUNCTION etabli_begin_history() RETURNS void LANGUAGE plpgsql AS $$
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
    PERFORM pg_notify('etabli_poke', '{"everyone": true, "reconnect": true}');
END $$;

-- 'known'; 'restarted': this server has started since somebody looked; 'copied': a restored or copied database.
CREATE FUNCTION etabli_recognise(anew boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    run sync_run;
    copied boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('etabli_recognise'));
    copied := anew OR NOT EXISTS (SELECT FROM sync_epoch e WHERE e.born_xid = e.xmin::text AND e.origin = etabli_origin());
    IF copied THEN
        PERFORM etabli_begin_history();
    END IF;
    SELECT * INTO run FROM sync_run ORDER BY number DESC LIMIT 1;
    IF run.server_started_at = pg_postmaster_start_time() THEN
        RETURN 'known';
    END IF;
    INSERT INTO sync_run (server_started_at, timeline, from_position, alive_position) VALUES (
        pg_postmaster_start_time(), etabli_timeline(),
        CASE WHEN run.id IS NULL THEN etabli_position() ELSE etabli_found_position(run) END, etabli_position()
    );
    RETURN CASE WHEN copied THEN 'copied' ELSE 'restarted' END;
END $$;

-- People have no site of their own: who leaves one is buried there, and comes again to those who still see him.
CREATE FUNCTION etabli_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'users' THEN
        INSERT INTO sync_tombstone (entity, entity_id) VALUES ('user', NEW.id);
    ELSE
        INSERT INTO sync_tombstone (entity, entity_id, site_id) VALUES ('user', OLD.user_id, OLD.site_id);
    END IF;
    RETURN NULL;
END $$;

-- A change of a part changes the whole (calendars tell changes apart by their time); stamps set anew (-1) change nothing.
CREATE FUNCTION etabli_date() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
"""
NAMES = (
    "etabli_recognise(boolean)", "etabli_begin_history()", "etabli_found_position(sync_run)", "etabli_timeline()", "etabli_origin()",
    "etabli_position()",
)  # fmt: skip
DATED = ("scheduled_maintenances", "maintenance_interventions")


def upgrade() -> None:
    op.add_column("sync_epoch", sa.Column("origin", sa.Text(), server_default="", nullable=False))
    op.add_column("sync_epoch", sa.Column("born_xid", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "sync_epoch", sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False)
    )
    op.create_table(
        "sync_run",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("server_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("from_position", sa.BigInteger(), nullable=False),
        sa.Column("alive_position", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sync_run")),
        sa.UniqueConstraint("id", name=op.f("uq_sync_run_id")),
    )
    op.execute(FUNCTIONS)
    op.execute("UPDATE sync_epoch SET origin = etabli_origin(), born_xid = pg_current_xact_id()::xid::text")
    op.execute("CREATE TRIGGER part AFTER DELETE ON user_site FOR EACH ROW EXECUTE FUNCTION etabli_part()")
    op.execute(
        "CREATE TRIGGER part AFTER UPDATE OF all_sites ON users FOR EACH ROW"
        " WHEN (OLD.all_sites AND NOT NEW.all_sites) EXECUTE FUNCTION etabli_part()"
    )
    for table in DATED:
        op.execute(
            f"CREATE TRIGGER date BEFORE UPDATE ON {table} FOR EACH ROW"
            " WHEN (OLD.updated_at IS NOT DISTINCT FROM NEW.updated_at AND NEW.sync_xid <> -1) EXECUTE FUNCTION etabli_date()"
        )


def downgrade() -> None:
    for table in DATED:
        op.execute(f"DROP TRIGGER date ON {table}")
    op.execute("DROP TRIGGER part ON users")
    op.execute("DROP TRIGGER part ON user_site")
    for function in ("etabli_date()", "etabli_part()", *NAMES):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("sync_run")
    for column in ("begun_at", "born_xid", "origin"):
        op.drop_column("sync_epoch", column)
