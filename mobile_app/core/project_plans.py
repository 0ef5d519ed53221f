"""What commands do to plans, their occurrences, maintenance types and teams.

Dates follow from `shared_models.plans.planning`, as on the server; the device's own clock stands for the site's.
"""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from mobile_app.core.project_equipment import EQUIPMENT
from mobile_app.core.project_interventions import INTERVENTION, new_job
from mobile_app.core.projection import Person, Rows, rule
from mobile_app.domain.agenda import fits, next_original
from shared_models.checklists.rows import ChecklistRow, JobChecklist
from shared_models.equipment.rows import EquipmentRow
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.meters import metering
from shared_models.meters.rows import MeterRow
from shared_models.plans import planning, recurrence
from shared_models.plans.commands import (
    AssignOccurrence,
    CreatePlan,
    GeneratePlan,
    MoveOccurrence,
    OnOccurrence,
    SetPlanActive,
    SkipOccurrence,
    UpdatePlan,
    WriteMaintenanceType,
    WriteTeam,
)
from shared_models.plans.fields import PlanFields, rule_of
from shared_models.plans.planning import DueReason, MeterView, Outcome, PlanRule, Reference, ReferenceKind
from shared_models.plans.rows import MaintenanceTypeRow, OccurrenceRow, OccurrenceState, PlanRow, TeamRow

PLAN = "plan"
_MINUTE = timedelta(minutes=1)
_ENVELOPE = {"command_id", "occurred_at", "type", "plan_id", "version"}
ENDED = {OccurrenceState.done, OccurrenceState.missed, OccurrenceState.skipped}
_CHOSEN = PlanFields.model_fields.keys() & PlanRow.model_fields.keys()


def local(moment: datetime) -> datetime:
    return moment.astimezone().replace(tzinfo=None)


# ---------------------------------------------------------------- types and teams


@rule(WriteMaintenanceType)
def _write_type(rows: Rows, cmd: WriteMaintenanceType, _: Person) -> None:
    known = rows.get("maintenance_type", MaintenanceTypeRow, cmd.maintenance_type_id)
    if known is None or known.version == cmd.version:
        rows.put("maintenance_type", MaintenanceTypeRow(
            id=cmd.maintenance_type_id, name=cmd.name, description=cmd.description, color=cmd.color, is_active=cmd.is_active,
            version=known.version if known else 0,
        ))  # fmt: skip


@rule(WriteTeam)
def _write_team(rows: Rows, cmd: WriteTeam, _: Person) -> None:
    known = rows.get("team", TeamRow, cmd.team_id)
    if known is None or known.version == cmd.version:
        rows.put("team", TeamRow(
            id=cmd.team_id, site_id=cmd.site_id, name=cmd.name, is_active=cmd.is_active, member_ids=cmd.member_ids,
            version=known.version if known else 0,
        ))  # fmt: skip


# ---------------------------------------------------------------- plans


def meter_view(meter: MeterRow | None) -> MeterView | None:
    if meter is None:
        return None
    at = local(meter.last_read_at) if meter.last_read_at else None
    return MeterView(unit=meter.unit, at=at, total=meter.last_total, per_day=meter.per_day)


def replanned(plan: PlanRow, reference: Reference, meter: MeterRow | None, now: datetime) -> PlanRow:
    """The plan with its dates to come counted from `reference`; `now` is on the wall clock, `meter` the plan's own."""
    view = meter_view(meter) or plan.meter
    made = plan.rule()
    settled = {each.original_due for each in plan.occurrences if each.state in ENDED}
    reason = planning.due(made, reference, view)
    while made.is_series and reason is not None and reason.due in settled:
        reference = Reference(kind=ReferenceKind.due, at=reason.due)
        reason = planning.due(made, reference, view)
    reached = reached_at(meter, reason.threshold) if reason else None
    if reached is not None:
        reason = planning.due(made, reference, view, reached=reached)
    waiting = [each for each in plan.occurrences if each.state != OccurrenceState.planned or made.is_series]
    dates = planning.upcoming(made, reference, view, now, reached=reached)
    changed = plan.model_copy(update={
        "reference": reference, "meter": view, "reason": reason, "next_due": reason.due if reason else None,
        "next_due_date": reason.due.astimezone() if reason else None,
        "upcoming": [due for due in dates if not made.is_series or due not in settled], "occurrences": waiting,
    })  # fmt: skip
    return _with_next(changed)


