"""Plans as the database has them: taken as courses that rules can change, and kept as far as these have changed them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from server.core.access import SYSTEM, Actor
from server.core.clock import now
from server.core.consequences import tell
from server.core.database import Session
from server.core.kept import columns_of, seen, stored_over
from server.plans import repository
from server.plans.consequences import JobsRedated
from server.plans.facts import Taken, gather
from server.plans.models import Plan
from shared_models.plans.course import LIVE
from shared_models.plans.planning import DueReason, MeterView, Reference
from shared_models.plans.rows import OccurrenceState, PlanRow
from shared_models.plans.scheduling import replan as plan_anew

_PARSED: dict[str, type[BaseModel]] = {"reference": Reference, "reason": DueReason, "meter": MeterView}
_COLUMNS = [name for name in PlanRow.model_fields if name in Plan.model_fields]


def row_of(plan: Plan) -> PlanRow:
    """In the devices' shape, but for its dates."""
    row = seen(PlanRow, plan, occurrences=[])
    return row.model_copy(update={name: model.model_validate(value) for name, model in _PARSED.items() if (value := getattr(plan, name))})


def new_plan(course: Taken, *, created_by: UUID | None) -> Plan:
    return Plan(**columns_of(Plan, course.plan), created_by=created_by)


async def courses(session: Session, plans: Sequence[Plan], *moments: datetime, ended: Sequence[Any] = ()) -> dict[UUID, Taken]:
    found = await gather(session, [row_of(plan) for plan in plans], *moments, ended=ended)
    for plan in plans:
        found[plan.id].generate_at, found[plan.id].refresh_at = plan.generate_at, plan.refresh_at
    return found


async def replan(session: Session, *plans: Plan) -> None:
    """Work out everything that follows from the plans' rules, their references, their meters, their sites' clocks, and the present."""
    known = await courses(session, plans)
    for course in known.values():
        plan_anew(course)
    await keep(session, SYSTEM, [(plan, known[plan.id]) for plan in plans])


async def keep(session: Session, actor: Actor, kept: Sequence[tuple[Plan, Taken]]) -> None:
    """One statement for the columns of a plan, two for the dates of all of them."""
    written: list[repository.Date] = []
    gone: list[UUID] = []
    redated: list[tuple[UUID, datetime]] = []
    for plan, course in kept:
        _keep_columns(plan, course)
        gone += [row.id for date, (row, _) in course.stored.items() if date not in course.rows]
        for row in course.rows.values():
            known, at = course.stored.get(row.original_due, (None, None))
            due_at = course.outlook.instant(row.due) if known is None or known.state in LIVE or at is None else at
            if row is not known or due_at != at:
                written.append(repository.Date(plan.id, row, due_at))
            is_redated = known is not None and row.due == known.due and due_at != at and row.state is OccurrenceState.open
            if is_redated and row.intervention_id is not None:
                redated.append((row.intervention_id, due_at))
    await session.flush()
    if redated:
        await tell(session, actor, JobsRedated(redated))
    for consequence in chain.from_iterable(course.then for _, course in kept):
        await tell(session, actor, consequence)
    await repository.delete_dates(session, gone)
    await repository.write_dates(session, written)


def _keep_columns(plan: Plan, course: Taken) -> None:
    for name in _COLUMNS:
        value, was = getattr(course.plan, name), getattr(course.was, name, None)
        if value is not was and value != was:
            setattr(plan, name, stored_over(getattr(plan, name), value))
    if course.was is not None and course.was.version != course.plan.version:
        plan.updated_at = now()
    plan.generate_at, plan.refresh_at = course.generate_at, course.refresh_at
