"""What people and machines do to meters. A meter is locked first: its readings follow from each other.

Each change repeats on the meter what its readings say and has the plans that count on it looked at again, in the same
transaction.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.database import Session
from server.core.errors import Forbidden
from server.core.times import past
from server.core.versions import claim
from server.equipment import service as equipment
from server.meters import repository, rules
from server.meters.errors import JobOfOtherMachine, MeterInUse, MeterNameTaken, MeterOutOfUse, ReadInFuture
from server.meters.models import Meter, MeterReset, Reading
from server.plans import service as plans
from shared_models.meters.commands import CreateMeter, RecordReading, ResetMeter, UpdateMeter, VoidReading
from shared_models.meters.history import Last, exact, final_of, last_of, line, rollover_id, total
from shared_models.meters.metering import USE_WINDOW, Point, Reset, use_per_day
from shared_models.meters.rows import MeterKind, ResetKind
from shared_models.permissions import Permission

_ENVELOPE = {"command_id", "occurred_at", "type", "meter_id", "version"}
_AHEAD = timedelta(minutes=5)


def _need(actor: Actor, *any_of: Permission) -> None:
    """Devices' commands come here without passing a router."""
    if not any(map(actor.may, any_of)):
        raise Forbidden(permission=any_of[0])


def _need_to_read_meters(actor: Actor) -> None:
    """Whoever works on machines may tell what their meters show."""
    _need(actor, Permission.maintenance_write, Permission.maintenance_update_assigned)


def _person(actor: Actor) -> UUID | None:
    return actor.user_id if actor.user_id.int else None


# --- meters


async def create(session: Session, actor: Actor, cmd: CreateMeter) -> Meter:
    _need(actor, Permission.equipment_write)
    machine = await equipment.get_visible(session, actor, cmd.equipment_id)
    await _check_name(session, machine.id, cmd)
    meter = Meter(id=cmd.meter_id, site_id=machine.site_id, per_day=cmd.expected_per_day, **cmd.model_dump(exclude=_ENVELOPE))
    session.add(meter)
    await session.flush()
    await audit.record(session, actor, "meter.created", meter, after=audit.snapshot(meter), occurred_at=cmd.occurred_at)
    return meter


async def update(session: Session, actor: Actor, cmd: UpdateMeter) -> Meter:
    """A meter on which a plan in force counts stays in use."""
    _need(actor, Permission.equipment_write)
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    claim(meter, cmd.version)
    await _check_name(session, meter.equipment_id, cmd)
    if meter.is_active and not cmd.is_active and await repository.is_planned_on(session, meter.id):
        raise MeterInUse(name=meter.name)
    before = audit.snapshot(meter)
    for name, value in cmd.model_dump(exclude=_ENVELOPE).items():
        setattr(meter, name, value)
    await settle(session, meter)
    await audit.record(session, actor, "meter.updated", meter, before=before, occurred_at=cmd.occurred_at)
    return meter


async def _check_name(session: Session, equipment_id: UUID, cmd: CreateMeter | UpdateMeter) -> None:
    if await repository.name_is_taken(session, equipment_id, cmd.name, but=cmd.meter_id):
        raise MeterNameTaken(field="name", value=cmd.name)


# --- readings


async def record_reading(session: Session, actor: Actor, cmd: RecordReading) -> Reading:
    """Raises `ImplausibleReading` for what looks wrong and is not confirmed, or runs backwards."""
    _need_to_read_meters(actor)
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    if cmd.intervention_id and await repository.machine_of_job(session, cmd.intervention_id) != meter.equipment_id:
        raise JobOfOtherMachine(field="intervention_id")
    reading = await add_reading(session, meter, cmd, user_id=_person(actor))
    await settle(session, meter)
    told = {"value": reading.value, "read_at": reading.read_at, "is_confirmed": reading.is_confirmed}
    await audit.record(session, actor, "meter.reading_recorded", meter, before={}, after=told, occurred_at=cmd.occurred_at)
    return reading


