"""A number that people read comes from a sequence of its series, which nobody holds until the end of a transaction.

Revises: 0013_machines_whole
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0014_number_sequences"
down_revision: str | None = "0013_machines_whole"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTIONS = """
CREATE FUNCTION etabli_sequence(of_series text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT quote_ident('number_' || of_series) $$;

-- The next number. Whoever asks first makes the sequence, which begins after what the table says was given before.
CREATE FUNCTION etabli_number(of_series text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    sequence text := etabli_sequence(of_series);
BEGIN
    IF to_regclass(sequence) IS NULL THEN
        LOCK TABLE number_series IN SHARE ROW EXCLUSIVE MODE; -- and not an advisory one, which would not hear of what others have made
        IF to_regclass(sequence) IS NULL THEN
            INSERT INTO number_series (series) VALUES (of_series) ON CONFLICT DO NOTHING;
            EXECUTE format('CREATE SEQUENCE %s START %s', sequence, (SELECT last + 1 FROM number_series WHERE series = of_series));
        END IF;
    END IF;
    RETURN nextval(sequence);
END $$;

-- The last number that was given, by the sequence or before there was one.
CREATE FUNCTION etabli_last_number(of_series text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT greatest(last, pg_sequence_last_value(to_regclass(etabli_sequence(of_series))))::integer
    FROM number_series WHERE series = of_series
$$;

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
    UPDATE number_series SET last = etabli_last_number(series) + 1000;
    PERFORM setval(etabli_sequence(series), last) FROM number_series WHERE to_regclass(etabli_sequence(series)) IS NOT NULL;
    DELETE FROM setup_link; DELETE FROM invitation; DELETE FROM password_link;
    PERFORM pg_notify('etabli_poke', '{"everyone": true, "reconnect": true}');
END $$;
"""
TAKEN_BACK = """
DO $$
DECLARE
    sequence text;
BEGIN
    UPDATE number_series SET last = etabli_last_number(series);
    FOR sequence IN SELECT etabli_sequence(series) FROM number_series LOOP
        EXECUTE format('DROP SEQUENCE IF EXISTS %s', sequence);
    END LOOP;
END $$;

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
    DELETE FROM setup_link; DELETE FROM invitation; DELETE FROM password_link;
    PERFORM pg_notify('etabli_poke', '{"everyone": true, "reconnect": true}');
END $$;

DROP FUNCTION etabli_last_number(text);
DROP FUNCTION etabli_number(text);
DROP FUNCTION etabli_sequence(text);
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)


def downgrade() -> None:
    op.execute(TAKEN_BACK)
