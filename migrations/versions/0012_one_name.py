"""What must be unique is, however it is written: `sn-77` is `SN-77`, and an accent is one letter or two.

What was alike before keeps its place and gets a mark, ` (#…)`, by which people find it and put it right. What happened at no time
happened when it was told.

Revises: 0011_meter_digits
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012_one_name"
down_revision: str | None = "0011_meter_digits"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEY = """
CREATE FUNCTION etabli_key(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT replace(lower(normalize(lower(normalize($1, NFKC)), NFKC)), 'ß', 'ss') $$
"""
# Table, the columns within which a name is unique, the name's column, its length.
NAMES = (
    ("equipment", (), "serial_number", 200), ("sites", (), "name", 100), ("production_lines", ("site_id",), "name", 100),
    ("meter", ("equipment_id",), "name", 100), ("maintenance_types", (), "name", 50), ("team", ("site_id",), "name", 100),
)  # fmt: skip
COMPOSED = (("equipment", ("name", "model", "manufacturer", "serial_number")), *((table, (column,)) for table, _, column, _ in NAMES[1:]))
MARK = """
UPDATE {table} t SET {column} = left(t.{column}, {kept}) || ' (#' || right(t.id::text, 6) || ')'
FROM (SELECT id, row_number() OVER (PARTITION BY {within}etabli_key({column}) ORDER BY created_at, id) AS place FROM {table}
      WHERE {column} IS NOT NULL) d
WHERE d.id = t.id AND d.place > 1
"""


def _index(table: str, within: Sequence[str], column: str) -> str:
    return "_".join(["uq", table, *within, column])


def upgrade() -> None:
    op.execute(KEY)
    for table, within, column, length in NAMES:
        op.drop_constraint(_index(table, within, column), table, type_="unique")
        groups = "".join(f"{name}, " for name in within)
        op.execute(MARK.format(table=table, column=column, within=groups, kept=length - len(" (#123456)")))
        op.create_index(_index(table, within, column), table, [*within, sa.text(f"etabli_key({column})")], unique=True)
    for table, columns in COMPOSED:
        for column in columns:
            op.execute(f"UPDATE {table} SET {column} = normalize({column}, NFC) WHERE {column} IS NOT NFC NORMALIZED")
    op.execute("UPDATE equipment_status_log SET occurred_at = received_at WHERE NOT isfinite(occurred_at)")
    op.execute("UPDATE equipment SET status_since = created_at WHERE NOT isfinite(status_since)")
    op.create_check_constraint(op.f("ck_equipment_status_log_finite"), "equipment_status_log", "isfinite(occurred_at)")
    op.create_check_constraint(op.f("ck_equipment_finite"), "equipment", "isfinite(status_since)")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_equipment_finite"), "equipment", type_="check")
    op.drop_constraint(op.f("ck_equipment_status_log_finite"), "equipment_status_log", type_="check")
    for table, within, column, _ in NAMES:
        op.drop_index(_index(table, within, column), table)
        op.create_unique_constraint(_index(table, within, column), table, [*within, column])
    op.execute("DROP FUNCTION etabli_key(text)")
