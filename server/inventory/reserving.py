"""What jobs want of the stock: by hand, by the plan that has made them, and as the storekeeper lays it ready.

Nothing is promised here: who holds what follows from what is wanted (`shared_models.inventory.reservations`). Only who picks locks the
stock, after the job and its reservation, as who takes does.
"""

from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import carries_out
from server.core.consequences import hears
from server.core.database import Session
from server.core.errors import existing
from server.core.kept import columns_of
from server.interventions import service as interventions
from server.inventory import repository
from server.inventory.models import Reservation
from shared_models.interventions.planned import JobsPlanned
from shared_models.interventions.rows import InterventionRow, RequiredPart
from shared_models.inventory import reserving
from shared_models.inventory.reservations import ReservationRow, wanted_by
from shared_models.inventory.reserving import OnReservation, PickPart, ReservePart, Wanted


@carries_out(ReservePart)
async def reserve(session: Session, actor: Actor, cmd: ReservePart) -> None:
    wanted = await _wanted(session, actor, cmd)
    async with interventions.naming_who_moved(session, cmd.intervention_id):
        row = reserving.reserve(wanted, cmd, actor.by)
    await _keep(session, actor, wanted, row, cmd)


@carries_out(PickPart)
async def pick(session: Session, actor: Actor, cmd: PickPart) -> None:
    asked = await _wanted(session, actor, cmd)
    stock = await repository.lock_stock(session, asked.part.id, asked.job.site_id)
    claims = await repository.claims(session, asked.part.id, asked.job.site_id)
    wanted = Wanted(asked.part, asked.job, asked.known, stock.on_hand, claims)
    async with interventions.naming_who_moved(session, cmd.intervention_id):
        row = reserving.pick(wanted, cmd, actor.by)
    await _keep(session, actor, wanted, row, cmd)


@hears(JobsPlanned)
async def bring(session: Session, _: Actor, planned: JobsPlanned) -> None:
    """The jobs of plans bring their parts; the job's own trace tells of it."""
    rows = [row for job in planned.jobs if job.required_parts for row in wanted_by(_read(job), planned.at)]
    await repository.add_reservations(session, rows)


def _read(job: InterventionRow) -> InterventionRow:
    """With parts as such: jobs are made of plans as the table has them."""
    return job.model_copy(update={"required_parts": [RequiredPart.model_validate(part) for part in job.required_parts]})


async def _wanted(session: Session, actor: Actor, cmd: OnReservation) -> Wanted:
    job = await interventions.take(session, actor, cmd.intervention_id)
    part = existing(await repository.held_part(session, cmd.part_id))
    return Wanted(part, job, await repository.reservation(session, job.id, part.id))


async def _keep(session: Session, actor: Actor, wanted: Wanted, row: ReservationRow, cmd: OnReservation) -> None:
    if row is wanted.known:
        return
    await repository.keep_reservation(session, row, now())
    before, after = _told(wanted.known), {"part": wanted.part.part_number, "job": wanted.job.number, **_told(row)}
    target = Reservation(**columns_of(Reservation, row))
    await audit.record(session, actor, f"reservation.{cmd.done}", target, before=before, after=after, occurred_at=cmd.occurred_at)


def _told(row: ReservationRow | None) -> dict[str, object]:
    return {"quantity": row.quantity, "picked": row.picked} if row else {}
