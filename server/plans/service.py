"""What planners do to plans. REST and devices call the same verbs with the same commands.

A job's row is locked before its plan, a plan before its occurrences. `version` counts what planners change: dates that move on
by themselves do not make somebody's edit stale.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

import server.plans.following  # noqa: F401 - hears of machines and sites
from server.audit import service as audit
from server.core import clock
from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, Invalid
from server.core.times import ImplausibleTime
from server.core.versions import claim, touch
from server.equipment import service as equipment
from server.equipment.models import Equipment
from server.plans import occurrences, organisation, repository, scheduling, settling, wording
from server.plans.asked import AskedPlan
from server.plans.errors import ChecklistUnfit, MeterUnfit, PlanHasOpenJob, PlanTeamUnfit, PlanTechnicianUnfit, PlanTypeUnfit
from server.plans.facts import look_at_fields
from server.plans.kept import keep_reference, reference_of, rule
from server.plans.models import Plan
from server.plans.organisation import need
from server.plans.outlook import Outlook
from server.plans.scheduling import PAUSED, replan
from server.plans.wall import local_of
from shared_models.permissions import Permission
from shared_models.plans.commands import CreatePlan, SetPlanActive, UpdatePlan
from shared_models.plans.fields import PlanFields, rule_of
from shared_models.plans.planning import Reference, ReferenceKind
from shared_models.plans.recurrence import rrule
from shared_models.plans.rows import OccurrenceState, PreviewItem

PREVIEWED = 12
LATER = timedelta(days=1)
"""Until somebody has mended a plan that cannot be read."""
_log = structlog.get_logger(__name__)
_ABOUT_TODAY = timedelta(days=1)  # wherever the site is
_NOT_COLUMNS = {"command_id", "occurred_at", "type", "plan_id", "version", "starts_on", "due_time", "last_done_on", "last_done_total"}
_SCHEDULE = (
    "equipment_id", "frequency_type", "frequency_value", "weekdays", "week_of_month", "month_end", "basis", "starts_at", "meter_id",
    "limit_type", "limit_value",
)  # fmt: skip

write_type = organisation.write_type
write_team = organisation.write_team
move = occurrences.move
assign = occurrences.assign
skip = occurrences.skip
settle_completed = settling.completed
settle_cancelled = settling.cancelled
reopen = settling.reopened
put_off = repository.put_off


async def create(session: Session, actor: Actor, cmd: CreatePlan) -> Plan:
    """The first date is there when the plan is."""
    need(actor, Permission.maintenance_write)
    if await repository.id_is_taken(session, Plan, cmd.plan_id):
        raise AlreadyExists(field="plan_id")
    machine = await equipment.get_visible(session, actor, cmd.equipment_id, for_update=True)
    await _check(session, cmd, machine)
    plan = Plan(id=cmd.plan_id, site_id=machine.site_id, created_by=actor.user_id if actor.user_id.int else None, **_columns(cmd))
    now = clock.now()
    outlook = await look_at_fields(session, cmd, machine.site_id, _since(cmd, now))
    keep_reference(plan, outlook.counted_from(_told(cmd, outlook), now))
    session.add(plan)
    await session.flush()
    await replan(session, plan)
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
        await set_active(session, actor, SetPlanActive(plan_id=cmd.plan_id, is_active=False, occurred_at=cmd.occurred_at))


async def update(session: Session, actor: Actor, cmd: UpdatePlan) -> Plan:
    """A changed rule counts anew from the last completion; an open job stays as it was made."""
    need(actor, Permission.maintenance_write)
    plan = await repository.get_visible(session, actor, cmd.plan_id)
    claim(plan, cmd.version)
    machine = await equipment.get_visible(session, actor, cmd.equipment_id)
    await _check(session, cmd, machine, former=plan)
    if machine.id != plan.equipment_id:
        await ensure_no_open_job(session, plan)
    before, schedule, was_series = _recorded(plan), _schedule_of(plan), rule(plan).is_series
    for name, value in _columns(cmd).items():
        setattr(plan, name, value)
    plan.site_id = machine.site_id
    if _schedule_of(plan) != schedule or cmd.last_done_on is not None or cmd.last_done_total is not None:
        await _count_anew(session, plan, cmd, was_series=was_series)
    await session.flush()
    await replan(session, plan)
    await audit.record(session, actor, "plan.updated", plan, before=before, after=_recorded(plan), occurred_at=cmd.occurred_at)
    return plan


async def set_active(session: Session, actor: Actor, cmd: SetPlanActive) -> Plan:
    """What was due while the plan was paused is not made up for; a job that is open goes on."""
    need(actor, Permission.maintenance_write)
    plan = await repository.get_visible(session, actor, cmd.plan_id)
    before = _recorded(plan)
    resumes = cmd.is_active and not plan.is_active
    if resumes or not cmd.is_active:
        plan.is_active, plan.inactive_reason = cmd.is_active, "" if cmd.is_active else cmd.reason
    touch(plan)
    if resumes:
        known = await scheduling.look(session, plan)
        if not known.is_archived:
            scheduling.pass_over(session, plan, known, clock.now(), PAUSED)
    await session.flush()
    await replan(session, plan)
    action = "plan.resumed" if cmd.is_active else "plan.paused"
    await audit.record(session, actor, action, plan, before=before, after=_recorded(plan), occurred_at=cmd.occurred_at)
    return plan


async def preview(session: ReadSession, actor: Actor, fields: PlanFields) -> list[PreviewItem]:
    """The next twelve dates of a plan with these fields, each with its reason."""
    machine = await equipment.get_visible(session, actor, fields.equipment_id)
    await _check(session, fields, machine)
    now = clock.now()
    outlook = await look_at_fields(session, fields, machine.site_id, _since(fields, now))
    dates = outlook.forecast(outlook.counted_from(_told(fields, outlook), now))
    return [
        PreviewItem(due=reason.due, due_at=outlook.instant(reason.due), reason=reason, sentence=wording.sentence(reason, actor.lang))
        for reason, _ in zip(dates, range(PREVIEWED), strict=False)
    ]


async def take(session: Session, actor: Actor, plan_id: UUID) -> Plan:
    """Locked, for somebody who plans; what is to be looked at again is looked at first."""
    need(actor, Permission.maintenance_write)
    plan = await repository.get_visible(session, actor, plan_id)
    if plan.refresh_at is not None and plan.refresh_at <= clock.now():
        await replan(session, plan)
    return plan


# --- what others tell plans


async def meter_changed(session: Session, meter_id: UUID) -> None:
    """The meter has another reading, reset or use per day: its plans' dates follow. Open jobs stay as they are."""
    await session.flush()
    for plan in await repository.lock_of_meter(session, meter_id):
        await replan(session, plan)


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


