"""What commands do to plans and their dates, and what plans hear of their jobs and meters.

The rules are the server's (`shared_models.plans.rules`); here they are given what a device knows, and what they say is kept.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid5

from mobile_app.core.projection import CONSEQUENCES, Rows, carries, foretells
from shared_models.checklists.rows import ChecklistRow
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.interventions.creation import due_job, snapshot
from shared_models.interventions.planned import JobAssigned, JobDue, JobMoved, heard
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.reservations import wanted_by
from shared_models.meters.history import line
from shared_models.meters.metering import Point, Reset
from shared_models.meters.rows import MeterRow
from shared_models.meters.rules import MeterMoved
from shared_models.plans import commands
from shared_models.plans.course import LIVE, Course
from shared_models.plans.following import JobChange, after_job
from shared_models.plans.jobs import JobCalledOff, JobClosed, JobReopened
from shared_models.plans.outlook import Outlook
from shared_models.plans.rows import STRIP, PlanRow
from shared_models.plans.rules import blank, chosen
from shared_models.plans.scheduling import ARCHIVED, replan
from shared_models.refusals import AlreadyExists, NotFound
from shared_models.rules import By, rule_of

# ---------------------------------------------------------------- what a device knows


class DeviceClock:
    """The device stands where the machine does."""

    @staticmethod
    def local(instant: datetime) -> datetime:
        return instant.astimezone().replace(tzinfo=None, fold=0)

    @staticmethod
    def instant(local: datetime) -> datetime:
        return local.replace(fold=0).astimezone(UTC)


@dataclass(frozen=True)
class Present:
    """Of a machine's history a device holds the last change: before it, the machine counts as in service."""

    machine: EquipmentRow | None

    @property
    def works(self) -> bool:
        return self.machine is None or self.machine.status is not EquipmentStatus.inactive

    def was_in_service(self, at: datetime) -> bool:
        return self.works or (self.machine is not None and at < self.machine.status_since)


def course_of(rows: Rows, plan: PlanRow, at: datetime) -> Course:
    """With the last twelve dates that have ended, and the latest readings; `at` is when it changes, which may be told of late."""
    machine = Present(rows.get(EquipmentRow, plan.equipment_id))
    dates = {date.original_due: date for date in plan.occurrences}
    job = next((rows.get(InterventionRow, date.intervention_id) for date in dates.values() if date.state == "open"), None)
    return Course(
        plan, _outlook(plan, rows.get(MeterRow, plan.meter_id)), rows.now or at, machine, dates, works=machine.works,
        site_id=machine.machine.site_id if machine.machine else None, is_archived=bool(plan.is_active) and plan.inactive_reason == ARCHIVED,
        number=job.number if job else None, id_of=lambda original_due: uuid5(plan.id, original_due.isoformat()),
    )  # fmt: skip


def _outlook(plan: PlanRow, meter: MeterRow | None) -> Outlook:
    """Without the meter's own row, by what the plan repeats of it."""
    clock, view = DeviceClock(), plan.meter
    if meter is not None:
        return Outlook(plan.rule(), clock, meter.unit, meter.per_day, _points(meter))
    if view is None:
        return Outlook(plan.rule(), clock)
    points = [Point(clock.instant(view.at), view.total)] if view.at is not None and view.total is not None else []
    return Outlook(plan.rule(), clock, view.unit, view.per_day, points)


def _points(meter: MeterRow) -> list[Point]:
    resets = [Reset(reset.occurred_at, reset.final_value, reset.start_value) for reset in meter.resets]
    points = line([Point(reading.read_at, reading.total) for reading in meter.readings], resets)
    if points or meter.last_read_at is None or meter.last_total is None:
        return points
    return [Point(meter.last_read_at, meter.last_total)]


def _keep(rows: Rows, course: Course, by: By) -> None:
    dates = [course.rows[original_due] for original_due in sorted(course.rows)]
    left = [date.original_due for date in dates if date.state not in LIVE][:-STRIP]
    rows.put(course.plan.model_copy(update={"occurrences": [date for date in dates if date.original_due not in left]}))
    for consequence in course.then:
        CONSEQUENCES[type(consequence)](rows, consequence, by)


# ---------------------------------------------------------------- what planners do


@foretells(commands.CreatePlan)
def _create(rows: Rows, cmd: commands.CreatePlan, by: By) -> None:
    machine = rows.get(EquipmentRow, cmd.equipment_id)
    if machine is None:
        raise NotFound
    if rows.get(PlanRow, cmd.plan_id):
        raise AlreadyExists(field="plan_id")
    _let(rows, course_of(rows, blank(cmd, cmd.plan_id, machine.site_id), cmd.occurred_at), cmd, by)


def _change(rows: Rows, cmd: commands.OnPlan, by: By) -> None:
    plan = rows.get(PlanRow, cmd.plan_id)
    if plan is None:
        raise NotFound
    asked = plan.model_copy(update=chosen(cmd)) if isinstance(cmd, commands.UpdatePlan) else plan
    _let(rows, replace(course_of(rows, asked, cmd.occurred_at), plan=plan), cmd, by)


for _kind in (
    commands.UpdatePlan,
    commands.SetPlanActive,
    commands.MoveOccurrence,
    commands.AssignOccurrence,
    commands.SkipOccurrence,
    commands.GeneratePlan,
):
    foretells(_kind)(_change)


def _let(rows: Rows, course: Course, cmd: commands.OnPlan, by: By) -> None:
    by_rule = rule_of(type(cmd))
    assert by_rule is not None
    _keep(rows, by_rule(course, cmd, by), by)


@carries(JobDue)
def _make(rows: Rows, due: JobDue, by: By) -> None:
    if rows.get(InterventionRow, due.intervention_id):
        raise AlreadyExists(field="intervention_id")
    plan, job = due.plan, due.job
    template, reason = rows.get(ChecklistRow, plan.checklist_id), job.reason or plan.reason
    made = due_job(
        due.intervention_id, plan, original_due=job.date.original_due, due=job.date.due, due_at=job.date.due_at, at=due.at, by=by.account,
        technician_id=job.technician_id, reason=reason and reason.model_copy(update={"missed": job.missed}), checklist=snapshot(template),
    )  # fmt: skip
    rows.put(made)
    for wanted in wanted_by(made, due.at):
        rows.put(wanted)


def _hear(rows: Rows, change: JobMoved | JobAssigned, _: By) -> None:
    job = rows.get(InterventionRow, change.intervention_id)
    if job is not None:
        rows.put(heard(job, change))


carries(JobMoved)(_hear)
carries(JobAssigned)(_hear)


# ---------------------------------------------------------------- what plans hear


def _follow_job(rows: Rows, change: JobChange, by: By) -> None:
    plan = rows.get(PlanRow, change.plan_id)
    if plan is not None:
        _keep(rows, after_job(course_of(rows, plan, change.at), change), by)


carries(JobClosed)(_follow_job)
carries(JobCalledOff)(_follow_job)
carries(JobReopened)(_follow_job)


@carries(MeterMoved)
def _moved(rows: Rows, moved: MeterMoved, by: By) -> None:
    """The plans that count on it."""
    for plan in rows.every(PlanRow):
        if plan.meter_id == moved.meter_id:
            course = course_of(rows, plan, moved.at)
            replan(course)
            _keep(rows, course, by)
