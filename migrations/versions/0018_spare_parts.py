"""Spare parts: the catalogue, what lies where, and its ledger.

Revises: 0017_names
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018_spare_parts"
down_revision: str | None = "0017_names"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SYNCED = {
    "spare_part_categories": ("part_category", None),
    "suppliers": ("supplier", None),
    "spare_parts": ("part", None),
    "storage_place": ("storage_place", "site_id"),
    "stock": ("stock", "site_id"),
    "maintenance_spare_parts": ("job_part", "site_id"),
}
CHILDREN = {"part_barcode": ("spare_parts", "part_id"), "place_stock": ("stock", "stock_id")}
TABLES = (
    "stock_movements", "maintenance_spare_parts", "place_stock", "stock_alert", "stock", "part_barcode", "storage_place", "spare_parts",
    "suppliers", "spare_part_categories",
)  # fmt: skip


def upgrade() -> None:
    create_tables()
    for table, (entity, site_column) in SYNCED.items():
        arguments = f"'{entity}'" + (f", '{site_column}'" if site_column else "")
        op.execute(f"CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_stamp()")
        op.execute(f"CREATE TRIGGER bury AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_bury({arguments})")
        if site_column:
            op.execute(
                f"CREATE TRIGGER leave AFTER UPDATE OF site_id ON {table} FOR EACH ROW"
                f" WHEN (OLD.site_id IS DISTINCT FROM NEW.site_id) EXECUTE FUNCTION etabli_bury({arguments})"
            )
    for table, (parent, column) in CHILDREN.items():
        op.execute(
            f"CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION etabli_touch_parent('{parent}', '{column}')"
        )
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stock_movements FOR EACH ROW EXECUTE FUNCTION etabli_refuse()")
    op.execute("CREATE TRIGGER no_truncate BEFORE TRUNCATE ON stock_movements EXECUTE FUNCTION etabli_refuse()")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def create_tables() -> None:
    op.create_table(
        "spare_part_categories",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spare_part_categories")),
    )
    op.create_index("uq_spare_part_categories_name", "spare_part_categories", [sa.text("etabli_key(name)")], unique=True)
    op.create_table(
        "suppliers",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("contact_person", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("lang", sa.String(2), server_default="fr", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
    )
    op.create_index("uq_suppliers_name", "suppliers", [sa.text("etabli_key(name)")], unique=True)
    op.create_table(
        "spare_parts",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("part_number", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("supplier_id", sa.Uuid(), nullable=True),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("currency", sa.String(3), server_default="EUR", nullable=False),
        sa.Column("minimum_stock", sa.Numeric(precision=14, scale=3), server_default=sa.text("0"), nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("decimals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("manufacturer", sa.Text(), server_default="", nullable=False),
        sa.Column("manufacturer_reference", sa.Text(), server_default="", nullable=False),
        sa.Column("criticality", sa.String(20), server_default="medium", nullable=False),
        sa.Column("specifications", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("class_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("equipment_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("equivalent_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("offers", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("name_folded", sa.Text(), sa.Computed("etabli_fold(name)", persisted=True), nullable=True),
        sa.Column("number_folded", sa.Text(), sa.Computed("etabli_fold(part_number)", persisted=True), nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed("etabli_fold(part_number || ' ' || name || ' ' || manufacturer || ' ' || manufacturer_reference)", persisted=True),
            nullable=True,
        ),
        sa.CheckConstraint("criticality IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_spare_parts_criticality")),
        sa.CheckConstraint("decimals BETWEEN 0 AND 3", name=op.f("ck_spare_parts_decimals")),
        sa.CheckConstraint("minimum_stock >= 0", name=op.f("ck_spare_parts_minimum_stock")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["spare_part_categories.id"], name=op.f("fk_spare_parts_category_id_spare_part_categories")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_spare_parts_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spare_parts")),
    )
    op.create_index("ix_spare_parts_by_name", "spare_parts", ["name_folded", "id"], unique=False)
    op.create_index("ix_spare_parts_by_part_number", "spare_parts", ["number_folded", "id"], unique=False)
    op.create_index(op.f("ix_spare_parts_category_id"), "spare_parts", ["category_id"], unique=False)
    op.create_index("ix_spare_parts_class_ids", "spare_parts", ["class_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_spare_parts_equipment_ids", "spare_parts", ["equipment_ids"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_spare_parts_search_text",
        "spare_parts",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_spare_parts_supplier_id"), "spare_parts", ["supplier_id"], unique=False)
    op.create_index("ix_spare_parts_sync_xid", "spare_parts", ["sync_xid", "id"], unique=False)
    op.create_index("uq_spare_parts_part_number", "spare_parts", [sa.text("etabli_key(part_number)")], unique=True)
    op.create_table(
        "storage_place",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), server_default="store", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("kind IN ('store', 'shelf', 'bin')", name=op.f("ck_storage_place_kind")),
        sa.ForeignKeyConstraint(["parent_id"], ["storage_place.id"], name=op.f("fk_storage_place_parent_id_storage_place")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_storage_place_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_place")),
    )
    op.create_index(op.f("ix_storage_place_parent_id"), "storage_place", ["parent_id"], unique=False)
    op.create_index("ix_storage_place_site_id_sync_xid", "storage_place", ["site_id", "sync_xid", "id"], unique=False)
    op.create_index("uq_storage_place_default", "storage_place", ["site_id"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_index("uq_storage_place_site_id_name", "storage_place", ["site_id", sa.text("etabli_key(name)")], unique=True)
    op.create_table(
        "part_barcode",
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["spare_parts.id"], name=op.f("fk_part_barcode_part_id_spare_parts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_part_barcode")),
    )
    op.create_index(op.f("ix_part_barcode_part_id"), "part_barcode", ["part_id"], unique=False)
    op.create_table(
        "stock",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("on_hand", sa.Numeric(precision=14, scale=3), server_default=sa.text("0"), nullable=False),
        sa.Column("on_order", sa.Numeric(precision=14, scale=3), server_default=sa.text("0"), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("minimum", sa.Numeric(precision=14, scale=3), nullable=True),
        sa.Column("low_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_stock_minimum")),
        sa.CheckConstraint("on_order >= 0", name=op.f("ck_stock_on_order")),
        sa.ForeignKeyConstraint(["part_id"], ["spare_parts.id"], name=op.f("fk_stock_part_id_spare_parts")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_stock_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint("part_id", "site_id", name=op.f("uq_stock_part_id_site_id")),
    )
    op.create_index("ix_stock_low", "stock", ["site_id", "part_id"], unique=False, postgresql_where=sa.text("low_since IS NOT NULL"))
    op.create_index("ix_stock_site_id_sync_xid", "stock", ["site_id", "sync_xid", "id"], unique=False)
    op.create_table(
        "stock_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("on_hand", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("minimum", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["spare_parts.id"], name=op.f("fk_stock_alert_part_id_spare_parts")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_stock_alert_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_alert")),
    )
    op.create_index(op.f("ix_stock_alert_part_id"), "stock_alert", ["part_id"], unique=False)
    op.create_index("ix_stock_alert_site_id", "stock_alert", ["site_id", "occurred_at"], unique=False)
    op.create_table(
        "place_stock",
        sa.Column("stock_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("count_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity >= 0 OR count_since IS NOT NULL", name=op.f("ck_place_stock_quantity")),
        sa.ForeignKeyConstraint(["place_id"], ["storage_place.id"], name=op.f("fk_place_stock_place_id_storage_place")),
        sa.ForeignKeyConstraint(["stock_id"], ["stock.id"], name=op.f("fk_place_stock_stock_id_stock"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("stock_id", "place_id", name=op.f("pk_place_stock")),
    )
    op.create_index(op.f("ix_place_stock_place_id"), "place_stock", ["place_id"], unique=False)
    op.create_table(
        "maintenance_spare_parts",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("spare_part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity_used", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("cost", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("quantity_used >= 0", name=op.f("ck_maintenance_spare_parts_quantity_used")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_maintenance_spare_parts_equipment_id_equipment")),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_maintenance_spare_parts_intervention_id_maintenance_interventions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_maintenance_spare_parts_site_id_sites")),
        sa.ForeignKeyConstraint(["spare_part_id"], ["spare_parts.id"], name=op.f("fk_maintenance_spare_parts_spare_part_id_spare_parts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_spare_parts")),
        sa.UniqueConstraint("intervention_id", "spare_part_id", name=op.f("uq_maintenance_spare_parts_intervention_id_spare_part_id")),
    )
    op.create_index("ix_maintenance_spare_parts_equipment_id", "maintenance_spare_parts", ["equipment_id", "spare_part_id"], unique=False)
    op.create_index("ix_maintenance_spare_parts_site_id_sync_xid", "maintenance_spare_parts", ["site_id", "sync_xid", "id"], unique=False)
    op.create_index(op.f("ix_maintenance_spare_parts_spare_part_id"), "maintenance_spare_parts", ["spare_part_id"], unique=False)
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("spare_part_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("movement_type", sa.String(20), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reference_document", sa.Text(), server_default="", nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=True),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "movement_type IN ('in', 'out', 'adjustment', 'transfer', 'return')", name=op.f("ck_stock_movements_movement_type")
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movements_quantity")),
        sa.ForeignKeyConstraint(["corrects"], ["stock_movements.id"], name=op.f("fk_stock_movements_corrects_stock_movements")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_stock_movements_created_by_users")),
        sa.ForeignKeyConstraint(
            ["intervention_id"], ["maintenance_interventions.id"], name=op.f("fk_stock_movements_intervention_id_maintenance_interventions")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["storage_place.id"], name=op.f("fk_stock_movements_place_id_storage_place")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_stock_movements_site_id_sites")),
        sa.ForeignKeyConstraint(["spare_part_id"], ["spare_parts.id"], name=op.f("fk_stock_movements_spare_part_id_spare_parts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index(op.f("ix_stock_movements_intervention_id"), "stock_movements", ["intervention_id"], unique=False)
    op.create_index("ix_stock_movements_place_id", "stock_movements", ["place_id", "spare_part_id", "occurred_at"], unique=False)
    op.create_index("ix_stock_movements_site_id", "stock_movements", ["site_id", "occurred_at", "id"], unique=False)
    op.create_index("ix_stock_movements_spare_part_id", "stock_movements", ["spare_part_id", "occurred_at", "id"], unique=False)
