"""Plans whose time has come, hundreds at once: what is decided of each, and its dates and columns as they are then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from server.core import clock
from server.core.database import Session
from server.core.kept import written
from server.core.zones import clock_of
from server.plans import machines, repository
from server.plans.facts import Dates
from server.plans.models import Plan
from server.plans.repository import Date
from server.plans.wall import SiteClock
from shared_models.ids import uuid7
from shared_models.plans.course import PlanDate
from shared_models.plans.deciding import Decision, Waiting, decide
from shared_models.plans.fields import rule_of
from shared_models.plans.outlook import Outlook
from shared_models.plans.planning import MeterView, Outcome, Reference
from shared_models.plans.rows import OccurrenceRow, OccurrenceState
from shared_models.plans.scheduling import OUT_OF_SERVICE


@dataclass(frozen=True)
class Decided:
    plan: Plan
    zone: ZoneInfo
    waiting: Waiting
    what: Decision


async def decided(session: Session, plans: Sequence[Plan]) -> list[Decided]:
    now, places = clock.now(), await machines.places(session, plans)
    references = {plan.id: Reference.model_validate(plan.reference) for plan in plans}
    dates = Dates(references)
    dates.add(await repository.live_dates(session, list(references), []))
    dates.add(await repository.ended_dates(session, {plan.id: references[plan.id].at for plan in plans if rule_of(plan).is_series}))
    found = []
    for plan in plans:
        place, view = places[plan.id], MeterView.model_validate(plan.meter) if plan.meter else None
        zone = clock_of(place.time_zone, place.clock)
        outlook = Outlook(rule_of(plan), SiteClock(zone), per_day=view.per_day if view else None)
        waiting = Waiting(outlook, references[plan.id], dates.of[plan.id], works=place.works, horizon_days=plan.horizon_days)
        # Of an archived machine, the dates go when it is looked at again.
        found.append(Decided(plan, zone, waiting, Decision(refresh_at=now) if place.is_archived else decide(waiting, now)))
    return found


async def keep_decided(session: Session, found: Sequence[Decided], job_ids: Sequence[UUID]) -> None:
    """`job_ids` are those of the jobs of what was decided, in the same order."""
    ids = iter(job_ids)
    await repository.write_dates(session, [date for each in found for date in _dates(each, next(ids) if each.what.job else None)])
    await repository.write_decided(session, [_columns(each) for each in found])


def _dates(each: Decided, job_id: UUID | None) -> Iterator[Date]:
    job, is_missed = each.what.job, each.what.job is not None
    state, outcome = (OccurrenceState.missed, Outcome.missed) if is_missed else (OccurrenceState.skipped, Outcome.skipped)
    for date in each.what.passed:
        yield _date(each, date, state=state, outcome=outcome, reason="" if is_missed else OUT_OF_SERVICE)
    if job is not None:
        yield _date(each, job.date, state=OccurrenceState.open, intervention_id=job_id, missed=job.missed)
    elif each.what.next is not None:
        yield _date(each, each.what.next)


def _date(each: Decided, date: PlanDate, **changes: Any) -> Date:
    row = each.waiting.rows.get(date.original_due) or OccurrenceRow.model_construct(
        id=uuid7(), original_due=date.original_due, due=date.due, state=OccurrenceState.planned
    )  # fmt: skip
    return Date(each.plan.id, row.model_copy(update=changes), date.due_at)


def _columns(each: Decided) -> tuple[Any, ...]:
    what = each.what
    date, reason = (what.job.date, what.job.reason) if what.job else (what.next, what.reason)
    return (
        each.plan.id, written(what.reference), written(reason),
        date.due if date else None, date.due_at if date else None, date.original_due if date and what.passed else None, what.generate_at,
        what.refresh_at,
    )  # fmt: skip
