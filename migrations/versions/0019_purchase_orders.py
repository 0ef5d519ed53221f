"""Orders to suppliers.

Revises: 0018_spare_parts
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019_purchase_orders"
down_revision: str | None = "0018_spare_parts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "purchase_order",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(20), server_default="draft", nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'ordered', 'partly_received', 'closed', 'cancelled')", name=op.f("ck_purchase_order_status")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_purchase_order_site_id_sites")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_purchase_order_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
    )
    op.create_index("ix_purchase_order_site_id_sync_xid", "purchase_order", ["site_id", "sync_xid", "id"], unique=False)
    op.create_index(op.f("ix_purchase_order_supplier_id"), "purchase_order", ["supplier_id"], unique=False)
    op.create_table(
        "purchase_order_line",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=14, scale=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("received", sa.Numeric(precision=14, scale=3), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_order_line_quantity")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_purchase_order_line_received")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_purchase_order_line_order_id_purchase_order"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["part_id"], ["spare_parts.id"], name=op.f("fk_purchase_order_line_part_id_spare_parts")),
        sa.PrimaryKeyConstraint("order_id", "part_id", name=op.f("pk_purchase_order_line")),
    )
    op.create_index(op.f("ix_purchase_order_line_part_id"), "purchase_order_line", ["part_id"], unique=False)
    for trigger in TRIGGERS:
        op.execute(trigger)


TRIGGERS = (
    "CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON purchase_order FOR EACH ROW EXECUTE FUNCTION etabli_stamp()",
    "CREATE TRIGGER bury AFTER DELETE ON purchase_order FOR EACH ROW EXECUTE FUNCTION etabli_bury('purchase_order', 'site_id')",
    (
        "CREATE TRIGGER leave AFTER UPDATE OF site_id ON purchase_order FOR EACH ROW"
        " WHEN (OLD.site_id IS DISTINCT FROM NEW.site_id) EXECUTE FUNCTION etabli_bury('purchase_order', 'site_id')"
    ),
    (
        "CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON purchase_order_line"
        " FOR EACH ROW EXECUTE FUNCTION etabli_touch_parent('purchase_order', 'order_id')"
    ),
)


def downgrade() -> None:
    op.drop_table("purchase_order_line")
    op.drop_table("purchase_order")
