"""The main job: accounts, sites, equipment, interventions, requests, audit and sync."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001_main_job"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FUNCTIONS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- unaccent() is STABLE because its dictionary may change; ours does not, and an index needs IMMUTABLE.
CREATE FUNCTION etabli_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, $1)) $$;

CREATE FUNCTION etabli_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sync_xid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

-- Arguments: the parent's table, the column that points to it.
CREATE FUNCTION etabli_touch_parent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before uuid := CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> TG_ARGV[1])::uuid END;
    after uuid := CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> TG_ARGV[1])::uuid END;
BEGIN
    EXECUTE format('UPDATE %I SET sync_xid = 0 WHERE id IN ($1, $2) AND sync_xid <> pg_current_xact_id()::text::bigint', TG_ARGV[0])
    USING before, after;
    RETURN NULL;
END $$;

-- Arguments: the entity's name, the column that holds its site (none: everyone's).
CREATE FUNCTION etabli_bury() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    site uuid := CASE WHEN TG_NARGS > 1 THEN (to_jsonb(OLD) ->> TG_ARGV[1])::uuid END;
BEGIN
    INSERT INTO sync_tombstone (entity, entity_id, site_id) VALUES (TG_ARGV[0], OLD.id, site);
    RETURN NULL;
END $$;

CREATE FUNCTION etabli_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

SYNCED = {
    "sites": ("site", "id"),
    "production_lines": ("line", "site_id"),
    "equipment_class": ("equipment_class", None),
    "users": ("user", None),
    "equipment": ("equipment", "site_id"),
    "equipment_life": ("equipment_life", "site_id"),
    "document": ("document", "site_id"),
    "maintenance_interventions": ("intervention", "site_id"),
    "work_request": ("work_request", "site_id"),
}
CHILDREN = {
    "failure_item": ("equipment_class", "class_id"),
    "label_code": ("equipment", "equipment_id"),
    "user_site": ("users", "user_id"),
    "intervention_action": ("maintenance_interventions", "intervention_id"),
    "intervention_note": ("maintenance_interventions", "intervention_id"),
    "intervention_photo": ("maintenance_interventions", "intervention_id"),
}


def upgrade() -> None:
    op.execute(FUNCTIONS)
    create_tables()
    create_triggers()
    op.execute("INSERT INTO sync_epoch (id) VALUES (gen_random_uuid())")


def downgrade() -> None:
    drop_tables()
    for function in ("etabli_stamp", "etabli_touch_parent", "etabli_bury", "etabli_refuse", "etabli_fold"):
        op.execute(f"DROP FUNCTION {function}")


def create_triggers() -> None:
    for table, (entity, site_column) in SYNCED.items():
        arguments = f"'{entity}'" + (f", '{site_column}'" if site_column else "")
        op.execute(f"CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_stamp()")
        op.execute(f"CREATE TRIGGER bury AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_bury({arguments})")
        if site_column == "site_id":
            op.execute(
                f"CREATE TRIGGER leave AFTER UPDATE OF site_id ON {table} FOR EACH ROW"
                f" WHEN (OLD.site_id IS DISTINCT FROM NEW.site_id) EXECUTE FUNCTION etabli_bury({arguments})"
            )
    for table, (parent, column) in CHILDREN.items():
        op.execute(
            f"CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION etabli_touch_parent('{parent}', '{column}')"
        )
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION etabli_refuse()")
    op.execute("CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_log EXECUTE FUNCTION etabli_refuse()")


def create_tables() -> None:  # noqa: PLR0915 - one statement a table and index
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("changes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_actor_id", "audit_log", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_log_entity", "audit_log", ["entity", "entity_id", "id"], unique=False)
    op.create_index("ix_audit_log_received_at", "audit_log", ["received_at", "id"], unique=False)
    op.create_table(
        "equipment_class",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("names", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("icon", sa.String(40), server_default="", nullable=False),
        sa.Column("spec_fields", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("mode_counts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_class")),
        sa.UniqueConstraint("code", name=op.f("uq_equipment_class_code")),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(20), nullable=False),
        sa.Column("last", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_number_series")),
    )
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("arrival_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limit")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_rate_limit_arrival_at"), "rate_limit", ["arrival_at"], unique=False)
    op.create_table(
        "setup_link",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_setup_link")),
    )
    op.create_table(
        "sites",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("location", sa.String(255), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("time_zone", sa.String(60), server_default="Europe/Paris", nullable=False),
        sa.Column("public_requests", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("name", name=op.f("uq_sites_name")),
    )
    op.create_table("sync_epoch", sa.Column("id", sa.Uuid(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_epoch")))
    op.create_table(
        "sync_tombstone",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("pg_current_xact_id()::text::bigint"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sync_tombstone")),
    )
    op.create_index("ix_sync_tombstone_site_id_sync_xid", "sync_tombstone", ["site_id", "sync_xid", "number"], unique=False)
    op.create_table(
        "users",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("email", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("first_name", sa.String(50), nullable=False),
        sa.Column("last_name", sa.String(50), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("language", sa.String(2), server_default="fr", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("all_sites", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'en')", name=op.f("ck_users_language")),
        sa.CheckConstraint("role IN ('admin', 'supervisor', 'technician')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("mime_type", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_attachment_created_by_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_attachment_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_sha256"), "attachment", ["sha256"], unique=False)
    op.create_index(op.f("ix_attachment_site_id"), "attachment", ["site_id"], unique=False)
    op.create_table(
        "failure_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("names", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("icon", sa.String(40), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("kind IN ('mode', 'mechanism', 'cause', 'remedy')", name=op.f("ck_failure_item_kind")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["equipment_class.id"], name=op.f("fk_failure_item_class_id_equipment_class"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure_item")),
        sa.UniqueConstraint("class_id", "kind", "code", name=op.f("uq_failure_item_class_id_kind_code")),
    )
    op.create_table(
        "production_lines",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_production_lines_site_id_sites"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_lines")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_production_lines_site_id_name")),
    )
    op.create_table(
        "sync_receipt",
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("command_type", sa.String(60), nullable=False),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sync_receipt_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_sync_receipt")),
    )
    op.create_index(op.f("ix_sync_receipt_received_at"), "sync_receipt", ["received_at"], unique=False)
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("previous_token_hash", sa.String(64), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("device_name", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    op.create_index(op.f("ix_user_sessions_expires_at"), "user_sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_user_sessions_user_id"), "user_sessions", ["user_id"], unique=False)
    op.create_table(
        "user_site",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_user_site_site_id_sites"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_site_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "site_id", name=op.f("pk_user_site")),
    )
    op.create_index(op.f("ix_user_site_site_id"), "user_site", ["site_id"], unique=False)
    op.create_table(
        "equipment",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("model", sa.String(200), server_default="", nullable=False),
        sa.Column("manufacturer", sa.String(200), server_default="", nullable=False),
        sa.Column("serial_number", sa.String(200), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("production_line_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(20), server_default="active", nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("criticality", sa.String(20), server_default="medium", nullable=False),
        sa.Column("purchase_date", sa.Date(), nullable=True),
        sa.Column("installation_date", sa.Date(), nullable=True),
        sa.Column("warranty_expiry", sa.Date(), nullable=True),
        sa.Column("expected_lifespan", sa.Integer(), nullable=True),
        sa.Column("hourly_downtime_cost", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("replacement_value", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.String(3), server_default="EUR", nullable=False),
        sa.Column("specifications", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "etabli_fold(name || ' ' || code || ' ' || coalesce(model, '') || ' ' || coalesce(serial_number, '') || ' ' || coalesce(manufacturer, ''))",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("criticality IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_equipment_criticality")),
        sa.CheckConstraint("status IN ('active', 'inactive', 'maintenance', 'broken')", name=op.f("ck_equipment_status")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_equipment_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["equipment_class.id"], name=op.f("fk_equipment_class_id_equipment_class"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["equipment.id"], name=op.f("fk_equipment_parent_id_equipment"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["photo_id"], ["attachment.id"], name=op.f("fk_equipment_photo_id_attachment"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["production_line_id"],
            ["production_lines.id"],
            name=op.f("fk_equipment_production_line_id_production_lines"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_equipment_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("code", name=op.f("uq_equipment_code")),
        sa.UniqueConstraint("serial_number", name=op.f("uq_equipment_serial_number")),
    )
    op.create_index(op.f("ix_equipment_class_id"), "equipment", ["class_id"], unique=False)
    op.create_index("ix_equipment_name", "equipment", [sa.literal_column("etabli_fold(name)"), "id"], unique=False)
    op.create_index(op.f("ix_equipment_parent_id"), "equipment", ["parent_id"], unique=False)
    op.create_index(op.f("ix_equipment_production_line_id"), "equipment", ["production_line_id"], unique=False)
    op.create_index(
        "ix_equipment_search_text",
        "equipment",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index("ix_equipment_site_id_sync_xid", "equipment", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "document",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_document_attachment_id_attachment")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_document_created_by_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_document_equipment_id_equipment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_document_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_equipment_id"), "document", ["equipment_id"], unique=False)
    op.create_index("ix_document_site_id_sync_xid", "document", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "equipment_life",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["equipment.id"], name=op.f("fk_equipment_life_id_equipment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_equipment_life_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_life")),
    )
    op.create_index("ix_equipment_life_site_id_sync_xid", "equipment_life", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "equipment_status_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(20), nullable=True),
        sa.Column("to_status", sa.String(20), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("to_status IN ('active', 'inactive', 'maintenance', 'broken')", name=op.f("ck_equipment_status_log_to_status")),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_equipment_status_log_by_user_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["equipment_id"],
            ["equipment.id"],
            name=op.f("fk_equipment_status_log_equipment_id_equipment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_status_log")),
    )
    op.create_index(
        "ix_equipment_status_log_equipment_id_occurred_at",
        "equipment_status_log",
        ["equipment_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "label_code",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_label_code_equipment_id_equipment"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_label_code")),
    )
    op.create_index(op.f("ix_label_code_equipment_id"), "label_code", ["equipment_id"], unique=False)
    op.create_table(
        "work_request",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("symptom", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("requester", sa.String(100), server_default="", nullable=False),
        sa.Column("is_stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(20), server_default="new", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('new', 'accepted', 'declined')", name=op.f("ck_work_request_status")),
        sa.CheckConstraint(
            "symptom IN ('stopped', 'leak', 'noise', 'heat', 'jam', 'quality', 'safety', 'other')",
            name=op.f("ck_work_request_symptom"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_work_request_decided_by_users")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_work_request_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["photo_id"], ["attachment.id"], name=op.f("fk_work_request_photo_id_attachment"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_work_request_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_request")),
        sa.UniqueConstraint("number", name=op.f("uq_work_request_number")),
    )
    op.create_index(op.f("ix_work_request_equipment_id"), "work_request", ["equipment_id"], unique=False)
    op.create_index("ix_work_request_site_id_sync_xid", "work_request", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "maintenance_interventions",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("permanent_repair_of", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("intervention_type", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), server_default="pending", nullable=False),
        sa.Column("status_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.String(20), server_default="medium", nullable=False),
        sa.Column("scheduled_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scheduled_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actual_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actual_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_technician_id", sa.Uuid(), nullable=True),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("completed_by", sa.Uuid(), nullable=True),
        sa.Column("stop_kind", sa.String(20), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restarted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "downtime_minutes",
            sa.Integer(),
            sa.Computed("(extract(epoch FROM (restarted_at - stopped_at)) / 60)::integer", persisted=True),
            nullable=True,
        ),
        sa.Column("mode_id", sa.Uuid(), nullable=True),
        sa.Column("mode_unknown", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("mechanism_id", sa.Uuid(), nullable=True),
        sa.Column("cause_id", sa.Uuid(), nullable=True),
        sa.Column("remedy_id", sa.Uuid(), nullable=True),
        sa.Column("failure_cause", sa.Text(), server_default="", nullable=False),
        sa.Column("work_performed", sa.Text(), server_default="", nullable=False),
        sa.Column("observations", sa.Text(), server_default="", nullable=False),
        sa.Column("temporary_until", sa.Date(), nullable=True),
        sa.Column("signature", postgresql.JSONB(), nullable=True),
        sa.Column("is_validated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("validated_by", sa.Uuid(), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.Uuid(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("search_text", sa.Text(), sa.Computed("etabli_fold(number || ' ' || title)", persisted=True), nullable=True),
        sa.CheckConstraint("NOT is_validated OR status = 'completed'", name=op.f("ck_maintenance_interventions_validated_is_completed")),
        sa.CheckConstraint(
            "intervention_type IN ('preventive', 'corrective', 'predictive')",
            name=op.f("ck_maintenance_interventions_intervention_type"),
        ),
        sa.CheckConstraint("priority IN ('low', 'medium', 'high', 'urgent')", name=op.f("ck_maintenance_interventions_priority")),
        sa.CheckConstraint(
            "status IN ('pending', 'in_progress', 'on_hold', 'completed', 'cancelled')",
            name=op.f("ck_maintenance_interventions_status"),
        ),
        sa.CheckConstraint(
            "stop_kind IS NULL OR stop_kind IN ('failure', 'planned', 'external', 'operator')",
            name=op.f("ck_maintenance_interventions_stop_kind"),
        ),
        sa.CheckConstraint("NOT (mode_unknown AND mode_id IS NOT NULL)", name=op.f("ck_maintenance_interventions_mode_or_unknown")),
        sa.CheckConstraint(
            "restarted_at IS NULL OR restarted_at >= stopped_at",
            name=op.f("ck_maintenance_interventions_restart_after_stop"),
        ),
        sa.ForeignKeyConstraint(
            ["assigned_technician_id"], ["users.id"], name=op.f("fk_maintenance_interventions_assigned_technician_id_users")
        ),
        sa.ForeignKeyConstraint(["cause_id"], ["failure_item.id"], name=op.f("fk_maintenance_interventions_cause_id_failure_item")),
        sa.ForeignKeyConstraint(["completed_by"], ["users.id"], name=op.f("fk_maintenance_interventions_completed_by_users")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_maintenance_interventions_created_by_users")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_maintenance_interventions_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["mechanism_id"], ["failure_item.id"], name=op.f("fk_maintenance_interventions_mechanism_id_failure_item")),
        sa.ForeignKeyConstraint(["mode_id"], ["failure_item.id"], name=op.f("fk_maintenance_interventions_mode_id_failure_item")),
        sa.ForeignKeyConstraint(
            ["permanent_repair_of"],
            ["maintenance_interventions.id"],
            name=op.f("fk_maintenance_interventions_permanent_repair_of_maintenance_interventions"),
        ),
        sa.ForeignKeyConstraint(["remedy_id"], ["failure_item.id"], name=op.f("fk_maintenance_interventions_remedy_id_failure_item")),
        sa.ForeignKeyConstraint(["request_id"], ["work_request.id"], name=op.f("fk_maintenance_interventions_request_id_work_request")),
        sa.ForeignKeyConstraint(["returned_by"], ["users.id"], name=op.f("fk_maintenance_interventions_returned_by_users")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_maintenance_interventions_site_id_sites")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["users.id"], name=op.f("fk_maintenance_interventions_supervisor_id_users")),
        sa.ForeignKeyConstraint(["validated_by"], ["users.id"], name=op.f("fk_maintenance_interventions_validated_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_interventions")),
        sa.UniqueConstraint("number", name=op.f("uq_maintenance_interventions_number")),
        sa.UniqueConstraint("request_id", name=op.f("uq_maintenance_interventions_request_id")),
    )
    op.create_index(
        op.f("ix_maintenance_interventions_assigned_technician_id"),
        "maintenance_interventions",
        ["assigned_technician_id"],
        unique=False,
    )
    op.create_index(
        "ix_maintenance_interventions_equipment_id_created_at",
        "maintenance_interventions",
        ["equipment_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_maintenance_interventions_mode_id"), "maintenance_interventions", ["mode_id"], unique=False)
    op.create_index(
        "ix_maintenance_interventions_equipment_id_open",
        "maintenance_interventions",
        ["equipment_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'in_progress', 'on_hold')"),
    )
    op.create_index(
        "ix_maintenance_interventions_open",
        "maintenance_interventions",
        ["site_id", "status", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'in_progress', 'on_hold') OR (status = 'completed' AND NOT is_validated)"),
    )
    op.create_index(
        op.f("ix_maintenance_interventions_permanent_repair_of"),
        "maintenance_interventions",
        ["permanent_repair_of"],
        unique=False,
    )
    op.create_index("ix_maintenance_interventions_actual_end", "maintenance_interventions", ["actual_end", "id"], unique=False)
    op.create_index(
        "ix_maintenance_interventions_title",
        "maintenance_interventions",
        [sa.literal_column("etabli_fold(title)"), "id"],
        unique=False,
    )
    op.create_index("ix_maintenance_interventions_created_at", "maintenance_interventions", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_maintenance_interventions_search_text",
        "maintenance_interventions",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index("ix_maintenance_interventions_site_id_actual_end", "maintenance_interventions", ["site_id", "actual_end"], unique=False)
    op.create_index(
        "ix_maintenance_interventions_site_id_created_at",
        "maintenance_interventions",
        ["site_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_maintenance_interventions_site_id_sync_xid",
        "maintenance_interventions",
        ["site_id", "sync_xid", "id"],
        unique=False,
    )
    op.create_table(
        "intervention_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_intervention_action_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_intervention_action_intervention_id_maintenance_interventions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_intervention_action_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention_action")),
    )
    op.create_index(op.f("ix_intervention_action_intervention_id"), "intervention_action", ["intervention_id"], unique=False)
    op.create_index(
        "uq_intervention_action_running",
        "intervention_action",
        ["intervention_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "intervention_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_intervention_note_intervention_id_maintenance_interventions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_intervention_note_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention_note")),
    )
    op.create_index(op.f("ix_intervention_note_intervention_id"), "intervention_note", ["intervention_id"], unique=False)
    op.create_table(
        "intervention_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(20), server_default="other", nullable=False),
        sa.Column("caption", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('before', 'after', 'other')", name=op.f("ck_intervention_photo_kind")),
        sa.ForeignKeyConstraint(["id"], ["attachment.id"], name=op.f("fk_intervention_photo_id_attachment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_intervention_photo_intervention_id_maintenance_interventions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_intervention_photo_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention_photo")),
    )
    op.create_index(op.f("ix_intervention_photo_intervention_id"), "intervention_photo", ["intervention_id"], unique=False)
    op.create_table(
        "intervention_revision",
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("snapshot", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_intervention_revision_by_user_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_intervention_revision_intervention_id_maintenance_interventions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("intervention_id", "revision", name=op.f("pk_intervention_revision")),
    )


def drop_tables() -> None:  # noqa: PLR0915 - idem
    op.drop_table("intervention_revision")
    op.drop_index(op.f("ix_intervention_photo_intervention_id"), table_name="intervention_photo")
    op.drop_table("intervention_photo")
    op.drop_index(op.f("ix_intervention_note_intervention_id"), table_name="intervention_note")
    op.drop_table("intervention_note")
    op.drop_index("uq_intervention_action_running", table_name="intervention_action", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_intervention_action_intervention_id"), table_name="intervention_action")
    op.drop_table("intervention_action")
    op.drop_index("ix_maintenance_interventions_site_id_sync_xid", table_name="maintenance_interventions")
    op.drop_index("ix_maintenance_interventions_site_id_created_at", table_name="maintenance_interventions")
    op.drop_index("ix_maintenance_interventions_site_id_actual_end", table_name="maintenance_interventions")
    op.drop_index("ix_maintenance_interventions_search_text", table_name="maintenance_interventions", postgresql_using="gin")
    op.drop_index("ix_maintenance_interventions_created_at", table_name="maintenance_interventions")
    op.drop_index("ix_maintenance_interventions_title", table_name="maintenance_interventions")
    op.drop_index("ix_maintenance_interventions_actual_end", table_name="maintenance_interventions")
    op.drop_index(op.f("ix_maintenance_interventions_permanent_repair_of"), table_name="maintenance_interventions")
    op.drop_index(
        "ix_maintenance_interventions_open",
        table_name="maintenance_interventions",
        postgresql_where=sa.text("status IN ('pending', 'in_progress', 'on_hold') OR (status = 'completed' AND NOT is_validated)"),
    )
    op.drop_index(op.f("ix_maintenance_interventions_mode_id"), table_name="maintenance_interventions")
    op.drop_index(
        "ix_maintenance_interventions_equipment_id_open",
        table_name="maintenance_interventions",
        postgresql_where=sa.text("status IN ('pending', 'in_progress', 'on_hold')"),
    )
    op.drop_index("ix_maintenance_interventions_equipment_id_created_at", table_name="maintenance_interventions")
    op.drop_index(op.f("ix_maintenance_interventions_assigned_technician_id"), table_name="maintenance_interventions")
    op.drop_table("maintenance_interventions")
    op.drop_index("ix_work_request_site_id_sync_xid", table_name="work_request")
    op.drop_index(op.f("ix_work_request_equipment_id"), table_name="work_request")
    op.drop_table("work_request")
    op.drop_index(op.f("ix_label_code_equipment_id"), table_name="label_code")
    op.drop_table("label_code")
    op.drop_index("ix_equipment_status_log_equipment_id_occurred_at", table_name="equipment_status_log")
    op.drop_table("equipment_status_log")
    op.drop_index("ix_equipment_life_site_id_sync_xid", table_name="equipment_life")
    op.drop_table("equipment_life")
    op.drop_index("ix_document_site_id_sync_xid", table_name="document")
    op.drop_index(op.f("ix_document_equipment_id"), table_name="document")
    op.drop_table("document")
    op.drop_index("ix_equipment_site_id_sync_xid", table_name="equipment")
    op.drop_index(
        "ix_equipment_search_text",
        table_name="equipment",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_equipment_production_line_id"), table_name="equipment")
    op.drop_index(op.f("ix_equipment_parent_id"), table_name="equipment")
    op.drop_index("ix_equipment_name", table_name="equipment")
    op.drop_index(op.f("ix_equipment_class_id"), table_name="equipment")
    op.drop_table("equipment")
    op.drop_index(op.f("ix_user_site_site_id"), table_name="user_site")
    op.drop_table("user_site")
    op.drop_index(op.f("ix_user_sessions_user_id"), table_name="user_sessions")
    op.drop_index(op.f("ix_user_sessions_expires_at"), table_name="user_sessions")
    op.drop_table("user_sessions")
    op.drop_index(op.f("ix_sync_receipt_received_at"), table_name="sync_receipt")
    op.drop_table("sync_receipt")
    op.drop_table("production_lines")
    op.drop_table("failure_item")
    op.drop_index(op.f("ix_attachment_site_id"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_sha256"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_table("users")
    op.drop_index("ix_sync_tombstone_site_id_sync_xid", table_name="sync_tombstone")
    op.drop_table("sync_tombstone")
    op.drop_table("sync_epoch")
    op.drop_table("sites")
    op.drop_table("setup_link")
    op.drop_index(op.f("ix_rate_limit_arrival_at"), table_name="rate_limit")
    op.drop_table("rate_limit")
    op.drop_table("number_series")
    op.drop_table("equipment_class")
    op.drop_index("ix_audit_log_received_at", table_name="audit_log")
    op.drop_index("ix_audit_log_entity", table_name="audit_log")
    op.drop_index("ix_audit_log_actor_id", table_name="audit_log")
    op.drop_table("audit_log")
