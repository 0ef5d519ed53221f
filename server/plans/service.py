"""What planners do to plans, and what plans hear of others: of their jobs, their meters, the time.

A job's row is locked before its plan, a plan before its dates. `version` counts what planners change: dates that move on by
themselves do not make somebody's edit stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

import server.plans.following  # noqa: F401 - hears of machines and sites
from server.audit import service as audit
from server.core import clock
from server.core.access import Actor
from server.core.commands import carries_out
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, Invalid
from server.core.times import ImplausibleTime
from server.equipment import service as equipment
from server.equipment.models import Equipment
from server.plans import deciding, organisation, repository, wording
from server.plans.asked import AskedPlan
from server.plans.errors import ChecklistUnfit, MeterUnfit, PlanPartUnfit, PlanTeamUnfit, PlanTechnicianUnfit, PlanTypeUnfit
from server.plans.facts import Taken, gather
from server.plans.kept import courses, keep, new_plan, replan, row_of
from server.plans.models import Plan
from server.plans.wall import local_of
from shared_models.ids import uuid7
from shared_models.inventory.quantities import has_more_decimals
from shared_models.inventory.refusals import QuantityTooFine
from shared_models.plans import rules
from shared_models.plans.commands import (
    AssignOccurrence,
    CreatePlan,
    GeneratePlan,
    MoveOccurrence,
    OnOccurrence,
    OnPlan,
    SetPlanActive,
    SkipOccurrence,
    UpdatePlan,
)
from shared_models.plans.course import LIVE
from shared_models.plans.fields import PlanFields
from shared_models.plans.following import JobChange, after_job
from shared_models.plans.jobs import JobReopened
from shared_models.plans.rows import OccurrenceRow, OccurrenceState, PreviewItem
from shared_models.rules import rule_of

PREVIEWED = 12
LATER = timedelta(days=1)
"""Until somebody has mended a plan that cannot be read."""
_log = structlog.get_logger(__name__)
_ABOUT_TODAY = timedelta(days=1)  # wherever the site is

write_type = organisation.write_type
write_team = organisation.write_team
put_off = repository.put_off
lock_due = repository.lock_due
zone_of_site = repository.site_zone
decided = deciding.decided
keep_decided = deciding.keep_decided


@carries_out(CreatePlan)
async def create(session: Session, actor: Actor, cmd: CreatePlan) -> Plan:
    if await repository.id_is_taken(session, Plan, cmd.plan_id):
        raise AlreadyExists(field="plan_id")
    machine = await equipment.get_visible(session, actor, cmd.equipment_id, for_update=True)
    await _check(session, cmd, machine)
    row = rules.blank(cmd, cmd.plan_id, machine.site_id)
    course = (await gather(session, [row], _since(cmd)))[row.id]
    made = _ruled(course, cmd, actor)
    plan = new_plan(made, created_by=actor.by.account)
    session.add(plan)
    await keep(session, actor, [(plan, made)])
    await audit.record(session, actor, "plan.created", plan, before={}, after=_recorded(plan), occurred_at=cmd.occurred_at)
    return plan


async def create_asked(session: Session, actor: Actor, cmd: AskedPlan) -> None:
    due = cmd.next_due_date
    if due is not None and due.tzinfo is not None:
        machine = await equipment.get_visible(session, actor, cmd.equipment_id)
        due = local_of(due, await repository.site_zone(session, machine.site_id))
    try:
        command = cmd.as_command(due=due)
    except ValidationError as error:  # on the site's wall it is another year
        raise ImplausibleTime(field="next_due_date") from error
    await create(session, actor, command)
    if not cmd.is_active:
        await carry_out(session, actor, SetPlanActive(plan_id=cmd.plan_id, is_active=False, occurred_at=cmd.occurred_at))


@carries_out(OnPlan)
async def carry_out(session: Session, actor: Actor, cmd: OnPlan) -> Plan:
    """What is done to one plan, or to a date of it."""
    number = None if isinstance(cmd, SetPlanActive) else await repository.lock_open_job(session, cmd.plan_id)
    plan = await repository.get_visible(session, actor, cmd.plan_id)
    before = _recorded(plan)
    course = replace(await _course(session, actor, plan, cmd), number=number)
    changed = _ruled(course, cmd, actor)
    await _check_named(session, actor, plan, cmd)
    await keep(session, actor, [(plan, changed)])
    was, now_is = _date_trace(cmd, course, changed) or (before, _recorded(plan))
    done = "resumed" if isinstance(cmd, SetPlanActive) and cmd.is_active else cmd.done
    await audit.record(session, actor, f"plan.{done}", plan, before=was, after=now_is, occurred_at=cmd.occurred_at)
    return plan


async def _course(session: Session, actor: Actor, plan: Plan, cmd: OnPlan) -> Taken:
    """The plan's, with what the command's rule has to know."""
    ended: Sequence[Any] = ()
    if isinstance(cmd, UpdatePlan):
        return await _course_anew(session, actor, plan, cmd)
    if isinstance(cmd, OnOccurrence):
        await equipment.get_visible(session, actor, plan.equipment_id)
        ended = [row for row in await repository.named_date(session, plan.id, cmd.original_due) if row.state not in LIVE]
    return (await courses(session, [plan], ended=ended))[plan.id]


async def _course_anew(session: Session, actor: Actor, plan: Plan, cmd: UpdatePlan) -> Taken:
    """By the rule, the meter and the machine that the plan is to have."""
    machine, row = await equipment.get_visible(session, actor, cmd.equipment_id), row_of(plan)
    series_until = row.reference.at if row.rule().is_series else None
    ended = await repository.last_ended(session, plan.id, series_until) if rules.counts_anew(row, cmd) else ()
    moments = [date.done_at or date.due_at for date in ended]
    asked = row.model_copy(update=rules.chosen(cmd) | {"site_id": machine.site_id})
    course = (await gather(session, [asked], _since(cmd), *moments, ended=ended))[plan.id]
    return replace(course, plan=row, was=row, site_id=machine.site_id)


async def _check_named(session: Session, actor: Actor, plan: Plan, cmd: OnPlan) -> None:
    if isinstance(cmd, UpdatePlan):
        await _check(session, cmd, await equipment.get_visible(session, actor, cmd.equipment_id), former=plan)
    technician = cmd.technician_id if isinstance(cmd, AssignOccurrence) else None
    if technician is not None and not await repository.fits(session, "technician", technician, plan.site_id):
        raise PlanTechnicianUnfit(field="technician_id")


async def preview(session: ReadSession, actor: Actor, fields: PlanFields) -> list[PreviewItem]:
    """The next twelve dates of a plan with these fields, each with its reason."""
    machine = await equipment.get_visible(session, actor, fields.equipment_id)
    await _check(session, fields, machine)
    row = rules.blank(fields, uuid7(), machine.site_id)
    outlook = (await gather(session, [row], _since(fields)))[row.id].outlook
    return [
        PreviewItem(due=reason.due, due_at=outlook.instant(reason.due), reason=reason, sentence=wording.sentence(reason, actor.lang))
        for reason in islice(outlook.forecast(rules.first_counted_from(fields, outlook, clock.now())), PREVIEWED)
    ]


# --- what others tell plans


async def follow_job(session: Session, actor: Actor, change: JobChange) -> None:
    """The job of one of a plan's dates is closed, cancelled or returned, in the same transaction; whoever tells of it has locked it."""
    await session.flush()
    plan = await repository.lock(session, change.plan_id)
    dates = await repository.date_of_job(session, change.job.id)
    if not dates:
        return
    row, reason, ended = row_of(plan), change.job.due_reason, [date for date in dates if date.state not in LIVE]
    moments = [] if isinstance(change, JobReopened) else [change.at]
    asked = row.model_copy(update={"reference": reason.reference, "reason": reason}) if reason and not moments else row
    course = (await gather(session, [asked], *moments, ended=ended))[plan.id]
    course = replace(course, plan=row, was=row, generate_at=plan.generate_at, refresh_at=plan.refresh_at)
    await keep(session, actor, [(plan, after_job(course, change))])


