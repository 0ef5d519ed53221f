"""What becomes of a plan's date when its job is closed, cancelled or sent back, and when its meter is read: as on the server.

These rules follow those of the jobs and of the meters. They go by how the job stands then, so that they may be replayed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from mobile_app.core.project_equipment import EQUIPMENT
from mobile_app.core.project_interventions import INTERVENTION
from mobile_app.core.project_plans import ENDED, PLAN, local, meter_of, meter_view, reached_at, replanned, total_at
from mobile_app.core.projection import Person, Rows, follows
from shared_models.checklists.commands import AnswerStep
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.interventions import commands as iv
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.meters import commands as mt
from shared_models.meters.rows import MeterRow
from shared_models.plans import planning, recurrence
from shared_models.plans.planning import Basis, DueReason, Outcome, Reference, ReferenceKind, Trigger
from shared_models.plans.rows import OccurrenceRow, OccurrenceState, PlanRow


def _of_job(rows: Rows, cmd: iv.OnIntervention) -> tuple[InterventionRow, PlanRow, OccurrenceRow] | None:
    job = rows.get(INTERVENTION, InterventionRow, cmd.intervention_id)
    plan = rows.get(PLAN, PlanRow, job.scheduled_maintenance_id) if job else None
    row = next((each for each in plan.occurrences if each.intervention_id == cmd.intervention_id), None) if plan else None
    return (job, plan, row) if job and plan and row else None


@follows(iv.CompleteIntervention)
def _completed(rows: Rows, cmd: iv.CompleteIntervention, _: Person) -> None:
    found = _of_job(rows, cmd)
    if found is None or found[0].status != InterventionStatus.completed:
        return
    (job, plan, row), made = found, found[1].rule()
    at = job.actual_end
    if row.state is not OccurrenceState.open or at is None:
        return
    days = planning.tolerance(plan.tolerance_days, made.interval_days(plan.meter.per_day if plan.meter else None))
    judged_by = row.original_due if made.is_series or job.due_reason is None else job.due_reason.by_rule().due
    outcome = planning.judge(judged_by, local(at), days)
    ended = {"state": OccurrenceState.done, "outcome": outcome, "done_at": at, "reason": ""}
    _settle(rows, plan, row, ended, at, ReferenceKind.done, cmd.occurred_at)


@follows(iv.CancelIntervention)
def _cancelled(rows: Rows, cmd: iv.CancelIntervention, _: Person) -> None:
    found = _of_job(rows, cmd)
    if found is None or found[0].status != InterventionStatus.cancelled or found[2].state is not OccurrenceState.open:
        return
    plan, row = found[1:]
    ended = {"state": OccurrenceState.skipped, "outcome": Outcome.skipped, "done_at": None, "reason": cmd.reason}
    _settle(rows, plan, row, ended, cmd.occurred_at, ReferenceKind.skipped, cmd.occurred_at)


@follows(iv.ReturnIntervention)
def _sent_back(rows: Rows, cmd: iv.ReturnIntervention, _: Person) -> None:
    """The date is not done yet after all; where the next job exists already, that one goes on."""
    found = _of_job(rows, cmd)
    if found is None or found[0].status not in OPEN or any(each.state is OccurrenceState.open for each in found[1].occurrences):
        return
    job, plan, row = found
    is_series, reason, now = plan.rule().is_series, job.due_reason or plan.reason, local(cmd.occurred_at)
    kept = [each for each in plan.occurrences if each.id != row.id and (each.state in ENDED or (is_series and _is_by_hand(each)))]
    missed = row.missed if is_series or reason is None else reason.missed
    opened = row.model_copy(update={"state": OccurrenceState.open, "outcome": None, "done_at": None, "missed": missed})
    due_at = job.due_at or row.due.astimezone()
    reference = reason.reference if reason else plan.reference
    first = row.original_due if is_series else row.due
    ruled = plan if is_series else replanned(plan, reference, meter_of(rows, plan), now)
    later = [date for date in ruled.upcoming if date > max(first, now)] if plan.is_active else []
    rows.put(PLAN, plan.model_copy(update={
        "occurrences": sorted([opened, *kept], key=lambda each: each.original_due), "reference": reference, "reason": reason,
        "next_due": row.due, "next_due_date": due_at, "upcoming": [first, *later],
        "ignored_since": _ignored_since(plan, due_at, cmd.occurred_at),
    }))  # fmt: skip


def _ignored_since(plan: PlanRow, due_at: datetime, now: datetime) -> datetime | None:
    """One interval after its date, a job that nobody does is an ignored plan. A series counts what it has missed."""
    days = None if plan.rule().is_series else plan.rule().interval_days(plan.meter.per_day if plan.meter else None)
    since = due_at + timedelta(days=days) if days is not None else None
    return since if since is not None and since <= now else plan.ignored_since


def _is_by_hand(row: OccurrenceRow) -> bool:
    return row.state is OccurrenceState.planned and (row.due != row.original_due or row.assigned_technician_id is not None)


# --- what the plan counts from next


def _settle(
    rows: Rows, plan: PlanRow, row: OccurrenceRow, ended: dict[str, Any], at: datetime, kind: ReferenceKind, now: datetime
) -> None:  # fmt: skip
    made, meter = plan.rule(), meter_of(rows, plan)
    missed: list[OccurrenceRow] = []
    count = 0
    if made.is_series:
        missed = list(_missed(rows, plan, row, local(at)))
        count = sum(each.state is OccurrenceState.missed for each in missed)
        settled = plan.reference.at if plan.reference.kind is ReferenceKind.due else row.original_due
        reference = Reference(kind=ReferenceKind.due, at=max(settled, row.original_due))
    elif kind is ReferenceKind.done and made.basis is Basis.floating:
        reference = Reference(kind=kind, at=local(at), total=_total(plan, meter, local(at)), is_read=True)
    else:
        reference, count = _counted_on(plan, row, meter, local(at), kind)
    done = row.model_copy(update={**ended, "missed": row.missed + count})
    others = [each for each in plan.occurrences if each.id != row.id and all(each.original_due != gone.original_due for gone in missed)]
    every = sorted([*others, done, *missed], key=lambda each: each.original_due)
    changed = plan.model_copy(update={"occurrences": every, "ignored_since": None})
    rows.put(PLAN, replanned(changed, reference, meter, local(now)) if plan.is_active else _at_rest(changed, reference))


def _at_rest(plan: PlanRow, reference: Reference) -> PlanRow:
    """A paused plan has no dates, but for those that somebody has moved or assigned."""
    kept = [each for each in plan.occurrences if each.state in ENDED or _is_by_hand(each)]
    reason = plan.reason if any(each.state is OccurrenceState.planned for each in kept) else None
    return plan.model_copy(update={
        "occurrences": kept, "reference": reference, "reason": reason, "next_due": None, "next_due_date": None, "upcoming": [],
    })  # fmt: skip


def _missed(rows: Rows, plan: PlanRow, row: OccurrenceRow, until: datetime) -> Iterator[OccurrenceRow]:
    """The dates of a series that had passed before the job of an earlier one was closed: one job stands for them."""
    made = plan.rule()
    assert made.calendar
    machine = rows.get(EQUIPMENT, EquipmentRow, plan.equipment_id)
    is_out = machine is not None and machine.status is EquipmentStatus.inactive
    state, outcome = (OccurrenceState.skipped, Outcome.skipped) if is_out else (OccurrenceState.missed, Outcome.missed)
    own = {each.original_due: each for each in plan.occurrences}
    known = [row.original_due, *([plan.reference.at] if plan.reference.kind is not ReferenceKind.start else [])]
    for date in recurrence.between(made.calendar, made.starts_at, max(known), until):
        each = own.get(date)
        if each is not None and (each.state in ENDED or each.due > until):
            continue
        new = each or OccurrenceRow(id=uuid5(NAMESPACE_OID, f"{plan.id} {date}"), original_due=date, due=date, state=state)
        yield new.model_copy(update={"state": state, "outcome": outcome})


def _counted_on(
    plan: PlanRow, row: OccurrenceRow, meter: MeterRow | None, at: datetime, kind: ReferenceKind
) -> tuple[Reference, int]:  # fmt: skip
    """From where the date was due; what was due meanwhile is passed over, and counted. Not for a series."""
    reference = _due_point(plan, row, meter, kind)
    if plan.basis is Basis.fixed:
        kind = ReferenceKind.due if kind is ReferenceKind.done else kind
        return _past(plan, reference.model_copy(update={"kind": kind}), meter, at)
    if at > reference.at:
        reference = reference.model_copy(update={"at": at, "total": _total(plan, meter, at), "is_read": True})
    return reference, 0


def _due_point(plan: PlanRow, row: OccurrenceRow, meter: MeterRow | None, kind: ReferenceKind) -> Reference:
    """Where a date was due by the rule, and the meter's total then."""
    told = plan.reason.by_rule() if plan.reason else None
    if told is not None and told.threshold is not None and told.wins is Trigger.meter:
        return Reference(kind=kind, at=told.due, total=told.threshold)
    at = told.due if told is not None else row.original_due
    return Reference(kind=kind, at=at, total=_total(plan, meter, at), is_read=True)


