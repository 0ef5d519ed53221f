"""What a job comes to beyond its sheet: for the machine, the plan of its date, and the meter that was read."""

from dataclasses import replace

from server.core.access import Actor
from server.core.database import Session
from server.equipment import service as equipment
from server.equipment.status import tell_status
from server.interventions import repository
from server.meters import service as meters
from server.plans import service as plans
from shared_models.equipment.rules import StatusReported
from shared_models.meters.commands import VoidReading
from shared_models.meters.rules import ReadingTaken, ReadingVoided
from shared_models.permissions import Permission
from shared_models.plans.jobs import JobCalledOff, JobClosed, JobReopened
from shared_models.rules import Consequence


async def carry_on(session: Session, actor: Actor, consequence: Consequence) -> None:
    match consequence:
        case StatusReported():
            machine = await equipment.get_visible(session, actor, consequence.equipment_id, for_update=True)
            await tell_status(session, actor, machine, consequence)
        case JobClosed() | JobCalledOff() | JobReopened():
            await plans.follow_job(session, actor, consequence)
        case ReadingTaken():
            await meters.record_reading(session, actor, consequence.command())
        case ReadingVoided():
            await _void(session, actor, consequence)


async def _void(session: Session, actor: Actor, voided: ReadingVoided) -> None:
    """Whoever has taken it."""
    meter_id = await repository.meter_of_reading(session, voided.reading_id)
    if meter_id is not None:
        whose_ever = replace(actor, permissions=actor.permissions | {Permission.maintenance_write})
        cmd = VoidReading(meter_id=meter_id, reading_id=voided.reading_id, occurred_at=voided.at)
        await meters.void_reading(session, whose_ever, cmd)
