"""Jobs out of plans: one for a plan whose time has come, never two, however many nodes try and wherever one of them dies.

A batch is a transaction that locks its plans first. What it does not finish has not happened, and is due as before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from server.audit import service as audit
from server.core import clock, events
from server.core.access import SYSTEM, Actor
from server.core.database import Database, Session
from server.core.errors import AlreadyExists
from server.core.numbers import next_numbers
from server.generator import repository
from server.generator.deciding import Decision, NewJob, decide, stand_still
from server.generator.repository import Rows
from server.interventions import service as interventions
from server.plans import service as plans
from server.plans.errors import MachineOutOfService, PlanHasNoDate, PlanInactive
from server.plans.models import Plan
from server.plans.scheduling import OUT_OF_SERVICE
from server.plans.wall import local_of
from shared_models.ids import uuid7
from shared_models.plans.commands import GeneratePlan
from shared_models.plans.planning import Outcome
from shared_models.plans.rows import OccurrenceState

BATCH = 500
REFRESH_BATCH = 250
MOST_REFRESHED = 10_000
"""In a round: each costs one or two milliseconds, and the next round, with the jobs that are due first, comes within a minute."""
_TABLE = "maintenance_interventions"
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
    events.notify(session, site_ids=done.site_ids)
    return Report(refreshed=done.looked_at)


async def generate_due(session: Session, *, limit: int = BATCH) -> Report:
    """One batch, in the caller's transaction. A plan that cannot be decided is put off for a day; the others get their jobs."""
    now = clock.now()
    due = await repository.lock_due(session, now, limit)
    return replace(await _generate_for(session, due, now), looked_at=len(due)) if due else Report()


async def _generate_for(session: Session, due: list[Plan], now: datetime) -> Report:
    """All at once; where that fails, one by one."""
    ids = [plan.id for plan in due]
    try:
        async with session.begin_nested():
            decisions = await _decide(session, due, now)
            await _carry_out(session, SYSTEM, decisions, now)
    except Exception:  # noqa: BLE001 - whatever is wrong with one of them, the others go on
        if len(due) > 1:
            reports = [await _generate_for(session, [plan], now) for plan in due]
            return sum(reports, Report())
        _log.exception("generator.plan_failed", plan_id=str(ids[0]))
        await plans.put_off(session, ids[0], "generate_at", now + plans.LATER)
        return Report()
    return _told(decisions)


async def generate_now(session: Session, actor: Actor, cmd: GeneratePlan) -> Plan:
    """The job of the plan's next date, before its time."""
    plan = await plans.take(session, actor, cmd.plan_id)
    if await interventions.exists(session, cmd.intervention_id):
        raise AlreadyExists(field="intervention_id")
    await plans.ensure_no_open_job(session, plan)
    if not plan.is_active:
        raise PlanInactive
    now = clock.now()
    place = (await repository.places(session, [plan.id]))[plan.id]
    if not place.works:
        raise MachineOutOfService
    times = (await repository.timelines(session, [plan.id]))[plan.id]
    decision = decide(plan, place.zone, times, now, works=True)
    if decision.job is None:
        raise PlanHasNoDate
    await _carry_out(session, actor, [decision], now, job_id=cmd.intervention_id)
    await audit.record(
        session, actor, "plan.generated", plan, before={}, after={"intervention_id": cmd.intervention_id}, occurred_at=cmd.occurred_at
    )
    await session.refresh(plan)
    return plan


async def _decide(session: Session, due: list[Plan], now: datetime) -> list[Decision]:
    ids = [plan.id for plan in due]
    places, times = await repository.places(session, ids), await repository.timelines(session, ids)
    return [
        stand_still(plan, place.zone, now) if place.is_archived else decide(plan, place.zone, times[plan.id], now, works=place.works)
        for plan, place in ((plan, places[plan.id]) for plan in due)
    ]


def _told(decisions: Iterable[Decision]) -> Report:
    total = Report()
    for decision in decisions:
        passed = len(decision.passed)
        total += Report(jobs=1, missed=passed) if decision.job else Report(skipped=passed)
    return total


