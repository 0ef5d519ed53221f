"""Labels on parts and storage places, in the one space of codes.

Revises: 0023_ledger_by_time
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from shared_models.labels.codes import new_label_code

revision: str = "0024_labels_of_stock"
down_revision: str | None = "0023_ledger_by_time"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ON = {"part_id": "spare_parts", "place_id": "storage_place"}
MOST = 5_000


def upgrade() -> None:
    for column, table in ON.items():
        op.add_column("label_code", sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_label_code_{column}_{table}"), "label_code", table, [column], ["id"], ondelete="SET NULL")
        op.create_index(op.f(f"ix_label_code_{column}"), "label_code", [column], unique=False)
        _label(column, table)
        op.execute(
            f"CREATE TRIGGER touch_{table} AFTER INSERT OR UPDATE OR DELETE ON label_code"
            f" FOR EACH ROW EXECUTE FUNCTION etabli_touch_parent('{table}', '{column}')"
        )
    op.create_check_constraint(op.f("ck_label_code_on_one_thing"), "label_code", "num_nonnulls(equipment_id, part_id, place_id) <= 1")


def _label(column: str, table: str) -> None:
    """One for each that there is already; devices hear of them by the rows being stamped."""
    connection = op.get_bind()
    ids = [row.id for row in connection.execute(sa.text(f"SELECT id FROM {table} ORDER BY id"))]
    statement = sa.text(
        f"INSERT INTO label_code (code, {column}, linked_at) SELECT code, id, now()"
        " FROM unnest(CAST(:codes AS text[]), CAST(:ids AS uuid[])) AS x (code, id)"
    )
    codes = list({new_label_code() for _ in ids})
    codes += [new_label_code() for _ in range(len(ids) - len(codes))]
    for start in range(0, len(ids), MOST):
        connection.execute(statement, {"codes": codes[start : start + MOST], "ids": ids[start : start + MOST]})
    op.execute(f"UPDATE {table} SET sync_xid = 0")


def downgrade() -> None:
    op.execute("DELETE FROM label_code WHERE part_id IS NOT NULL OR place_id IS NOT NULL")
    op.drop_constraint(op.f("ck_label_code_on_one_thing"), "label_code", type_="check")
    for column, table in ON.items():
        op.execute(f"DROP TRIGGER touch_{table} ON label_code")
        op.drop_index(op.f(f"ix_label_code_{column}"), table_name="label_code")
        op.drop_constraint(op.f(f"fk_label_code_{column}_{table}"), "label_code", type_="foreignkey")
        op.drop_column("label_code", column)
