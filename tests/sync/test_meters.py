"""A device that reads meters offline foresees what the server then says."""

from datetime import timedelta

from shared_models.ids import uuid7
from shared_models.meters.commands import CreateMeter, RecordReading, ResetMeter, VoidReading
from shared_models.meters.rows import MeterRow, ResetKind

RECEIVED = {"readings": {"__all__": {"recorded_at"}}, "version": True}


async def person(factory, role):
    return await factory.signed_in(await factory.person(role))


def seen(device, meter_id) -> MeterRow:
    row = device.client.tables.meters.get(meter_id)
    assert row is not None
    return row


async def test_readings_and_a_replacement_end_as_foreseen(factory):
    boss = await person(factory, "supervisor")
    meter_id, wrong = uuid7(), uuid7()
    boss.transport.online = False
    now = boss.client.now()

    async def read(value, days, **fields):
        at = now - timedelta(days=days)
        await boss.do(RecordReading, **{"meter_id": meter_id, "reading_id": uuid7(), "value": value, "read_at": at, **fields})

    await boss.do(CreateMeter, meter_id=meter_id, equipment_id=factory.press, name="Heures", unit="h", most_per_day=24)
    await read(4_600, 30)
    await read(4_870, 3)
    await read(4_700, 20)
    await read(4_990, 2, reading_id=wrong, is_confirmed=True)
    await boss.do(VoidReading, meter_id=meter_id, reading_id=wrong)
    await boss.do(ResetMeter, meter_id=meter_id, reset_id=uuid7(), kind=ResetKind.replacement, final_value=4_880, start_value=3)
    await read(3.5, 0, read_at=boss.client.now())
    foreseen = seen(boss, meter_id)
    assert (foreseen.last_value, foreseen.last_total) == (3.5, 4_880.5)

    boss.transport.online = True
    await boss.round()
    assert not boss.client.outbox.needs_you
    assert not list(boss.client.outbox.pending())
    told = seen(boss, meter_id)
    assert told.model_dump(exclude=RECEIVED) == foreseen.model_dump(exclude=RECEIVED)


async def test_what_another_device_knew_better_waits_for_a_person(factory):
    boss, other = await person(factory, "supervisor"), await person(factory, "technician")
    meter_id = uuid7()
    await boss.do(CreateMeter, meter_id=meter_id, equipment_id=factory.press, name="Cycles", unit="cycles")
    await boss.round()
    await other.round()
    other.transport.online = False
    await other.do(RecordReading, meter_id=meter_id, reading_id=uuid7(), value=90, read_at=other.client.now())
    await boss.do(RecordReading, meter_id=meter_id, reading_id=uuid7(), value=100, read_at=boss.client.now() - timedelta(minutes=5))
    await boss.round()
    other.transport.online = True
    await other.round()
    [refused] = other.client.outbox.needs_you
    assert refused.problem.code == "implausible_reading"
    assert seen(other, meter_id).last_value == 100
