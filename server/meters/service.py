"""What people and machines do to meters. A meter is locked first: its readings follow from each other.

Each change repeats on the meter what its readings say and has the plans that count on it looked at again, in the same
transaction.
"""

from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import carries_out
from server.core.database import Session
from server.core.kept import columns_of, keep
from server.equipment import service as equipment
from server.meters import repository
from server.meters.errors import JobOfOtherMachine, MeterInUse, MeterNameTaken
from server.meters.models import Meter, MeterReset, Reading
from server.plans import service as plans
from shared_models.meters import rules
from shared_models.meters.commands import CreateMeter, OnMeter, RecordReading, ResetMeter, UpdateMeter, VoidReading
from shared_models.meters.history import exact
from shared_models.meters.rows import MeterRow
from shared_models.permissions import PLAN
from shared_models.rules import apply


@carries_out(CreateMeter)
async def create(session: Session, actor: Actor, cmd: CreateMeter) -> Meter:
    machine = await equipment.get_visible(session, actor, cmd.equipment_id)
    await _check_name(session, machine.id, cmd)
    return await audit.keep(session, actor, "meter.created", Meter, rules.create(machine.site_id, cmd), cmd.occurred_at)


@carries_out(UpdateMeter)
async def update(session: Session, actor: Actor, cmd: UpdateMeter) -> None:
    """A meter on which a plan in force counts stays in use."""
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    row = apply(await repository.known(session, meter), cmd, actor.by).row
    await _check_name(session, meter.equipment_id, cmd)
    if meter.is_active and not cmd.is_active and await repository.is_planned_on(session, meter.id):
        raise MeterInUse(name=meter.name)
    before = audit.snapshot(meter)
    await _keep_meter(session, meter, row)
    await audit.record(session, actor, "meter.updated", meter, before=before, occurred_at=cmd.occurred_at)


async def _check_name(session: Session, equipment_id: UUID, cmd: CreateMeter | UpdateMeter) -> None:
    if await repository.name_is_taken(session, equipment_id, cmd.name, but=cmd.meter_id):
        raise MeterNameTaken(field="name", value=cmd.name)


@carries_out(RecordReading)
async def record_reading(session: Session, actor: Actor, cmd: RecordReading) -> None:
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    if cmd.intervention_id and await repository.machine_of_job(session, cmd.intervention_id) != meter.equipment_id:
        raise JobOfOtherMachine(field="intervention_id")
    await _change(session, actor, meter, await repository.known(session, meter, cmd.read_at), cmd)
    after = {"value": exact(cmd.value), "read_at": cmd.read_at, "is_confirmed": cmd.is_confirmed}
    await audit.record(session, actor, "meter.reading_recorded", meter, before={}, after=after, occurred_at=cmd.occurred_at)


@carries_out(VoidReading)
async def void_reading(session: Session, actor: Actor, cmd: VoidReading) -> None:
    """A technician takes back their own; whoever plans, any. Twice is once."""
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    reading = await repository.get_reading(session, meter.id, cmd.reading_id)
    if reading.user_id != actor.user_id:
        actor.ensure_any(PLAN)
    await _take_back(session, actor, meter, reading, cmd)


async def _take_back(session: Session, actor: Actor, meter: Meter, reading: Reading, cmd: VoidReading) -> None:
    if reading.voided_at is not None:
        return
    reading.voided_at = now()
    await session.flush()
    await _change(session, actor, meter, await repository.known(session, meter, void=reading), cmd)
    was, after = {"value": reading.value, "read_at": reading.read_at}, {"reason": cmd.reason} if cmd.reason else {}
    await audit.record(session, actor, "meter.reading_voided", meter, before=was, after=after, occurred_at=cmd.occurred_at)


@carries_out(ResetMeter)
async def reset(session: Session, actor: Actor, cmd: ResetMeter) -> None:
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    row = await _change(session, actor, meter, await repository.known(session, meter, cmd.occurred_at), cmd)
    [entered] = [reset for reset in row.resets if reset.id == cmd.reset_id]
    after = entered.model_dump(include={"kind", "final_value", "start_value", "reason"})
    await audit.record(session, actor, "meter.reset", meter, before={}, after=after, occurred_at=cmd.occurred_at)


async def _change(session: Session, actor: Actor, meter: Meter, known: MeterRow, cmd: OnMeter) -> MeterRow:
    row = apply(known, cmd, actor.by).row
    await _keep_story(session, known, row, user_id=actor.by.account)
    await _keep_meter(session, meter, row)
    return row


async def add_reading(session: Session, actor: Actor, known: MeterRow, cmd: RecordReading, **source: Any) -> MeterRow:
    """Into the story of the meter, of which the readings around it are `known`; `retell` follows, once for many."""
    row = apply(known, cmd, actor.by).row
    await _keep_story(session, known, row, **source)
    return row


async def retell(session: Session, meter: Meter) -> None:
    known = await repository.known(session, meter)
    await _keep_meter(session, meter, rules.recounted(known, known, known.readings))


async def _keep_story(session: Session, before: MeterRow, after: MeterRow, *, user_id: UUID | None = None, **source: Any) -> None:
    """What is new; what was already read after a reset gets the total it should have had."""
    resets, readings = [each for each in after.resets if each not in before.resets], {each.id for each in before.readings}
    gone = {each.id for each in before.resets} - {each.id for each in after.resets}
    added = [each for each in after.readings if each.id not in readings]
    session.add_all(MeterReset(meter_id=after.id, user_id=user_id, **columns_of(MeterReset, each)) for each in resets)
    origin = {"meter_id": after.id, "user_id": user_id, **source}
    session.add_all(Reading(**{**columns_of(Reading, each), **origin, "recorded_at": now()}) for each in added)
    await session.flush()
    if gone:
        await repository.forget_resets(session, gone)
    for each in resets if not added else ():
        await repository.shift_totals(session, after.id, each.occurred_at, exact(each.final_value - each.start_value))


async def _keep_meter(session: Session, meter: Meter, row: MeterRow) -> None:
    """What the readings say is repeated on the meter, and the plans that count on it are looked at again."""
    keep(meter, row)
    meter.updated_at = now()  # for its readings
    await session.flush()
    await plans.meter_changed(session, meter.id)
