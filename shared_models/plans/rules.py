"""What planners do to a plan, and to maintenance types and teams."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

import shared_models.plans.dates  # noqa: F401 - the rules of its dates
from shared_models.interventions.planned import JobDue
from shared_models.plans.commands import CreatePlan, GeneratePlan, SetPlanActive, UpdatePlan, WriteMaintenanceType, WriteTeam
from shared_models.plans.course import Course
from shared_models.plans.deciding import Waiting, decide
from shared_models.plans.fields import PlanFields, rule_of
from shared_models.plans.outlook import Outlook
from shared_models.plans.planning import Reference, ReferenceKind
from shared_models.plans.recurrence import rrule
from shared_models.plans.refusals import MachineOutOfService, PlanHasNoDate, PlanHasOpenJob, PlanInactive
from shared_models.plans.rows import MaintenanceTypeRow, OccurrenceRow, OccurrenceState, PlanRow, TeamRow
from shared_models.plans.scheduling import PAUSED, forget_planned, pass_over, replan
from shared_models.refusals import StaleVersion
from shared_models.rules import By, rule, written

_CHOSEN = PlanFields.model_fields.keys() & PlanRow.model_fields.keys()
_SCHEDULE = (
    "equipment_id", "frequency_type", "frequency_value", "weekdays", "week_of_month", "month_end", "basis", "starts_at", "meter_id",
    "limit_type", "limit_value",
)  # fmt: skip


def chosen(fields: PlanFields) -> dict[str, Any]:
    """What a planner decides, as a plan has it."""
    made = rule_of(fields)
    series = made.calendar if made.is_series else None
    return {
        **{name: getattr(fields, name) for name in _CHOSEN}, "weekdays": sorted(set(fields.weekdays)), "starts_at": fields.starts_at,
        "rrule": rrule(series, fields.starts_on) if series else "",
    }  # fmt: skip


def blank(fields: PlanFields, plan_id: UUID, site_id: UUID) -> PlanRow:
    """A plan that has no dates yet."""
    nothing: dict[str, Any] = dict.fromkeys(PlanRow.model_fields)
    return PlanRow.model_construct(**{
        **nothing, **chosen(fields), "id": plan_id, "site_id": site_id, "is_active": True, "inactive_reason": "", "upcoming": [],
        "occurrences": [], "version": 1,
    })  # fmt: skip


def first_counted_from(fields: PlanFields, outlook: Outlook, now: datetime) -> Reference:
    return outlook.counted_from(_known_before(fields, outlook, now), now)


def _known_before(fields: PlanFields, outlook: Outlook, now: datetime) -> Reference | None:
    """What a planner knows of maintenance before the plan."""
    if fields.last_done_on is None and fields.last_done_total is None:
        return None
    day = fields.last_done_on or outlook.local(now).date()
    at = datetime.combine(day, time(23, 59) if outlook.rule.is_series else fields.due_time)
    total = fields.last_done_total if fields.last_done_total is not None else outlook.total_at(outlook.instant(at))
    total = total if outlook.rule.meter_interval else None
    return Reference(kind=ReferenceKind.done, at=at, total=total, is_read=fields.last_done_total is None)


@rule(CreatePlan)
def create(course: Course, cmd: CreatePlan, _: By) -> Course:
    """The first date is there when the plan is."""
    course = course.copy()
    course.tell(reference=first_counted_from(cmd, course.outlook, cmd.occurred_at))
    replan(course)
    return course


@rule(UpdatePlan)
def update(course: Course, cmd: UpdatePlan, _: By) -> Course:
    """A changed rule counts anew from the last completion; an open job stays as it was made."""
    course, plan = course.copy(), course.plan
    if plan.version != cmd.version:
        raise StaleVersion(current=plan.version)
    if cmd.equipment_id != plan.equipment_id and course.open is not None:
        raise PlanHasOpenJob(number=course.number)
    course.tell(**chosen(cmd), site_id=course.site_id or plan.site_id, version=plan.version + 1)
    if counts_anew(plan, cmd):
        _count_anew(course, cmd, was_series=plan.rule().is_series)
    replan(course)
    return course


def counts_anew(plan: PlanRow, cmd: UpdatePlan) -> bool:
    """Another rule, or something entered of before."""
    if cmd.last_done_on is not None or cmd.last_done_total is not None:
        return True
    asked = chosen(cmd)
    return any(getattr(plan, name) != asked[name] for name in _SCHEDULE)


def _count_anew(course: Course, cmd: UpdatePlan, *, was_series: bool) -> None:
    """An open job keeps the reference that it was made from, but a series goes on by its new rule from now on."""
    outlook, at = course.outlook, cmd.occurred_at
    forget_planned(course)
    if course.open is not None:
        if outlook.rule.is_series:
            course.tell(reference=Reference(kind=ReferenceKind.due, at=outlook.local(at)))
        return
    last = last_ended(course, was_series=was_series)
    known = [ref for ref in (_end_of(outlook, last) if last else None, _known_before(cmd, outlook, at)) if ref is not None]
    course.tell(reference=outlook.counted_from(max(known, key=lambda ref: ref.at, default=None), at))


def last_ended(course: Course, *, was_series: bool) -> OccurrenceRow | None:
    """What has ended last. Of a series, the date that it has come to: later ones may have been left out beforehand."""
    ended = [row for row in course.rows.values() if course.is_ended(row.original_due)]
    if was_series:
        come_to = [row for row in ended if row.original_due <= course.plan.reference.at]
        return max(come_to, key=lambda row: row.original_due, default=None)
    return max(ended, key=lambda row: row.done_at or course.outlook.instant(row.due), default=None)


def _end_of(outlook: Outlook, last: OccurrenceRow) -> Reference:
    at = last.done_at or outlook.instant(last.due)
    kind = ReferenceKind.done if last.state is OccurrenceState.done else ReferenceKind.skipped
    local = outlook.local(at)
    local = max(local, last.original_due) if outlook.rule.is_series else local
    return Reference(kind=kind, at=local, total=outlook.total_at(at), is_read=True)


@rule(SetPlanActive)
def set_active(course: Course, cmd: SetPlanActive, _: By) -> Course:
    """What was due while the plan was paused is not made up for; a job that is open goes on."""
    course, plan = course.copy(), course.plan
    why = "" if cmd.is_active else cmd.reason
    resumes = cmd.is_active and not plan.is_active
    if not resumes and (cmd.is_active or (not plan.is_active and plan.inactive_reason == why)):
        return course
    course.tell(is_active=cmd.is_active, inactive_reason=why, version=plan.version + 1)
    if resumes and not course.is_archived:
        pass_over(course, cmd.occurred_at, PAUSED)
    replan(course)
    return course


@rule(GeneratePlan)
def generate(course: Course, cmd: GeneratePlan, _: By) -> Course:
    """The job of the next date, before its time."""
    course, plan = course.copy(), course.plan
    replan(course)
    if course.open is not None:
        raise PlanHasOpenJob(number=course.number)
    if not plan.is_active:
        raise PlanInactive
    if not course.works:
        raise MachineOutOfService
    plan = course.plan
    decision = decide(Waiting(course.outlook, plan.reference, course.rows), course.now)
    if (job := decision.job) is None:
        raise PlanHasNoDate
    for date in decision.passed:
        course.end(date, OccurrenceState.missed)
    date = job.date
    row = course.rows.get(date.original_due) or course.add(date.original_due, date.due)
    course.put(row, state=OccurrenceState.open, intervention_id=cmd.intervention_id, missed=job.missed)
    course.tell(reference=decision.reference or plan.reference, reason=job.reason or plan.reason)
    course.then += (JobDue(cmd.occurred_at, cmd.intervention_id, course.plan, job),)
    replan(course)
    return course


# --- types and teams


@rule(WriteMaintenanceType)
def write_type(known: MaintenanceTypeRow | None, cmd: WriteMaintenanceType, _: By) -> MaintenanceTypeRow:
    return written(MaintenanceTypeRow, known, cmd, id=cmd.maintenance_type_id)


@rule(WriteTeam)
def write_team(known: TeamRow | None, cmd: WriteTeam, _: By) -> TeamRow:
    """A team's site never changes."""
    return written(
        TeamRow, known, cmd, id=cmd.team_id, site_id=known.site_id if known else cmd.site_id, member_ids=sorted(set(cmd.member_ids))
    )
