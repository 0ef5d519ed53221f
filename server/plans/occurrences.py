"""One date of a plan: moved, given to somebody, or left out. The rule and the other dates stay."""

from datetime import datetime, timedelta
from typing import Any

from server.audit import service as audit
from server.core import clock
from server.core.access import Actor
from server.core.database import Session
from server.core.errors import Invalid
from server.equipment import service as equipment
from server.plans import repository, scheduling
from server.plans.errors import (
    MovePastNeighbour,
    OccurrenceHasJob,
    OccurrenceIsForecast,
    OccurrenceSettled,
    OccurrenceUnknown,
    PlanTechnicianUnfit,
)
from server.plans.kept import keep_reason, reason_of
from server.plans.models import Plan, PlanOccurrence
from server.plans.organisation import need
from server.plans.outlook import Outlook
from server.plans.settling import count_on
from server.plans.timeline import Timeline
from shared_models.permissions import Permission
from shared_models.plans.commands import AssignOccurrence, MoveOccurrence, OnOccurrence, SkipOccurrence
from shared_models.plans.planning import Outcome, ReferenceKind
from shared_models.plans.rows import OccurrenceState

_YEARS = (2000, 2200)
_LATER = timedelta(days=365 * 5)


async def move(session: Session, actor: Actor, cmd: MoveOccurrence) -> Plan:
    """An open job moves with its date. Back to `original_due`, the date follows the rule again."""
    plan, outlook, times = await _take(session, actor, cmd)
    row = await _row(session, plan, outlook, times, cmd)
    if not _YEARS[0] <= cmd.to.year <= _YEARS[1]:
        raise Invalid(field="to")
    if outlook.rule.is_series:
        _ensure_between(plan, outlook, times, row, cmd.to)
    before = _told(row)
    _put(plan, outlook, row, cmd.to.replace(second=0, microsecond=0))
    if row.state is OccurrenceState.open:
        if row.due_at > clock.now() and not row.missed:
            plan.ignored_since = None
        await _move_job(session, actor, plan, row, before, cmd.occurred_at)
    return await _record(session, actor, "plan.occurrence_moved", plan, row, before, cmd)


def _put(plan: Plan, outlook: Outlook, row: PlanOccurrence, to: datetime) -> None:
    is_back = to == row.original_due
    row.due, row.due_at = to, outlook.instant(to)
    reason = reason_of(plan)
    if reason is not None and (row.state is OccurrenceState.open or not outlook.rule.is_series):
        moved = {"due": to, "moved_from": None if is_back else row.original_due}
        keep_reason(plan, reason.by_rule() if is_back and row.state is OccurrenceState.planned else reason.model_copy(update=moved))


def _ensure_between(plan: Plan, outlook: Outlook, times: Timeline, row: PlanOccurrence, to: datetime) -> None:
    """Dates of a series keep their order, so that none is overtaken and lost."""
    before: datetime | None = times.open.due if times.open is not None and times.open is not row else None
    for date in scheduling.unsettled(outlook, times, scheduling.anchor(plan, times.open)):
        if date.original_due > row.original_due:
            if to >= date.due:
                raise MovePastNeighbour(day=date.due.date())
            break
        if date.original_due < row.original_due:
            before = date.due
    if before is not None and to <= before:
        raise MovePastNeighbour(day=before.date())


async def _move_job(session: Session, actor: Actor, plan: Plan, row: PlanOccurrence, before: dict[str, Any], at: datetime) -> None:
    if row.intervention_id is None:
        return
    reason = reason_of(plan)
    await repository.move_job(session, row.intervention_id, row.due, row.due_at, reason.model_dump_json() if reason else None, clock.now())
    changes = {"due_local": [before["due"], row.due]}
    await audit.record_made(session, actor, "intervention.rescheduled", "maintenance_interventions", [
        audit.Made(row.intervention_id, plan.site_id, changes, at),
    ])  # fmt: skip


