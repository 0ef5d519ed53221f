"""All that plans' dates follow from, read for many plans at once: their sites' clocks, their dates, and what their meters show."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import chain
from typing import Any, cast
from uuid import UUID

from server.core import clock
from server.core.database import ReadSession
from server.core.zones import clock_of
from server.plans import machines, readings, repository
from server.plans.machines import History
from server.plans.readings import Asked, MeterFacts
from server.plans.wall import SiteClock
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
    meters = await readings.read(
        session, {plan.id: _asked(plan, clocks[plan.id], moments, dates.of[plan.id]) for plan in plans if plan.meter_id}
    )
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
    """From which date on those that have ended are of interest: their identities are taken, and of a series, they are over."""
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
    counted = rows.values() if is_asked else [current] if current else []
    return min((min(row.due, row.original_due) for row in counted), default=None)


def _asked(plan: PlanRow, where: SiteClock, moments: Iterable[datetime], rows: Mapping[datetime, OccurrenceRow]) -> Asked:
    """The instants at which the plan's dates need the meter's total: its last completion, its reference, and its next date."""
    instants, now, ref = list(moments), clock.now(), plan.reference
    if ref is not None:
        instants += [where.instant(ref.at), *(row.done_at for row in rows.values() if row.done_at and ref.kind is ReferenceKind.done)]
    if (reason := plan.reason) is not None:
        earliest = min(instants, default=now)
        for due in (reason.by_rule().due, reason.due):  # reached some time that day, it is the same day when it is looked at again
            end_of_day = datetime.combine(due.date(), time.max)
            instants.append(where.instant(end_of_day) if reason.is_reached else max(where.instant(due), earliest))
    if plan.meter is not None and plan.meter.at is not None:  # what comes after it may have passed what is counted from a later date
        instants.append(where.instant(plan.meter.at))
    since = min([*instants, now])
    return Asked(cast("UUID", plan.meter_id), since, chain(instants, [now], moments_between(plan.rule(), where, since, now)))
