"""Whatever happens to plans, in whatever order: no date is lost or doubled, and the next one is where a calendar and a pencil put it.

By the rules alone, and all that was ever told; what the server looks at of it is in tests/server/plans/test_interleavings.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from server.plans.wall import SiteClock
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.interventions.creation import due_job
from shared_models.interventions.planned import JobDue, heard
from shared_models.interventions.rows import InterventionRow
from shared_models.meters.metering import Point
from shared_models.permissions import Role
from shared_models.plans.commands import CreatePlan, GeneratePlan, MoveOccurrence, SetPlanActive, SkipOccurrence
from shared_models.plans.course import Course
from shared_models.plans.following import after_job
from shared_models.plans.outlook import Outlook
from shared_models.plans.planning import Outcome
from shared_models.plans.rows import OccurrenceRow, PlanRow
from shared_models.plans.rules import blank
from shared_models.plans.scheduling import replan
from shared_models.rules import By, apply, rule_of
from tests.shared_models.plan_story import BEGIN, INTERVAL, SERIES, STORIES, Interval, Series, play

PARIS = SiteClock(ZoneInfo("Europe/Paris"))
NOW = PARIS.instant(BEGIN)
EIGHT_ON_NEW_YEARS_DAY = datetime(2026, 1, 1, 8)  # noqa: DTZ001 - a wall clock
PLANNER = By(uuid7(), Role.admin)


class AlwaysInService:
    def was_in_service(self, _: datetime) -> bool:
        return True


@dataclass
class PlannerOnPaper:
    """One plan, its jobs and its meter, which no database keeps."""

    clock: SiteClock = PARIS
    now: datetime = NOW
    course: Course = None  # type: ignore[assignment]
    jobs_made: dict[UUID, InterventionRow] = field(default_factory=dict)
    readings: list[Point] = field(default_factory=list)
    per_day: float | None = None

    def at(self, text: str) -> datetime:
        return self.clock.instant(datetime.fromisoformat(text))

    def now_is(self, text: str) -> None:
        self.now = self.at(text)

    # --- what there is

    async def occurrences(self, _: UUID) -> list[OccurrenceRow]:
        return [self.course.rows[date] for date in sorted(self.course.rows)]

    async def row(self, _: UUID) -> PlanRow:
        return self.course.plan

    async def jobs(self, _: UUID) -> list[InterventionRow]:
        return list(self.jobs_made.values())

    # --- what planners do

    async def plan(self, frequency: str, every: int, **fields: Any) -> UUID:
        plain = {"equipment_id": uuid7(), "title": "Graisser", "starts_on": BEGIN.date(), "horizon_days": 0}
        rule = {"plan_id": uuid7(), "frequency_type": frequency, "frequency_value": every, "occurred_at": self.now}
        cmd = CreatePlan(**plain | rule | fields)
        row = blank(cmd, cmd.plan_id, uuid7())
        self.course = Course(row, Outlook(row.rule(), self.clock), self.now, AlwaysInService(), {})
        self._do(cmd)
        return row.id

    async def skip(self, plan: UUID, original_due: str) -> None:
        self._do(SkipOccurrence(plan_id=plan, original_due=datetime.fromisoformat(original_due), reason="Congés", occurred_at=self.now))

    async def move(self, plan: UUID, original_due: str, to: str) -> None:
        was, will = datetime.fromisoformat(original_due), datetime.fromisoformat(to)
        self._do(MoveOccurrence(plan_id=plan, original_due=was, to=will, occurred_at=self.now))

    async def set_active(self, plan: UUID, is_active: bool) -> None:
        self._do(SetPlanActive(plan_id=plan, is_active=is_active, reason="Travaux", occurred_at=self.now))

    async def generate(self) -> None:
        """First what is to be looked at again, then what is due, as the generator does it."""
        if self._is_time(self.course.refresh_at):
            self._look_again()
        if self._is_time(self.course.generate_at):
            self._do(GeneratePlan(plan_id=self.course.plan.id, intervention_id=uuid7(), occurred_at=self.now))

    def _is_time(self, at: datetime | None) -> bool:
        return bool(self.course.plan.is_active) and at is not None and at <= self.now

    def _look_again(self) -> None:
        course = self._course()
        replan(course)
        self._keep(course)

    # --- jobs

    async def finish(self, job_id: UUID, at: datetime) -> None:
        if self.jobs_made[job_id].status == "pending":
            self._work(iv.StartIntervention(intervention_id=job_id, action_id=uuid7(), occurred_at=at))
        self._work(iv.CompleteIntervention(intervention_id=job_id, occurred_at=at))

    async def cancel(self, _: UUID) -> None:
        [job] = [job for job in self.jobs_made.values() if job.status in {"pending", "in_progress"}]
        self._work(iv.CancelIntervention(intervention_id=job.id, reason="Plus utile", occurred_at=self.now))

    async def return_(self, job_id: UUID) -> None:
        self._work(iv.ReturnIntervention(intervention_id=job_id, reason="Mal serré", occurred_at=self.now))

    def _work(self, cmd: iv.OnIntervention) -> None:
        found = apply(self.jobs_made[cmd.intervention_id], cmd, PLANNER)
        self.jobs_made[found.row.id] = found.row
        for change in found.then:
            self._keep(after_job(self._course(), change))  # type: ignore[arg-type]

    # --- the meter

    async def meter(self, readings: Sequence[tuple[str, float]], *, per_day: float) -> UUID:
        self.per_day, self.readings = per_day, [Point(self.at(when), total) for when, total in readings]
        return uuid7()

    async def read(self, _: UUID, when: str, total: float, *, per_day: float) -> None:
        self.per_day, self.readings = per_day, [*self.readings, Point(self.at(when), total)]
        self._look_again()

    # --- by the rules

    def _do(self, cmd: Command) -> None:
        by_rule = rule_of(type(cmd))
        assert by_rule
        self._keep(by_rule(self._course(), cmd, PLANNER))

    def _course(self) -> Course:
        meter = {"unit": "h", "per_day": self.per_day, "points": self.readings} if self.course.plan.meter_id else {}
        return replace(self.course.copy(), now=self.now, outlook=Outlook(self.course.plan.rule(), self.clock, **meter))

    def _keep(self, course: Course) -> None:
        self.course = replace(course, then=())
        for change in course.then:
            job = self._made(change) if isinstance(change, JobDue) else heard(self.jobs_made[change.intervention_id], change)  # type: ignore[attr-defined, arg-type]
            self.jobs_made[job.id] = job

    def _made(self, due: JobDue) -> InterventionRow:
        date, reason = due.job.date, due.job.reason or due.plan.reason
        return due_job(
            due.intervention_id, due.plan, original_due=date.original_due, due=date.due, due_at=date.due_at, at=due.at, by=None,
            reason=reason and reason.model_copy(update={"missed": due.job.missed}), checklist=None,
        )  # fmt: skip


EXAMPLES = settings(max_examples=75)


@EXAMPLES
@given(steps=STORIES, **SERIES)
async def test_a_series(steps: list[Any], **fields: Any) -> None:
    await play(PlannerOnPaper(), Series, steps, **fields)


@EXAMPLES
@given(steps=STORIES, **INTERVAL)
async def test_an_interval(steps: list[Any], **fields: Any) -> None:
    await play(PlannerOnPaper(), Interval, steps, **fields)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Indian/Reunion", "Pacific/Auckland"])
async def test_eight_o_clock_stays_eight_o_clock_for_a_year(zone: str) -> None:
    planner = PlannerOnPaper(SiteClock(ZoneInfo(zone)))
    planner.now_is("2026-01-01 07:00")
    plan, offsets = await planner.plan("weekly", 1, basis="fixed", starts_on=date(2026, 1, 1)), set()
    for week in range(52):
        row = await planner.row(plan)
        assert row.next_due is not None
        assert row.next_due_date is not None
        assert (row.next_due - EIGHT_ON_NEW_YEARS_DAY).days == 7 * week
        assert planner.clock.local(row.next_due_date) == row.next_due
        offsets.add(row.next_due - row.next_due_date.replace(tzinfo=None))
        planner.now = row.next_due_date
        await planner.generate()
        [job] = [job for job in await planner.jobs(plan) if job.status == "pending"]
        await planner.finish(job.id, planner.now)
    assert len(offsets) == (1 if zone == "Indian/Reunion" else 2)
    assert {date.outcome for date in (await planner.occurrences(plan))[:-1]} == {Outcome.on_time}
