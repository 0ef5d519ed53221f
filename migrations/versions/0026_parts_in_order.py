"""Parts and stocks are read in the order of an index, whatever they are sorted by, and the names of parts' categories and suppliers are remembered.

Revises: 0025_papers_of_parts
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0026_parts_in_order"
down_revision: str | None = "0025_papers_of_parts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PARTS = {
    "criticality": "array_position(ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text], criticality::text)",
    "unit_price": "unit_price", "minimum_stock": "minimum_stock",
}  # fmt: skip
STOCKS = ("on_hand", "value", "low_since")
NAMED = ("spare_part_categories", "suppliers")


def upgrade() -> None:
    for name, key in PARTS.items():
        op.execute(f"CREATE INDEX ix_spare_parts_by_{name} ON spare_parts (({key}), id)")
    for name in STOCKS:
        op.execute(f"CREATE INDEX ix_stock_by_{name} ON stock ({name}, id) INCLUDE (site_id)")
    op.execute("ANALYZE spare_parts")
    for table in NAMED:
        op.execute(
            f"CREATE TRIGGER renamed AFTER UPDATE OF name ON {table}"
            " FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION etabli_renamed()"
        )


def downgrade() -> None:
    for table in NAMED:
        op.execute(f"DROP TRIGGER renamed ON {table}")
    for name in STOCKS:
        op.execute(f"DROP INDEX ix_stock_by_{name}")
    for name in PARTS:
        op.execute(f"DROP INDEX ix_spare_parts_by_{name}")