async def add_reading(session: Session, meter: Meter, cmd: RecordReading, **origin: Any) -> Reading:
    """Into the line of readings; `settle` follows, once for many."""
    if not meter.is_active:
        raise MeterOutOfUse(name=meter.name)
    cmd = cmd.model_copy(update={"read_at": _happened(cmd.read_at, "read_at"), "value": exact(cmd.value)})
    resets = await _resets(session, meter)
    around = await repository.readings_around(session, meter.id, cmd.read_at)
    if (rollover := rules.rollover_told(meter, cmd, around, resets, by_itself="source_id" in origin)) is not None:
        session.add(_rollover(meter, cmd, rollover, origin.get("user_id")))
        await session.flush()
        resets = await _resets(session, meter)
    reading = Reading(
        id=cmd.reading_id, meter_id=meter.id, read_at=cmd.read_at, recorded_at=now(), value=cmd.value,
        total=total(meter.kind, cmd.value, cmd.read_at, resets), intervention_id=cmd.intervention_id,
        is_confirmed=cmd.is_confirmed, **origin,
    )  # fmt: skip
    session.add(reading)
    await session.flush()
    return reading


def _happened(at: datetime, field: str) -> datetime:
    """A clock that runs a little ahead counts as now."""
    if at > now() + _AHEAD:
        raise ReadInFuture(field=field)
    return past(at, field)


def _rollover(meter: Meter, cmd: RecordReading, told: Reset, user_id: UUID | None) -> MeterReset:
    return MeterReset(
        id=rollover_id(cmd.reading_id), meter_id=meter.id, kind=ResetKind.rollover, occurred_at=told.at, final_value=told.final_value,
        start_value=told.start_value, user_id=user_id,
    )  # fmt: skip


async def void_reading(session: Session, actor: Actor, cmd: VoidReading) -> None:
    """A technician takes back his own; whoever plans, any. Twice is once."""
    _need_to_read_meters(actor)
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    reading = await repository.get_reading(session, meter.id, cmd.reading_id)
    if reading.user_id != actor.user_id:
        _need(actor, Permission.maintenance_write)
    if reading.voided_at is not None:
        return
    reading.voided_at = now()
    await session.flush()
    await repository.drop_rollover(session, meter.id, rollover_id(reading.id))
    await settle(session, meter)
    was = {"value": reading.value, "read_at": reading.read_at}
    after = {"reason": cmd.reason} if cmd.reason else {}
    await audit.record(session, actor, "meter.reading_voided", meter, before=was, after=after, occurred_at=cmd.occurred_at)


async def reset(session: Session, actor: Actor, cmd: ResetMeter) -> MeterReset:
    """What was already read after it gets the total it should have had."""
    _need_to_read_meters(actor)
    meter = await repository.get_visible(session, actor, cmd.meter_id)
    if not meter.is_active:
        raise MeterOutOfUse(name=meter.name)
    at = _happened(cmd.occurred_at, "occurred_at")
    values = {"final_value": final_of(cmd.kind, cmd.final_value, rules.limits_of(meter).dial), "start_value": exact(cmd.start_value)}
    cmd = cmd.model_copy(update={**values, "occurred_at": at})
    around = await repository.readings_from(session, meter.id, cmd.occurred_at)
    rules.check_reset(meter, cmd, around, await _resets(session, meter))
    row = MeterReset(
        id=cmd.reset_id, meter_id=meter.id, kind=cmd.kind, occurred_at=cmd.occurred_at, final_value=cmd.final_value,
        start_value=cmd.start_value, user_id=_person(actor), reason=cmd.reason,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await repository.shift_totals(session, meter.id, cmd.occurred_at, exact(cmd.final_value - cmd.start_value))
    await settle(session, meter)
    after = {name: getattr(row, name) for name in ("kind", "final_value", "start_value", "reason")}
    await audit.record(session, actor, "meter.reset", meter, before={}, after=after, occurred_at=cmd.occurred_at)
    return row


async def _resets(session: Session, meter: Meter) -> list[Reset]:
    return rules.resets_of(await repository.resets(session, meter.id))


# --- what follows


async def settle(session: Session, meter: Meter) -> None:
    resets = await _resets(session, meter)
    last = last_of(await repository.latest(session, meter.id), meter.kind, resets)
    meter.last_value, meter.last_total, meter.last_read_at = (last.value, last.total, last.at) if last else (None, None, None)
    meter.per_day = await _use(session, meter, resets, last)
    meter.updated_at = now()
    await session.flush()
    await plans.meter_changed(session, meter.id)


async def _use(session: Session, meter: Meter, resets: list[Reset], last: Last | None) -> float | None:
    """By the few points that `use_per_day` looks at, of the many there may be."""
    if meter.kind is MeterKind.gauge or last is None:
        return meter.expected_per_day
    edge = await repository.readings_from(session, meter.id, last.at - USE_WINDOW)
    return use_per_day(line([*edge, Point(last.at, last.total)], resets), meter.expected_per_day)
