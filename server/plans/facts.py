"""All that plans' dates follow from, read for many plans at once: their sites' clocks, their dates, and what their meters show."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import chain
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from server.core import clock
from server.core.database import ReadSession
from server.core.zones import clock_of
from server.plans import machines, repository
from server.plans.machines import History
from server.plans.repository import MeterFacts
from server.plans.wall import SiteClock
from shared_models.meters.metering import Point
from shared_models.plans.course import Course, open_of
from shared_models.plans.outlook import Outlook, moments_between
from shared_models.plans.planning import Outcome, ReferenceKind
from shared_models.plans.rows import OccurrenceRow, OccurrenceState, PlanRow


@dataclass
class Taken(Course):
    """A course, and what the database has of it: the plan as it `was`, and the instants of its dates."""

    was: PlanRow | None = None
    stored: Mapping[datetime, tuple[OccurrenceRow, datetime]] = field(default_factory=dict)


async def gather(session: ReadSession, plans: Sequence[PlanRow], *moments: datetime, ended: Sequence[Any] = ()) -> dict[UUID, Taken]:
    """The readings go back to each plan's reference and next date, or to the first of `moments`.

    The plans are locked and written. `ended` are records of dates that matter to whoever asks; then there is one plan.
    """
    places = await machines.places(session, plans)
    clocks = {plan.id: SiteClock(clock_of(places[plan.id].time_zone, places[plan.id].clock)) for plan in plans}
    dates = Dates(plan.id for plan in plans)
    dates.add(await repository.live_dates(session, [plan.id for plan in plans], [plan.id for plan in plans if plan.meter_id]))
    dates.add(ended)
    meters = await _meters(session, {plan.id: _asked(plan, clocks[plan.id], moments, dates.of[plan.id]) for plan in plans if plan.meter_id})
    looks = {plan.id: _outlook(plan, clocks[plan.id], meters.get(plan.id)) for plan in plans}
    since = {plan.id: _since(plan, looks[plan.id], moments, dates.of[plan.id]) for plan in plans}
    dates.add(await repository.ended_dates(session, since))
    changes = await machines.changes(session, {
        plan.id: (plan.equipment_id, looks[plan.id].instant(begun))
        for plan in plans if (begun := _begun(dates.of[plan.id], is_asked=bool(ended))) is not None
    })  # fmt: skip
    return {
        plan.id: Taken(
            plan, looks[plan.id], clock.now(), History(place.works, changes.get(plan.id, ())), dates.of[plan.id],
            works=place.works and not place.is_archived, is_archived=place.is_archived, was=plan, stored=dates.stored[plan.id],
        )
        for plan, place in ((plan, places[plan.id]) for plan in plans)
    }  # fmt: skip


def _outlook(plan: PlanRow, where: SiteClock, meter: MeterFacts | None) -> Outlook:
    made = plan.rule()
    return Outlook(made, where, meter.unit, meter.per_day, meter.points) if meter else Outlook(made, where)


# --- dates


class Dates:
    """Of each plan, by their identities."""

    def __init__(self, plan_ids: Iterable[UUID]) -> None:
        self.of: dict[UUID, dict[datetime, OccurrenceRow]] = {plan_id: {} for plan_id in plan_ids}
        self.stored: dict[UUID, dict[datetime, tuple[OccurrenceRow, datetime]]] = defaultdict(dict)

    def add(self, records: Iterable[Any]) -> None:
        """Nothing is validated: the database has."""
        for row in records:
            found = OccurrenceRow.model_construct(
                id=row.id, original_due=row.original_due, due=row.due, state=OccurrenceState(row.state),
                outcome=Outcome(row.outcome) if row.outcome else None, assigned_technician_id=row.assigned_technician_id,
                intervention_id=row.intervention_id, done_at=row.done_at, missed=row.missed, reason=row.reason,
            )  # fmt: skip
            self.of[row.plan_id][row.original_due] = found
            self.stored[row.plan_id][row.original_due] = (found, row.due_at)


def _since(plan: PlanRow, outlook: Outlook, moments: Iterable[datetime], rows: Mapping[datetime, OccurrenceRow]) -> datetime:
    """From which date on those that have ended are of interest: their identities are taken, and of a series, they are settled."""
    known = [outlook.local(clock.now()), *map(outlook.local, moments), *rows]
    if plan.reference is not None:
        known.append(plan.reference.at)
        if plan.reference.kind is ReferenceKind.start and not outlook.rule.is_series:
            known.append(outlook.rule.starts_at)
    known += [outlook.local(point.at) for point in outlook.points[:1]]
    return datetime.combine(min(known).date(), time())


def _begun(rows: Mapping[datetime, OccurrenceRow], *, is_asked: bool) -> datetime | None:
    """From when on it matters whether the machine was in service: since the date of the open job, or of one that may be open again."""
    current = open_of(rows)
    told = rows.values() if is_asked else [current] if current else []
    return min((min(row.due, row.original_due) for row in told), default=None)


# --- meters


@dataclass(frozen=True)
class Asked:
    """Whose readings are wanted, from when on, and which moments matter; these are worked out only where there are too many readings."""

    meter_id: UUID
    since: datetime
    moments: Iterable[datetime]


def _asked(plan: PlanRow, where: SiteClock, moments: Iterable[datetime], rows: Mapping[datetime, OccurrenceRow]) -> Asked:
    """The instants at which the plan's dates need the meter's total: its last completion, its reference, and its next date."""
    told, now, ref = list(moments), clock.now(), plan.reference
    if ref is not None:
        told += [where.instant(ref.at), *(row.done_at for row in rows.values() if row.done_at and ref.kind is ReferenceKind.done)]
    if (reason := plan.reason) is not None:
        earliest = min(told, default=now)
        told += [max(where.instant(due), earliest) for due in (reason.by_rule().due, reason.due)]
    since = min([*told, now])
    return Asked(cast("UUID", plan.meter_id), since, chain(told, [now], moments_between(plan.rule(), where, since, now)))


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
