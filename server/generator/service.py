"""Jobs out of plans: one for a plan whose time has come, never two, however many nodes try and wherever one of them dies.

A batch is a transaction that locks its plans first. What it does not finish has not happened, and is due as before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from server.checklists import service as checklists
from server.core import clock, events
from server.core.access import SYSTEM, Actor
from server.core.commands import carries_out
from server.core.consequences import hears, tell
from server.core.database import Database, Session
from server.core.errors import AlreadyExists
from server.generator import repository
from server.interventions import planned
from server.interventions import service as interventions
from server.interventions.numbers import intervention_numbers
from server.plans import service as plans
from server.plans.deciding import Decided
from server.plans.models import Plan
from shared_models.checklists.rows import JobChecklist
from shared_models.ids import uuid7
from shared_models.interventions.creation import due_job
from shared_models.interventions.planned import JobDue, JobsPlanned
from shared_models.interventions.rows import InterventionRow
from shared_models.plans.commands import GeneratePlan
from shared_models.plans.deciding import NewJob
from shared_models.plans.rows import PlanRow

BATCH = 500
REFRESH_BATCH = 250
MOST_REFRESHED = 10_000
"""In a round: each costs one or two milliseconds, and the next round, with the jobs that are due first, comes within a minute."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Report:
    """What was done; `looked_at` below the limit means that nothing is left."""

    looked_at: int = 0
    jobs: int = 0
    missed: int = 0
    skipped: int = 0
    refreshed: int = 0

    def __add__(self, other: "Report") -> "Report":
        return Report(*(mine + theirs for mine, theirs in zip(self.numbers, other.numbers, strict=True)))

    @property
    def numbers(self) -> tuple[int, ...]:
        return (self.looked_at, self.jobs, self.missed, self.skipped, self.refreshed)


async def run(database: Database) -> Report:
    """Every job that is due now, batch by batch; then as many plans are looked at again as a round has time for."""
    due, stale = await repository.waiting(database.pool, clock.now())
    total = await _generate(database) if due else Report()
    while stale and total.refreshed < MOST_REFRESHED:
        async with database.session() as session:
            report = await refresh_due(session, limit=REFRESH_BATCH)
        total, stale = total + report, report.refreshed == REFRESH_BATCH
    return total + await _generate(database) if total.refreshed else total


async def _generate(database: Database) -> Report:
    total, due = Report(), True
    while due:
        async with database.session() as session:
            report = await generate_due(session, limit=BATCH)
        total, due = total + report, report.looked_at == BATCH
    return total


async def refresh_due(session: Session, *, limit: int = BATCH) -> Report:
    """Extend what lies ahead, count dates that passed while a job is open, and mark plans that nobody answers."""
    done = await plans.refresh_due(session, limit=limit)
    events.poke(session, site_ids=done.site_ids)
    return Report(refreshed=done.looked_at)


async def generate_due(session: Session, *, limit: int = BATCH) -> Report:
    """One batch, in the caller's transaction. A plan that cannot be decided is put off for a day; the others get their jobs."""
    now = clock.now()
    due = await plans.lock_due(session, now, limit)
    return replace(await _generate_for(session, due, now), looked_at=len(due)) if due else Report()


async def _generate_for(session: Session, due: list[Plan], now: datetime) -> Report:
    """All at once; where that fails, one by one."""
    ids = [plan.id for plan in due]
    try:
        async with session.begin_nested():
            decisions = await plans.decided(session, due)
            await _carry_out(session, decisions, now)
    except Exception:  # noqa: BLE001 - whatever is wrong with one of them, the others go on
        if len(due) > 1:
            reports = [await _generate_for(session, [plan], now) for plan in due]
            return sum(reports, Report())
        _log.exception("generator.plan_failed", plan_id=str(ids[0]))
        await plans.put_off(session, ids[0], "generate_at", now + plans.LATER)
        return Report()
    return _report(decisions)


@carries_out(GeneratePlan)
async def generate_now(session: Session, actor: Actor, cmd: GeneratePlan) -> Plan:
    """The job of the plan's next date, before its time."""
    if await interventions.exists(session, cmd.intervention_id):
        raise AlreadyExists(field="intervention_id")
    return await plans.carry_out(session, actor, cmd)


@hears(JobDue)
async def make(session: Session, actor: Actor, due: JobDue) -> None:
    zone = await plans.zone_of_site(session, due.plan.site_id)
    await _write_jobs(session, actor, [Made(due.intervention_id, due.plan, due.job, zone)], clock.now(), due.at)
    events.poke(session, site_ids={due.plan.site_id})


def _report(decisions: Iterable[Decided]) -> Report:
    total = Report()
    for decision in decisions:
        passed = len(decision.what.passed)
        total += Report(jobs=1, missed=passed) if decision.what.job else Report(skipped=passed)
    return total


# --- writing a batch


@dataclass(frozen=True)
class Made:
    job_id: UUID
    plan: Plan | PlanRow
    job: NewJob
    zone: ZoneInfo


async def _carry_out(session: Session, decisions: list[Decided], now: datetime) -> None:
    made = [Made(uuid7(), each.plan, each.what.job, each.zone) for each in decisions if each.what.job is not None]
    await _write_jobs(session, SYSTEM, made, now)
    await plans.keep_decided(session, decisions, [each.job_id for each in made])
    events.poke(session, site_ids={each.plan.site_id for each in decisions})


async def _write_jobs(session: Session, actor: Actor, made: list[Made], now: datetime, asked_at: datetime | None = None) -> None:
    """`asked_at`: when somebody asked for them, whose parts are wanted since then."""
    if made:
        numbers = await intervention_numbers(session, [each.zone for each in made], now)
        kept = await checklists.snapshots(session, {each.plan.checklist_id for each in made if each.plan.checklist_id})
        jobs = [_job(each, kept, now, actor).model_copy(update={"number": number}) for each, number in zip(made, numbers, strict=True)]
        await planned.enter(session, actor, jobs, [each.job.missed for each in made])
        await tell(session, actor, JobsPlanned(jobs, asked_at or now))


def _job(made: Made, kept: Mapping[UUID, JobChecklist], now: datetime, actor: Actor) -> InterventionRow:
    date, reason = made.job.date, _reason(made.job.reason or made.plan.reason, made.job.missed)
    return due_job(
        made.job_id, made.plan, original_due=date.original_due, due=date.due, due_at=date.due_at, at=now, by=actor.by.account,
        technician_id=made.job.technician_id, reason=reason, checklist=kept.get(made.plan.checklist_id) if made.plan.checklist_id else None,
    )  # fmt: skip


def _reason(base: Any, missed: int) -> Any:
    """A column's own JSON stays JSON: of hundreds of jobs none is read."""
    if not isinstance(base, dict):
        return base and base.model_copy(update={"missed": missed})
    without = {name: value for name, value in base.items() if name != "missed"}
    return {**without, "missed": missed} if missed else without