def reached_at(meter: MeterRow | None, threshold: float | None) -> datetime | None:
    """When the readings on this device say that it was passed; None while they do not."""
    if meter is None or threshold is None or not meter.readings or meter.readings[0].total < threshold:
        return None
    return metering.reached_at(_points(meter), threshold, meter.per_day)


def _points(meter: MeterRow) -> list[metering.Point]:
    return [metering.Point(local(reading.read_at), reading.total) for reading in reversed(meter.readings)]


def _with_next(plan: PlanRow) -> PlanRow:
    """An override on the next date of a series stays on it."""
    if plan.reason is None:
        return plan
    own = _occurrence(plan, plan.reason.due)
    if own is None or own.due == own.original_due:
        return plan
    return _next_moved(plan, own.original_due, own.due)


def _occurrence(plan: PlanRow, original_due: datetime) -> OccurrenceRow | None:
    return next((each for each in plan.occurrences if each.original_due == original_due), None)


def meter_of(rows: Rows, plan: PlanRow | PlanFields) -> MeterRow | None:
    return rows.get("meter", MeterRow, plan.meter_id)


def _told(cmd: PlanFields, meter: MeterRow | None, now: datetime) -> Reference | None:
    """What the planner knows of maintenance before the plan."""
    if cmd.last_done_on is None and cmd.last_done_total is None:
        return None
    made = rule_of(cmd)
    at = datetime.combine(cmd.last_done_on or now.date(), time(23, 59) if made.is_series else cmd.due_time)
    total = cmd.last_done_total if cmd.last_done_total is not None else total_at(meter, at)
    total = total if made.meter_interval else None
    return Reference(kind=ReferenceKind.done, at=at, total=total, is_read=cmd.last_done_total is None)


def _counted_from(made: PlanRule, last: Reference | None, meter: MeterRow | None, now: datetime) -> Reference:
    """Where a new plan, or one with a new rule, begins. A series does not look back, but for its latest date since `last`."""
    if not made.is_series or made.calendar is None:
        total = total_at(meter, now) if made.meter_interval else None
        return last or Reference(kind=ReferenceKind.start, at=now, total=total, is_read=made.meter_interval is not None)
    if last is not None:
        passed = list(recurrence.between(made.calendar, made.starts_at, last.at, now))
        return Reference(kind=ReferenceKind.due, at=passed[-1] - _MINUTE if passed else last.at)
    today = datetime.combine(now.date(), time())
    if made.starts_at >= today:
        return Reference(kind=ReferenceKind.start, at=made.starts_at)
    return Reference(kind=ReferenceKind.due, at=today - _MINUTE)


def total_at(meter: MeterRow | None, at: datetime) -> float | None:
    """By the readings on this device; before the first of them, the first."""
    if meter is None:
        return None
    points = _points(meter)
    if not points:
        return meter.last_total
    found = metering.total_at(points, at, meter.per_day)
    return points[0].total if found is None else found


@rule(CreatePlan)
def _create(rows: Rows, cmd: CreatePlan, _: Person) -> None:
    machine = rows.get(EQUIPMENT, EquipmentRow, cmd.equipment_id)
    if machine is None or rows.get(PLAN, PlanRow, cmd.plan_id):
        return
    meter = meter_of(rows, cmd)
    blank: dict[str, Any] = dict.fromkeys(PlanRow.model_fields)
    plan = PlanRow.model_construct(**{
        **blank, **_chosen(cmd), "id": cmd.plan_id, "site_id": machine.site_id, "is_active": True, "inactive_reason": "",
        "upcoming": [], "occurrences": [], "version": 0,
    })  # fmt: skip
    now = local(cmd.occurred_at)
    rows.put(PLAN, replanned(plan, _counted_from(rule_of(cmd), _told(cmd, meter, now), meter, now), meter, now))


def _chosen(cmd: PlanFields) -> dict[str, Any]:
    made = rule_of(cmd).calendar
    text = recurrence.rrule(made, cmd.starts_on) if made else ""
    return {**{name: getattr(cmd, name) for name in _CHOSEN}, "starts_at": cmd.starts_at, "rrule": text}


_RULE = (
    "frequency_type", "frequency_value", "weekdays", "week_of_month", "month_end", "basis", "starts_at", "meter_id", "limit_type",
    "limit_value",
)  # fmt: skip


@rule(UpdatePlan)
def _update(rows: Rows, cmd: UpdatePlan, _: Person) -> None:
    plan = rows.get(PLAN, PlanRow, cmd.plan_id)
    if plan is None or plan.version > cmd.version:
        return
    changed = plan.model_copy(update=_chosen(cmd))
    meter, now = meter_of(rows, cmd), local(cmd.occurred_at)
    told = _told(cmd, meter, now)
    if told is not None or any(getattr(plan, name) != getattr(changed, name) for name in _RULE):
        changed = replanned(changed, _counted_anew(changed, told, meter, now), meter, now)
    rows.put(PLAN, changed)