async def meter_changed(session: Session, meter_id: UUID) -> None:
    """The meter has another reading, reset or use per day: its plans' dates follow. Open jobs stay as they are."""
    await session.flush()
    await replan(session, *await repository.lock_of_meter(session, meter_id))


@dataclass
class Refreshed:
    looked_at: int = 0
    site_ids: set[UUID] = field(default_factory=set)


async def refresh_due(session: Session, *, limit: int) -> Refreshed:
    """Look again at plans whose time has come: dates further ahead, dates that passed, another clock of the site.

    One that cannot be read is put off for a day.
    """
    found = await repository.lock_to_refresh(session, clock.now(), limit)
    site_ids = {plan.site_id for plan in found}
    await _refresh(session, found)
    return Refreshed(len(found), site_ids)


async def _refresh(session: Session, plans: list[Plan]) -> None:
    """All at once; where that fails, one by one."""
    ids = [plan.id for plan in plans]
    try:
        async with session.begin_nested():
            await replan(session, *plans)
    except Exception:  # noqa: BLE001 - whatever is wrong with one of them, the others go on
        if len(ids) > 1:
            for plan_id in ids:
                await _refresh(session, [await repository.lock(session, plan_id)])
            return
        _log.exception("plan.refresh_failed", plan_id=str(ids[0]))
        await put_off(session, ids[0], "refresh_at", clock.now() + LATER)


