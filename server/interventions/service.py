"""What people do to interventions: by the shared rules, on the sheet as it is, with what only the server knows.

The sheet's row is locked first and the machine's after it; whoever comes second meets the state that the first has left.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import server.interventions.following  # noqa: F401 - hears of machines and plans
from server.checklists import service as checklists
from server.checklists.errors import ChecklistUnknown
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import carries_out
from server.core.database import Session
from server.core.errors import AlreadyExists
from server.core.zones import zone_of
from server.equipment import service as equipment
from server.interventions import repository
from server.interventions.checks import check
from server.interventions.consequences import carry_on
from server.interventions.keeping import keep
from server.interventions.numbers import end_of, intervention_number
from shared_models.base import Command
from shared_models.checklists.answering import answer_step, reads_a_meter
from shared_models.checklists.commands import AnswerStep
from shared_models.interventions import rules
from shared_models.interventions.closing import RepairIsTemporary
from shared_models.interventions.commands import (
    CompleteIntervention,
    CreateIntervention,
    OnIntervention,
    ReviseIntervention,
)
from shared_models.interventions.refusals import NotAllowedNow
from shared_models.interventions.rows import InterventionRow
from shared_models.rules import By, Outcome, apply

exists, take = repository.exists, repository.take


@asynccontextmanager
async def naming_who_moved(session: Session, job_id: UUID) -> AsyncIterator[None]:
    """A refusal for a sheet's state says who has brought it there."""
    try:
        yield
    except NotAllowedNow as refusal:
        refusal.params |= await repository.last_move(session, job_id)
        raise


@carries_out(OnIntervention)
async def carry_out(session: Session, actor: Actor, cmd: OnIntervention) -> InterventionRow:
    job = await repository.take(session, actor, cmd.intervention_id)
    return await _let(session, actor, job, cmd, lambda by: apply(job, cmd, by))


@carries_out(AnswerStep)
async def answer(session: Session, actor: Actor, cmd: AnswerStep) -> InterventionRow:
    job = await repository.take(session, actor, cmd.intervention_id)
    meters = await repository.meters_of(session, job.equipment_id) if reads_a_meter(job, cmd) else []
    return await _let(session, actor, job, cmd, lambda by: answer_step(job, cmd, by, meters))


async def _let(
    session: Session, actor: Actor, job: InterventionRow, cmd: Any, rule: Callable[[By], Outcome[InterventionRow]]
) -> InterventionRow:  # fmt: skip
    async with naming_who_moved(session, job.id):
        outcome = rule(actor.by)
    await check(session, job, outcome.row, cmd)
    why = {"reason": cmd.reason} if isinstance(cmd, ReviseIntervention) else {}
    if why:
        await repository.keep_revision(session, job, outcome.row.revision, cmd.occurred_at, actor.by.account, cmd.reason)
    await keep(session, actor, f"intervention.{cmd.done}", job, outcome.row, _when(outcome.row, cmd), **why)
    await _carry_on(session, actor, outcome)
    return outcome.row


async def _carry_on(session: Session, actor: Actor, outcome: Outcome[InterventionRow]) -> None:
    for consequence in outcome.then:
        if isinstance(consequence, RepairIsTemporary):
            await plan_permanent_repair(session, actor, consequence)
        else:
            await carry_on(session, actor, consequence)


def _when(job: InterventionRow, cmd: Command) -> datetime:
    """A sheet is not closed before its work began, whatever the clocks said."""
    return job.actual_end if isinstance(cmd, CompleteIntervention) and job.actual_end else cmd.occurred_at


# ---------------------------------------------------------------- new sheets


@carries_out(CreateIntervention)
async def create(session: Session, actor: Actor, cmd: CreateIntervention, *, request_id: UUID | None = None) -> InterventionRow:
    """`request_id`: the work request it answers."""
    machine = await equipment.take_place(session, actor, cmd.equipment_id)
    checklist = (await checklists.snapshots(session, [cmd.checklist_id])).get(cmd.checklist_id) if cmd.checklist_id else None
    if cmd.checklist_id and checklist is None:
        raise ChecklistUnknown(field="checklist_id")
    outcome = rules.create(machine, cmd, actor.by, checklist=checklist, request_id=request_id)
    await check(session, None, outcome.row, cmd)
    job = await _enter(session, actor, outcome.row, cmd.occurred_at, zone_of(machine.clock))
    await _carry_on(session, actor, outcome)
    return job


async def _enter(session: Session, actor: Actor, job: InterventionRow, at: datetime, zone: ZoneInfo) -> InterventionRow:
    number = await intervention_number(session, zone, at)
    numbered = job.model_copy(update={"number": number, "created_at": now()})
    await keep(session, actor, "intervention.created", None, numbered, at)
    return numbered


async def plan_permanent_repair(session: Session, actor: Actor, repair: RepairIsTemporary) -> None:
    if not await repository.has_follow_up(session, repair.job.id):
        if await repository.exists(session, repair.permanent_id):
            raise AlreadyExists(field="permanent_id")
        zone = zone_of(await repository.time_zone(session, repair.job.site_id))
        await _enter(session, actor, repair.follow_up(end_of(repair.until, zone), actor.by), repair.at, zone)
