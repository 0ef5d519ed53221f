"""All that plans' dates follow from, read for many plans at once: their sites' clocks, their dates, and what their meters show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.core import clock
from server.core.database import ReadSession, Session
from server.core.zones import clock_of
from server.plans import repository
from server.plans.kept import reason_of, reference_of, rule
from server.plans.models import Plan, PlanOccurrence
from server.plans.outlook import Outlook, moments_between
from server.plans.repository import LIVE, MeterFacts
from server.plans.timeline import Timeline
from server.plans.wall import instant_of
from shared_models.meters.metering import Point
from shared_models.plans.fields import PlanFields, rule_of
from shared_models.plans.planning import PlanRule, ReferenceKind


@dataclass(frozen=True)
class Facts:
    """`done_at`: when the plan was last done; asked for plans with a meter only. `is_archived`: its machine."""

    outlook: Outlook
    times: Timeline
    done_at: datetime | None
    is_archived: bool


@dataclass(frozen=True)
class Asked:
    """Whose readings are wanted, from when on, and which moments matter; these are worked out only where there are too many readings."""

    meter_id: UUID
    since: datetime
    moments: Iterable[datetime]


async def gather(session: Session, plans: Sequence[Plan], *moments: datetime) -> dict[UUID, Facts]:
    """`moments` matter beside each plan's reference and next date. The plans are locked and flushed."""
    places = {row.id: row for row in await session.execute(_PLACES, {"ids": [plan.id for plan in plans]})}
    zones = {plan_id: clock_of(place.time_zone, place.clock) for plan_id, place in places.items()}
    done = await _last_done(session, [plan.id for plan in plans if plan.meter_id])
    asked = {plan.id: _asked(plan, zones[plan.id], moments, done.get(plan.id)) for plan in plans if plan.meter_id}
    meters = await _meters(session, asked)
    times = await _timelines(session, plans)
    looks = {plan.id: _outlook(rule(plan), zones[plan.id], meters.get(plan.id)) for plan in plans}
    return {plan.id: Facts(looks[plan.id], times[plan.id], done.get(plan.id), is_archived=places[plan.id].is_archived) for plan in plans}


def _outlook(rule: PlanRule, zone: ZoneInfo, meter: MeterFacts | None) -> Outlook:
    return Outlook(rule, zone, meter.unit, meter.per_day, meter.points) if meter else Outlook(rule, zone)


async def look_at_fields(session: ReadSession, fields: PlanFields, site_id: UUID, *moments: datetime) -> Outlook:
    """The same for a plan that is not written yet."""
    made, now = rule_of(fields), clock.now()
    zone = await repository.site_zone(session, site_id)
    told = [*moments, now]
    meter = await repository.meter_facts(session, fields.meter_id, min(told), chain(told, moments_between(made, zone, min(told), now)))
    return _outlook(made, zone, meter)


def _asked(plan: Plan, zone: ZoneInfo, moments: Iterable[datetime], done_at: datetime | None) -> Asked:
    """The instants at which the plan's dates need the meter's total: its last completion, its reference, and its next date."""
    told, now = list(moments), clock.now()
    if plan.reference:
        ref = reference_of(plan)
        told += [instant_of(ref.at, zone), *([done_at] if done_at is not None and ref.kind is ReferenceKind.done else [])]
    if (reason := reason_of(plan)) is not None:
        earliest = min(told, default=now)
        told += [max(instant_of(due, zone), earliest) for due in (reason.by_rule().due, reason.due)]
    since = min([*told, now])
    days = moments_between(rule(plan), zone, since, now)
    return Asked(cast("UUID", plan.meter_id), since, chain(told, [now], days))


# --- sites and dates


_PLACES = sa.text("""
select p.id, s.time_zone, s.clock, e.archived_at is not null as is_archived
from scheduled_maintenances p join equipment e on e.id = p.equipment_id join sites s on s.id = p.site_id where p.id = any(:ids)
""")
_LAST_DONE = sa.text("select plan_id, max(done_at) as at from plan_occurrence where plan_id = any(:ids) and done_at is not null group by 1")


async def _last_done(session: ReadSession, plan_ids: list[UUID]) -> dict[UUID, datetime]:
    if not plan_ids:
        return {}
    return {row.plan_id: row.at for row in await session.execute(_LAST_DONE, {"ids": plan_ids})}


_ENDED = sa.text("""
select a.id, o.original_due from unnest(cast(:ids as uuid[]), cast(:since as timestamp[])) a(id, since)
join plan_occurrence o on o.plan_id = a.id and o.original_due >= a.since and o.state not in ('planned', 'open')
""")


async def _timelines(session: Session, plans: Sequence[Plan]) -> dict[UUID, Timeline]:
    """Of a series, the dates that have ended before its reference are of no interest any more; elsewhere none is."""
    found = {plan.id: Timeline() for plan in plans}
    live = select(PlanOccurrence).where(col(PlanOccurrence.plan_id).in_(list(found)), col(PlanOccurrence.state).in_(LIVE))
    for row in await session.scalars(live.execution_options(populate_existing=True)):
        found[row.plan_id].add(row)
    since = {plan.id: reference_of(plan).at for plan in plans if plan.reference and rule(plan).is_series}
    if since:
        for ended in await session.execute(_ENDED, {"ids": list(since), "since": list(since.values())}):
            found[ended.id].settled.add(ended.original_due)
    return found


# --- meters

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


@dataclass
class _Line:
    """A meter's points, and which of them are readings."""

    points: list[Point] = field(default_factory=list)
    read: list[datetime] = field(default_factory=list)

    def since(self, moment: datetime) -> tuple[Point, ...]:
        begin = max((at for at in self.read if at <= moment), default=None)
        return tuple(self.points) if begin is None else tuple(point for point in self.points if point.at >= begin)


async def _meters(session: ReadSession, asked: dict[UUID, Asked]) -> dict[UUID, MeterFacts]:
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
        if len(line.read) > repository.MOST_POINTS:
            found[plan_id] = await repository.meter_facts(session, one.meter_id, one.since, one.moments)
        else:
            found[plan_id] = MeterFacts(meter.unit, meter.per_day, line.since(one.since))
    return found


async def _lines(session: ReadSession, since: dict[UUID, datetime]) -> dict[UUID, _Line]:
    lines = {meter_id: _Line() for meter_id in since}
    values = {"ids": list(since), "since": list(since.values()), "most": repository.MOST_POINTS + 1}
    for row in await session.execute(_READINGS, values):
        lines[row.id].points.append(Point(row.at, float(row.total)))
        if row.is_read:
            lines[row.id].read.append(row.at)
    return lines