async def ensure_no_open_job(session: ReadSession, plan: Plan) -> None:
    if (number := await repository.open_job_number(session, plan.id)) is not None:
        raise PlanHasOpenJob(number=number)


def _columns(fields: PlanFields) -> dict[str, Any]:
    values = fields.model_dump(exclude=_NOT_COLUMNS)
    values |= {"weekdays": sorted(set(fields.weekdays)), "starts_at": fields.starts_at}
    made = rule_of(fields)
    return values | {"rrule": rrule(made.calendar, fields.starts_on) if made.is_series and made.calendar else ""}


def _schedule_of(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in _SCHEDULE}


def _recorded(plan: Plan) -> dict[str, Any]:
    derived = {"upcoming", "meter", "reason", "reference", "generate_at", "refresh_at"}
    return {name: value for name, value in audit.snapshot(plan).items() if name not in derived}


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
    await check("assigned_technician_id", PlanTechnicianUnfit, "person", machine.site_id)


def _since(fields: PlanFields, now: datetime) -> datetime:
    """From when on readings are needed: a day early, whatever the site's zone."""
    return min(now, datetime.combine(fields.last_done_on, time(), now.tzinfo)) if fields.last_done_on else now


def _told(fields: PlanFields, outlook: Outlook) -> Reference | None:
    """What a planner knows of maintenance before the plan."""
    if fields.last_done_on is None and fields.last_done_total is None:
        return None
    day = fields.last_done_on or outlook.local(clock.now()).date()
    at = datetime.combine(day, time(23, 59) if outlook.rule.is_series else fields.due_time)
    total = fields.last_done_total if fields.last_done_total is not None else outlook.total_at(outlook.instant(at))
    total = total if outlook.rule.meter_interval else None
    return Reference(kind=ReferenceKind.done, at=at, total=total, is_read=fields.last_done_total is None)


async def _count_anew(session: Session, plan: Plan, cmd: UpdatePlan, *, was_series: bool) -> None:
    """An open job keeps the reference that it was made from, but a series goes on by its new rule from now on."""
    await scheduling.forget_planned(session, plan)
    now = clock.now()
    if await repository.open_job_number(session, plan.id) is not None:
        if rule(plan).is_series:
            zone = await repository.site_zone(session, plan.site_id)
            keep_reference(plan, Reference(kind=ReferenceKind.due, at=local_of(now, zone)))
        return
    last = await repository.last_settled(session, plan.id, reference_of(plan).at if was_series else None)
    known_at = [last.done_at or last.due_at] if last else []
    outlook = await look_at_fields(session, cmd, plan.site_id, _since(cmd, now), *known_at)
    settled = None
    if last is not None:
        at = last.done_at or last.due_at
        kind = ReferenceKind.done if last.state is OccurrenceState.done else ReferenceKind.skipped
        local = outlook.local(at)
        local = max(local, last.original_due) if outlook.rule.is_series else local
        settled = Reference(kind=kind, at=local, total=outlook.total_at(at), is_read=True)
    told = _told(cmd, outlook)
    known = [ref for ref in (settled, told) if ref is not None]
    keep_reference(plan, outlook.counted_from(max(known, key=lambda ref: ref.at, default=None), now))
