"""What devices hold of a meter, as a SQL expression in the shape of `shared_models.meters.MeterRow`."""

from server.core.sql import json_columns
from shared_models.meters.rows import ON_DEVICE, MeterRow, ReadingRow, ResetRow

_NAME = "coalesce((select u.first_name || ' ' || u.last_name from users u where u.id = {0}.user_id), {1}, '')"
_SOURCE = "(select s.name from reading_source s where s.id = {0}.source_id)"


def reading_columns(alias: str) -> str:
    """The select list of a `ReadingRow` of table `reading`."""
    return json_columns(ReadingRow, alias, by=_NAME.format(alias, _SOURCE.format(alias)))


def meter_json(alias: str) -> str:
    """A `MeterRow`: the meter with its latest readings and all its resets."""
    readings = (
        "(select coalesce(json_agg(c order by c.read_at desc, c.id desc), '[]') from ("  # noqa: S608
        f"select {reading_columns('x')} from (select r.* from reading r where r.meter_id = {alias}.id and r.voided_at is null"
        f" order by r.read_at desc, r.id desc limit {ON_DEVICE}) x) c)"
    )
    resets = (
        "(select coalesce(json_agg(c order by c.occurred_at), '[]') from ("  # noqa: S608
        f"select {json_columns(ResetRow, 'x', by=_NAME.format('x', 'null'))} from meter_reset x where x.meter_id = {alias}.id) c)"
    )
    return f"(select row_to_json(o) from (select {json_columns(MeterRow, alias, readings=readings, resets=resets)}) o)"  # noqa: S608