async def assign(session: Session, actor: Actor, cmd: AssignOccurrence) -> Plan:
    """This date's technician, before the plan's own; an open job is given to him too."""
    plan, outlook, times = await _take(session, actor, cmd)
    row = await _row(session, plan, outlook, times, cmd)
    if cmd.technician_id is not None and not await repository.fits(session, "person", cmd.technician_id, plan.site_id):
        raise PlanTechnicianUnfit(field="technician_id")
    before = _told(row)
    row.assigned_technician_id = cmd.technician_id
    if row.state is OccurrenceState.open and row.intervention_id is not None:
        technician = cmd.technician_id or plan.assigned_technician_id
        await repository.assign_job(session, row.intervention_id, technician, clock.now())
        changes = {"assigned_technician_id": [before["assigned_technician_id"], technician]}
        await audit.record_made(session, actor, "intervention.assigned", "maintenance_interventions", [
            audit.Made(row.intervention_id, plan.site_id, changes, cmd.occurred_at),
        ])  # fmt: skip
    return await _record(session, actor, "plan.occurrence_assigned", plan, row, before, cmd)


async def skip(session: Session, actor: Actor, cmd: SkipOccurrence) -> Plan:
    """A date that has its job is left out by cancelling the job."""
    plan, outlook, times = await _take(session, actor, cmd)
    row = await _row(session, plan, outlook, times, cmd)
    if row.state is OccurrenceState.open:
        raise OccurrenceHasJob(number=await repository.open_job_number(session, plan.id))
    before = _told(row)
    row.state, row.outcome, row.reason = OccurrenceState.skipped, Outcome.skipped, cmd.reason
    if not outlook.rule.is_series:
        count_on(plan, row, outlook, clock.now(), ReferenceKind.skipped)
    return await _record(session, actor, "plan.occurrence_skipped", plan, row, before, cmd)


# --- which date


async def _take(session: Session, actor: Actor, cmd: OnOccurrence) -> tuple[Plan, Outlook, Timeline]:
    need(actor, Permission.maintenance_write)
    await repository.lock_open_job(session, cmd.plan_id)
    plan = await repository.get_visible(session, actor, cmd.plan_id)
    await equipment.get_visible(session, actor, plan.equipment_id)
    known = await scheduling.look(session, plan)
    return plan, known.outlook, known.times


async def _row(session: Session, plan: Plan, outlook: Outlook, times: Timeline, cmd: OnOccurrence) -> PlanOccurrence:
    """The row of the date that the command names; a later date of a series gets one."""
    if times.open is not None and times.open.original_due == cmd.original_due:
        return times.open
    if (row := times.planned.get(cmd.original_due)) is not None:
        return row
    if await repository.occurrence(session, plan.id, cmd.original_due) is not None:
        raise OccurrenceSettled
    if not outlook.rule.is_series:
        raise OccurrenceIsForecast if cmd.original_due in plan.upcoming else OccurrenceUnknown(field="original_due")
    after = scheduling.anchor(plan, times.open)
    too_far = outlook.local(clock.now()) + _LATER
    if (after is not None and cmd.original_due <= after) or cmd.original_due > too_far or not outlook.is_of_series(cmd.original_due):
        raise OccurrenceUnknown(field="original_due")
    row = PlanOccurrence(
        plan_id=plan.id, original_due=cmd.original_due, due=cmd.original_due, due_at=outlook.instant(cmd.original_due)
    )  # fmt: skip
    session.add(row)
    times.planned[cmd.original_due] = row
    return row


def _told(row: PlanOccurrence) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("original_due", "due", "state", "assigned_technician_id", "reason")}


async def _record(
    session: Session, actor: Actor, action: str, plan: Plan, row: PlanOccurrence, before: dict[str, Any], cmd: OnOccurrence
) -> Plan:  # fmt: skip
    after = _told(row) | {"date": row.original_due}
    await session.flush()
    await scheduling.replan(session, plan)
    await audit.record(session, actor, action, plan, before=before, after=after, occurred_at=cmd.occurred_at)
    return plan