def _counted_anew(plan: PlanRow, told: Reference | None, meter: MeterRow | None, now: datetime) -> Reference:
    """An open job keeps what it was counted from, but a series goes on by its new rule from now on."""
    made = plan.rule()
    if any(each.state is OccurrenceState.open for each in plan.occurrences):
        return Reference(kind=ReferenceKind.due, at=now) if made.is_series else plan.reference
    settled = None if plan.reference.kind is ReferenceKind.start else plan.reference
    known = [each for each in (settled, told) if each is not None]
    return _counted_from(made, max(known, key=lambda each: each.at, default=None), meter, now)


@rule(SetPlanActive)
def _set_active(rows: Rows, cmd: SetPlanActive, _: Person) -> None:
    plan = rows.get(PLAN, PlanRow, cmd.plan_id)
    if plan is None or plan.is_active == cmd.is_active:
        return
    changed = plan.model_copy(update={"is_active": cmd.is_active, "inactive_reason": "" if cmd.is_active else cmd.reason})
    now = local(cmd.occurred_at)
    if cmd.is_active:
        changed = replanned(changed, _taken_up(changed, now), meter_of(rows, changed), now)
    rows.put(PLAN, changed)


def _taken_up(plan: PlanRow, now: datetime) -> Reference:
    """What was due while a series was paused is not made up for."""
    if not plan.rule().is_series or not plan.upcoming or plan.upcoming[0] >= now:
        return plan.reference
    return Reference(kind=ReferenceKind.due, at=now)


# ---------------------------------------------------------------- occurrences


def _overridden(rows: Rows, cmd: OnOccurrence) -> tuple[PlanRow, OccurrenceRow] | None:
    """The plan and the occurrence, made where it has nothing of its own yet; None where the server will refuse."""
    plan = rows.get(PLAN, PlanRow, cmd.plan_id)
    if plan is None:
        return None
    known = _occurrence(plan, cmd.original_due)
    if known is not None:
        return None if known.state in ENDED else (plan, known)
    is_next = cmd.original_due == next_original(plan)
    if not plan.is_active or not (is_next or (plan.rule().is_series and cmd.original_due in plan.upcoming)):
        return None
    due = plan.next_due if is_next and plan.next_due else cmd.original_due
    return plan, OccurrenceRow(id=cmd.command_id, original_due=cmd.original_due, due=due, state=OccurrenceState.planned)


def _put(rows: Rows, plan: PlanRow, occurrence: OccurrenceRow) -> PlanRow:
    others = [each for each in plan.occurrences if each.original_due != occurrence.original_due]
    every = sorted([*others, occurrence], key=lambda each: each.original_due)
    changed = plan.model_copy(update={"occurrences": every})
    rows.put(PLAN, changed)
    return changed


def _job_of(rows: Rows, occurrence: OccurrenceRow) -> InterventionRow | None:
    return rows.get(INTERVENTION, InterventionRow, occurrence.intervention_id)


@rule(MoveOccurrence)
def _move(rows: Rows, cmd: MoveOccurrence, _: Person) -> None:
    found = _overridden(rows, cmd)
    if found is None:
        return
    plan, occurrence = found
    if not fits(plan, cmd.original_due, cmd.to):
        return
    changed = _put(rows, plan, occurrence.model_copy(update={"due": cmd.to}))
    if cmd.original_due == next_original(plan):
        rows.put(PLAN, _next_moved(changed, cmd.original_due, cmd.to))
    job = _job_of(rows, occurrence)
    if job is not None:
        rows.put(INTERVENTION, _job_moved(job, cmd.original_due, cmd.to))


def _next_moved(plan: PlanRow, original_due: datetime, to: datetime) -> PlanRow:
    reason = plan.reason and _moved(plan.reason, original_due, to)
    at = plan.next_due_date + (to - plan.next_due) if plan.next_due_date and plan.next_due else to.astimezone()
    return plan.model_copy(update={"next_due": to, "next_due_date": at, "reason": reason})


def _moved(reason: DueReason, original_due: datetime, to: datetime) -> DueReason:
    return reason.model_copy(update={"due": to, "moved_from": original_due if to != original_due else None})


