"""What meters have shown, from the last reading before an instant on; a reset tells what its meter showed last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from server.core.database import ReadSession
from shared_models.meters.metering import Point

MOST_POINTS = 1000
"""Beyond this many, only the readings around the moments that matter are read."""


@dataclass(frozen=True)
class Asked:
    """Whose readings are wanted, from when on, and which moments matter; these are worked out only where there are too many readings."""

    meter_id: UUID
    since: datetime
    moments: Iterable[datetime]


@dataclass(frozen=True)
class MeterFacts:
    unit: str = ""
    per_day: float | None = None
    points: tuple[Point, ...] = ()


_METERS = sa.text("select id, unit, coalesce(per_day, expected_per_day) as per_day from meter where id = any(:ids)")
_READINGS = sa.text("""
with first as (select a.id, coalesce(
    (select max(b.read_at) from reading b where b.meter_id = a.id and b.voided_at is null and b.read_at <= a.since), '-infinity'
) as at from unnest(cast(:ids as uuid[]), cast(:since as timestamptz[])) a(id, since)), shown as (
    select meter_id as id, occurred_at as at, final_value + coalesce(sum(final_value - start_value) over (
        partition by meter_id order by occurred_at, id rows between unbounded preceding and 1 preceding
    ), 0) as total from meter_reset where meter_id = any(:ids)
)
select f.id, x.read_at as at, x.total, true as is_read from first f cross join lateral (
    select read_at, total from reading where meter_id = f.id and voided_at is null and read_at >= f.at order by read_at limit :most
) x
union all select s.id, s.at, s.total, false from shown s join first f on f.id = s.id and s.at >= f.at
order by 1, 2, 3
""")


_AROUND = sa.text("""
with first as (select coalesce(
    (select max(b.read_at) from reading b where b.meter_id = :id and b.voided_at is null and b.read_at <= :since), '-infinity'
) as at)
select b.read_at as at, b.total
from (select unnest(cast(:moments as timestamptz[])) as at union all select 'infinity') m cross join lateral (
    (select read_at, total from reading where meter_id = :id and voided_at is null and read_at <= m.at
        order by read_at desc, total desc limit 1)
    union all
    (select read_at, total from reading where meter_id = :id and voided_at is null and read_at > m.at order by read_at, total limit 1)
) b where b.read_at >= (select at from first) group by 1, 2
""")


@dataclass
class _Line:
    """A meter's readings, and what it showed at its resets."""

    read: list[Point] = field(default_factory=list)
    reset: list[Point] = field(default_factory=list)

    def since(self, moment: datetime) -> tuple[Point, ...]:
        begin = max((point.at for point in self.read if point.at <= moment), default=None)
        points = sorted([*self.read, *self.reset], key=lambda point: (point.at, point.total))
        return tuple(points) if begin is None else tuple(point for point in points if point.at >= begin)


async def read(session: ReadSession, asked: Mapping[UUID, Asked]) -> dict[UUID, MeterFacts]:
    """By plan. A meter with a great many readings is read for each of its plans, around what matters to that."""
    if not asked:
        return {}
    since: dict[UUID, datetime] = {}
    for one in asked.values():
        since[one.meter_id] = min(one.since, since.get(one.meter_id, one.since))
    meters = {row.id: row for row in await session.execute(_METERS, {"ids": list(since)})}
    lines = await _lines(session, since)
    found: dict[UUID, MeterFacts] = {}
    for plan_id, one in asked.items():
        meter, line = meters[one.meter_id], lines[one.meter_id]
        if len(line.read) > MOST_POINTS:
            line = _Line(await _around(session, one), line.reset)
        found[plan_id] = MeterFacts(meter.unit, meter.per_day, line.since(one.since))
    return found


async def _around(session: ReadSession, one: Asked) -> list[Point]:
    values = {"id": one.meter_id, "since": one.since, "moments": [one.since, *one.moments]}
    return [Point(row.at, float(row.total)) for row in await session.execute(_AROUND, values)]


async def _lines(session: ReadSession, since: Mapping[UUID, datetime]) -> dict[UUID, _Line]:
    lines = {meter_id: _Line() for meter_id in since}
    values = {"ids": list(since), "since": list(since.values()), "most": MOST_POINTS + 1}
    for row in await session.execute(_READINGS, values):
        line = lines[row.id]
        (line.read if row.is_read else line.reset).append(Point(row.at, float(row.total)))
    return lines