# --- inside


def _ruled(course: Taken, cmd: OnPlan, actor: Actor) -> Taken:
    by_rule = rule_of(type(cmd))
    assert by_rule is not None
    changed: Taken = by_rule(course, cmd, actor.by)
    return changed


def _recorded(plan: Plan) -> dict[str, Any]:
    derived = {"upcoming", "meter", "reason", "reference", "generate_at", "refresh_at"}
    return {name: value for name, value in audit.snapshot(plan).items() if name not in derived}


def _date_trace(cmd: OnPlan, before: Taken, after: Taken) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What the history tells of one date, or of a job that was asked for; None where it tells of the plan itself."""
    if isinstance(cmd, GeneratePlan):
        return {}, {"intervention_id": cmd.intervention_id}
    if not isinstance(cmd, OnOccurrence):
        return None
    fresh = OccurrenceRow(id=cmd.command_id, original_due=cmd.original_due, due=cmd.original_due, state=OccurrenceState.planned)
    rows = (each.rows.get(cmd.original_due, fresh) for each in (before, after))
    was, now_is = ({name: getattr(row, name) for name in _CHANGED[type(cmd)]} for row in rows)
    return was, now_is | {"date": cmd.original_due}


_CHANGED: dict[type[OnOccurrence], tuple[str, ...]] = {
    MoveOccurrence: ("due",), AssignOccurrence: ("assigned_technician_id",), SkipOccurrence: ("state", "reason"),
}  # fmt: skip
"""Of the date; what time has made of it besides is not the planner's doing."""


async def _check(session: ReadSession, fields: PlanFields, machine: Equipment, *, former: Plan | None = None) -> None:
    """What a plan names fits its machine; what it named before may have been retired since."""
    if fields.last_done_on is not None and fields.last_done_on > clock.now().date() + _ABOUT_TODAY:
        raise Invalid(field="last_done_on")

    async def check(name: str, refusal: type[Exception], what: str, of: UUID | None = None) -> None:
        named: UUID | None = getattr(fields, name)
        is_kept = former is not None and former.equipment_id == machine.id and getattr(former, name) == named
        if named is not None and not is_kept and not await repository.fits(session, what, named, of):
            raise refusal(field=name)  # type: ignore[call-arg]

    await check("maintenance_type_id", PlanTypeUnfit, "maintenance_type")
    await check("checklist_id", ChecklistUnfit, "checklist")
    await check("team_id", PlanTeamUnfit, "team", machine.site_id)
    await check("meter_id", MeterUnfit, "meter", machine.id)
    await check("assigned_technician_id", PlanTechnicianUnfit, "technician", machine.site_id)
    await _check_parts(session, fields, former)


async def _check_parts(session: ReadSession, fields: PlanFields, former: Plan | None) -> None:
    wanted = [part.part_id for part in fields.parts if part.part_id is not None]
    known = [part["part_id"] for part in former.parts if part.get("part_id")] if former else []
    decimals = await repository.parts_counted(session, wanted, [UUID(str(part_id)) for part_id in known]) if wanted else {}
    for place, part in enumerate(fields.parts):
        if part.part_id is None:
            continue
        if part.part_id not in decimals:
            raise PlanPartUnfit(field=f"parts.{place}.part_id")
        if has_more_decimals(part.quantity, decimals[part.part_id]):
            raise QuantityTooFine(field=f"parts.{place}.quantity", decimals=decimals[part.part_id])


def _since(fields: PlanFields) -> datetime:
    """From when on readings are needed: a day early, whatever the site's zone."""
    now = clock.now()
    return min(now, datetime.combine(fields.last_done_on, time(), now.tzinfo)) if fields.last_done_on else now
