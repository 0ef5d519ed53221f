"""What jobs want of the stock, and the parts of plans by the catalogue.

Revises: 0021_stocktakes
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision: str = "0022_reservations"
down_revision: str | None = "0021_stocktakes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    quantity = sa.Numeric(precision=14, scale=3)
    op.create_table(
        "part_reservation",
        sa.Column("sync_xid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", quantity, nullable=False),
        sa.Column("picked", quantity, server_default=sa.text("0"), nullable=False),
        sa.Column("issued", quantity, server_default=sa.text("0"), nullable=False),
        sa.Column("returned", quantity, server_default=sa.text("0"), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("quantity >= 0 AND picked >= 0 AND issued >= 0 AND returned >= 0", name=op.f("ck_part_reservation_quantity")),
        sa.CheckConstraint("returned <= issued", name=op.f("ck_part_reservation_returned")),
        sa.CheckConstraint("picked <= greatest(quantity - issued, 0)", name=op.f("ck_part_reservation_picked")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_part_reservation_equipment_id_equipment")),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["maintenance_interventions.id"],
            name=op.f("fk_part_reservation_intervention_id_maintenance_interventions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["part_id"], ["spare_parts.id"], name=op.f("fk_part_reservation_part_id_spare_parts")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_part_reservation_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_reservation")),
        sa.UniqueConstraint("intervention_id", "part_id", name=op.f("uq_part_reservation_intervention_id_part_id")),
    )
    op.create_index("ix_part_reservation_equipment_id", "part_reservation", ["equipment_id"])
    op.create_index("ix_part_reservation_site_id_sync_xid", "part_reservation", ["site_id", "sync_xid", "id"])
    op.create_index(
        "ix_part_reservation_outstanding", "part_reservation", ["part_id", "site_id"], postgresql_where=sa.text("quantity > issued")
    )
    for trigger in TRIGGERS:
        op.execute(trigger)
    for table, column in (("scheduled_maintenances", "parts"), ("maintenance_interventions", "required_parts")):
        op.execute(_BY_THE_CATALOGUE.format(table=table, column=column))
    _reserve_for_open_jobs()


TRIGGERS = (
    "CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON part_reservation FOR EACH ROW EXECUTE FUNCTION etabli_stamp()",
    "CREATE TRIGGER bury AFTER DELETE ON part_reservation FOR EACH ROW EXECUTE FUNCTION etabli_bury('reservation', 'site_id')",
    (
        "CREATE TRIGGER leave AFTER UPDATE OF site_id ON part_reservation FOR EACH ROW"
        " WHEN (OLD.site_id IS DISTINCT FROM NEW.site_id) EXECUTE FUNCTION etabli_bury('reservation', 'site_id')"
    ),
)
# A name that is the only active part's, in a quantity that this part is counted in, becomes that part; others stay names.
_BY_THE_CATALOGUE = """
UPDATE {table} SET {column} = (
    SELECT jsonb_agg(
        e.part - 'quantity' || jsonb_build_object('quantity', trim_scale(e.quantity)::text) || coalesce((
            SELECT jsonb_build_object('part_id', (array_agg(p.id))[1], 'unit', '') FROM spare_parts p
            WHERE p.is_active AND etabli_key(e.part ->> 'name') IN (etabli_key(p.name), etabli_key(p.part_number))
            HAVING count(*) = 1 AND e.quantity = round(e.quantity, min(p.decimals))
        ), '{{}}') ORDER BY e.place
    )
    FROM (
        SELECT x.part, x.place, greatest(round((x.part ->> 'quantity')::numeric, 3), 0.001) AS quantity
        FROM jsonb_array_elements({column}) WITH ORDINALITY x(part, place)
    ) e
)
WHERE {column} <> '[]'
"""
_WANTED = """
SELECT i.id, (x.part ->> 'part_id')::uuid AS part_id, sum((x.part ->> 'quantity')::numeric) AS quantity
FROM maintenance_interventions i CROSS JOIN jsonb_array_elements(i.required_parts) x(part)
WHERE i.status IN ('pending', 'in_progress', 'on_hold') AND x.part ->> 'part_id' IS NOT NULL GROUP BY 1, 2
"""
_RESERVE = sa.text("""
INSERT INTO part_reservation (id, site_id, equipment_id, intervention_id, part_id, quantity, reserved_at)
SELECT :id, i.site_id, i.equipment_id, i.id, :part_id, :quantity, i.created_at FROM maintenance_interventions i WHERE i.id = :job_id
""")


def _reserve_for_open_jobs() -> None:
    connection = op.get_bind()
    for job_id, part_id, quantity in connection.execute(sa.text(_WANTED)).all():
        row_id = uuid5(UUID(str(job_id)), f"reserved {part_id}")
        connection.execute(_RESERVE, {"id": row_id, "part_id": part_id, "quantity": quantity, "job_id": job_id})


def downgrade() -> None:
    op.drop_table("part_reservation")