def _past(plan: PlanRow, reference: Reference, meter: MeterRow | None, until: datetime) -> tuple[Reference, int]:
    made, view = plan.rule(), meter_view(meter) or plan.meter

    def next_due(ref: Reference) -> DueReason | None:
        threshold = ref.total + made.meter_interval if made.meter_interval and ref.total is not None else None
        return planning.due(made, ref, view, reached=reached_at(meter, threshold))

    latest = meter.readings[0].total if meter and meter.readings else None
    shown = planning.Shown(lambda at: _total(plan, meter, at), lambda total: reached_at(meter, total), latest)
    return planning.past(made, reference, until, shown, next_due)


def _total(plan: PlanRow, meter: MeterRow | None, at: datetime) -> float | None:
    return total_at(meter, at) if plan.rule().meter_interval else None


# --- a meter that was read


def _read(rows: Rows, cmd: Any, _: Person) -> None:
    _replan_by(rows, [rows.get("meter", MeterRow, cmd.meter_id)], local(cmd.occurred_at))


for _kind in (mt.RecordReading, mt.VoidReading, mt.ResetMeter):
    follows(_kind)(_read)


@follows(AnswerStep)
def _answered(rows: Rows, cmd: AnswerStep, _: Person) -> None:
    job = rows.get(INTERVENTION, InterventionRow, cmd.intervention_id)
    if job is not None:
        _replan_by(rows, [each for each in rows.every("meter", MeterRow) if each.equipment_id == job.equipment_id], local(cmd.occurred_at))


def _replan_by(rows: Rows, meters: list[MeterRow | None], now: datetime) -> None:
    """The plans that count on what has changed here; the date of an open job stays, as does one moved by hand."""
    changed = {meter.id: meter for meter in meters if meter and ("meter", meter.id) in rows.changes}
    for plan in rows.every(PLAN, PlanRow) if changed else ():
        meter = changed.get(plan.meter_id) if plan.meter_id else None
        is_open = any(each.state is OccurrenceState.open for each in plan.occurrences)
        if meter and plan.is_active and not is_open and not (plan.reason and plan.reason.moved_from):
            rows.put(PLAN, replanned(plan, _reevaluated(plan, meter), meter, now))


def _reevaluated(plan: PlanRow, meter: MeterRow) -> Reference:
    """A reading that came late may tell another total where the plan counts from; a threshold or a planner's word stays."""
    reference = plan.reference
    last = max((each.done_at for each in plan.occurrences if each.done_at), default=None)
    was_done = reference.kind is ReferenceKind.done and last is not None and reference.at == local(last)
    if was_done or reference.is_read or reference.kind is ReferenceKind.start or reference.total is None:
        return reference.model_copy(update={"total": total_at(meter, reference.at), "is_read": True})
    return reference
