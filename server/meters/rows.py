"""What devices hold of a meter, as a SQL expression in the shape of `shared_models.meters.MeterRow`."""

from server.core.held import hold
from server.core.queries import expression
from server.core.sql import json_row, json_rows
from server.meters.models import Meter
from shared_models.meters.rows import ON_DEVICE, MeterRow, ReadingRow, ResetRow

_NAME = "coalesce((select u.first_name || ' ' || u.last_name from users u where u.id = {0}.user_id), {1}, '')"
_SOURCE = "(select s.name from reading_source s where s.id = {0}.source_id)"


def reader_of(alias: str) -> str:
    """Who or what a row of `reading` comes from."""
    return _NAME.format(alias, _SOURCE.format(alias))


def meter_json(alias: str) -> str:
    """A `MeterRow`: the meter with its latest readings and all its resets."""
    latest = expression(
        "(select r.* from reading r where r.meter_id = {}.id and r.voided_at is null order by r.read_at desc, r.id desc limit {}) x",
        alias, str(ON_DEVICE),
    )  # fmt: skip
    resets = f"meter_reset x where x.meter_id = {alias}.id"
    return json_row(
        MeterRow, alias,
        readings=json_rows(ReadingRow, "x", latest, "x.read_at desc, x.id desc", by=reader_of("x")),
        resets=json_rows(ResetRow, "x", resets, "x.occurred_at", by=_NAME.format("x", "null")),
    )  # fmt: skip


METER = hold(MeterRow, Meter, meter_json, rests=True)