# --- writing a batch


async def _carry_out(session: Session, actor: Actor, decisions: list[Decision], now: datetime, *, job_id: UUID | None = None) -> None:
    """`job_id`: the id that a person's device has given to the only job."""
    made = [(decision, decision.job, job_id or uuid7()) for decision in decisions if decision.job is not None]
    numbers = await _numbers(session, [decision.zone for decision, _, _ in made], now)
    await _write_jobs(session, actor, made, numbers, now)
    await repository.write_dates(session, _dates(decisions, {decision.plan.id: made_id for decision, _, made_id in made}))
    await repository.write_plans(session, _plans(decisions))
    events.notify(session, site_ids={decision.plan.site_id for decision in decisions})


async def _numbers(session: Session, zones: list[ZoneInfo], now: datetime) -> list[str]:
    """`INT-2026-000123`, in the order of the jobs; the year is each site's."""
    years = [local_of(now, zone).year for zone in zones]
    series = {year: iter(await next_numbers(session, f"INT-{year}", years.count(year))) for year in sorted(set(years))}
    return [f"INT-{year}-{next(series[year]):06}" for year in years]


async def _write_jobs(
    session: Session, actor: Actor, made: list[tuple[Decision, NewJob, UUID]], numbers: list[str], now: datetime
) -> None:  # fmt: skip
    if not made:
        return
    rows = repository.job_rows()
    for (decision, job, made_id), number in zip(made, numbers, strict=True):
        reason, date = job.reason.model_dump_json() if job.reason else None, job.date
        rows.add(
            made_id, decision.plan.id, number, date.original_due, date.due, date.due_at, job.technician_id, job.missed, reason,
            actor.user_id if actor.user_id.int else None,
        )  # fmt: skip
    await repository.insert_jobs(session, rows, now)
    await audit.record_made(session, actor, "intervention.created", _TABLE, [
        audit.Made(made_id, decision.plan.site_id, _recorded(decision.plan, job, number), now)
        for (decision, job, made_id), number in zip(made, numbers, strict=True)
    ])  # fmt: skip


def _recorded(plan: Plan, job: NewJob, number: str) -> dict[str, list[object]]:
    told = {
        "number": number, "title": plan.title, "equipment_id": plan.equipment_id, "scheduled_maintenance_id": plan.id,
        "original_due": job.date.original_due, "due_local": job.date.due, "missed": job.missed,
    }  # fmt: skip
    return {name: [None, value] for name, value in told.items()}


def _dates(decisions: list[Decision], job_ids: dict[UUID, UUID]) -> Rows:
    rows = repository.date_rows()
    for decision in decisions:
        plan_id = decision.plan.id
        is_missed = decision.job is not None
        state, outcome = (OccurrenceState.missed, Outcome.missed) if is_missed else (OccurrenceState.skipped, Outcome.skipped)
        for date in decision.passed:
            why = "" if is_missed else OUT_OF_SERVICE
            rows.add(uuid7(), plan_id, date.original_due, date.due, date.due_at, state.value, outcome.value, None, 0, why)
        following = decision.job.date if decision.job else decision.next
        if following is not None:
            state, missed = (OccurrenceState.open, decision.job.missed) if decision.job else (OccurrenceState.planned, 0)
            identity = (uuid7(), plan_id, following.original_due, following.due, following.due_at)
            rows.add(*identity, state.value, None, job_ids.get(plan_id), missed, "")
    return rows


def _plans(decisions: list[Decision]) -> Rows:
    rows = repository.plan_rows()
    for decision in decisions:
        date = decision.job.date if decision.job else decision.next
        reason = decision.job.reason if decision.job else decision.reason
        if reason is not None and decision.job and decision.job.missed:
            reason = reason.model_copy(update={"missed": decision.job.missed})
        rows.add(
            decision.plan.id, decision.reference.model_dump_json() if decision.reference else None,
            reason.model_dump_json() if reason else None, date.due if date else None, date.due_at if date else None,
            date.original_due if date and decision.passed else None, decision.generate_at, decision.refresh_at,
        )  # fmt: skip
    return rows
