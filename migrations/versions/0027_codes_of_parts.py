"""A part keeps the codes by which it is found beside its other columns, where a device's row of it is made from.

Revises: 0026_parts_in_order
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0027_codes_of_parts"
down_revision: str | None = "0026_parts_in_order"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BUILT = """
    kept_barcodes = array(SELECT b.code FROM part_barcode b WHERE b.part_id = p.id ORDER BY b.code),
    kept_labels = array(SELECT k.code FROM label_code k WHERE k.part_id = p.id ORDER BY k.linked_at, k.code)
"""
KEEP = f"""
CREATE FUNCTION etabli_keep_codes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- First: whoever has changed its codes meanwhile has to be seen.
    PERFORM FROM spare_parts WHERE id IN (OLD.part_id, NEW.part_id) ORDER BY id FOR NO KEY UPDATE;
    UPDATE spare_parts p SET {BUILT} WHERE p.id IN (OLD.part_id, NEW.part_id);
    RETURN NULL;
END $$
"""
TABLES = ("part_barcode", "label_code")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE spare_parts ADD COLUMN kept_barcodes text[] DEFAULT '{}' NOT NULL, ADD COLUMN kept_labels text[] DEFAULT '{}' NOT NULL"
    )
    op.execute("ALTER TABLE spare_parts DISABLE TRIGGER stamp")  # nothing changes for a device
    op.execute(f"UPDATE spare_parts p SET {BUILT}")
    op.execute("ALTER TABLE spare_parts ENABLE TRIGGER stamp")
    op.execute(KEEP)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER keep_codes AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION etabli_keep_codes()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER keep_codes ON {table}")
    op.execute("DROP FUNCTION etabli_keep_codes()")
    op.execute("ALTER TABLE spare_parts DROP COLUMN kept_barcodes, DROP COLUMN kept_labels")