def _job_moved(job: InterventionRow, original_due: datetime, to: datetime) -> InterventionRow:
    by = to - job.due_local if job.due_local else timedelta()
    shifted = {name: getattr(job, name) + by for name in ("due_at", "scheduled_start", "scheduled_end") if getattr(job, name)}
    reason = job.due_reason and _moved(job.due_reason, original_due, to)
    return job.model_copy(update={**shifted, "due_local": to, "due_reason": reason})


@rule(AssignOccurrence)
def _assign(rows: Rows, cmd: AssignOccurrence, _: Person) -> None:
    found = _overridden(rows, cmd)
    if found is None:
        return
    plan, occurrence = found
    _put(rows, plan, occurrence.model_copy(update={"assigned_technician_id": cmd.technician_id}))
    job = _job_of(rows, occurrence)
    if job is not None:
        rows.put(INTERVENTION, job.model_copy(update={"assigned_technician_id": cmd.technician_id or plan.assigned_technician_id}))


@rule(SkipOccurrence)
def _skip(rows: Rows, cmd: SkipOccurrence, _: Person) -> None:
    """A date that has its job is left out by cancelling the job."""
    found = _overridden(rows, cmd)
    if found is None or found[1].state == OccurrenceState.open:
        return
    plan, occurrence = found
    is_next = cmd.original_due == next_original(plan)
    ended = occurrence.model_copy(update={"state": OccurrenceState.skipped, "outcome": Outcome.skipped, "reason": cmd.reason})
    changed = _put(rows, plan, ended)
    if is_next:
        rows.put(PLAN, replanned(changed, _after_skip(plan, occurrence), meter_of(rows, plan), local(cmd.occurred_at)))


def _after_skip(plan: PlanRow, occurrence: OccurrenceRow) -> Reference:
    if plan.rule().is_series:
        return Reference(kind=ReferenceKind.due, at=occurrence.original_due)
    total = planning.total_when_due(plan.reason, plan.meter) if plan.reason else None
    ruled = plan.upcoming[0] if plan.upcoming else occurrence.due
    return Reference(kind=ReferenceKind.skipped, at=ruled, total=total)


@rule(GeneratePlan)
def _generate(rows: Rows, cmd: GeneratePlan, person: Person) -> None:
    """The job of the next date, unless one is open."""
    plan = rows.get(PLAN, PlanRow, cmd.plan_id)
    if plan is None or rows.get(INTERVENTION, InterventionRow, cmd.intervention_id):
        return
    machine, original_due = rows.get(EQUIPMENT, EquipmentRow, plan.equipment_id), next_original(plan)
    if machine is None or original_due is None or not plan.is_active:
        return
    if any(each.state == OccurrenceState.open for each in plan.occurrences):
        return
    known = _occurrence(plan, original_due)
    due = plan.next_due or original_due
    occurrence = known or OccurrenceRow(id=cmd.command_id, original_due=original_due, due=due, state=OccurrenceState.planned)
    opened = {"state": OccurrenceState.open, "intervention_id": cmd.intervention_id}
    _put(rows, plan, occurrence.model_copy(update=opened))
    rows.put(INTERVENTION, _job(rows, cmd, plan, occurrence, new_job(cmd.intervention_id, machine, person, cmd.occurred_at, plan.title)))


def _job(rows: Rows, cmd: GeneratePlan, plan: PlanRow, occurrence: OccurrenceRow, blank: InterventionRow) -> InterventionRow:
    start = occurrence.due.astimezone()
    copied = ("description", "intervention_type", "maintenance_type_id", "priority", "estimated_duration")
    asked = ("needs_photo", "needs_signature", "needs_validation")
    return blank.model_copy(update={
        **{name: getattr(plan, name) for name in (*copied, *asked)},
        "scheduled_maintenance_id": plan.id, "original_due": occurrence.original_due, "due_local": occurrence.due, "due_at": start,
        "due_reason": plan.reason, "scheduled_start": start, "scheduled_end": start + timedelta(minutes=plan.estimated_duration or 0),
        "assigned_technician_id": occurrence.assigned_technician_id or plan.assigned_technician_id, "assigned_team_id": plan.team_id,
        "required_parts": plan.parts, "checklist": _snapshot(rows, plan.checklist_id), "answers": [], "status_reason": "",
        "status": InterventionStatus.pending, "created_at": cmd.occurred_at,
    })  # fmt: skip


def _snapshot(rows: Rows, checklist_id: UUID | None) -> JobChecklist | None:
    template = rows.get("checklist", ChecklistRow, checklist_id)
    if template is None:
        return None
    return JobChecklist(checklist_id=template.id, name=template.name, version=template.version, steps=template.steps)
