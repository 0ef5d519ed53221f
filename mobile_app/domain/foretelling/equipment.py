"""What commands do to machines and meters, and to what planners set up, beyond a row that is there."""

from mobile_app.core.projection import Rows, carries, foretells, keep
from shared_models.base import Command
from shared_models.checklists.commands import WriteChecklist
from shared_models.equipment import commands as eq
from shared_models.equipment import rules
from shared_models.equipment.rows import EquipmentRow
from shared_models.equipment.rules import StatusReported
from shared_models.inventory.commands import WritePartCategory, WriteSupplier
from shared_models.meters import rules as meter_rules
from shared_models.meters.commands import CreateMeter, VoidReading
from shared_models.meters.rows import MeterRow
from shared_models.meters.rules import ReadingTaken, ReadingVoided
from shared_models.plans.commands import WriteMaintenanceType, WriteTeam
from shared_models.rules import By, apply


@carries(StatusReported)
def _reported(rows: Rows, said: StatusReported, _: By) -> None:
    machine = rows.get(EquipmentRow, said.equipment_id)
    changed = machine and rules.with_status(machine, said, rules.around(machine, said.at))
    if changed:
        rows.put(changed)


@foretells(eq.CreateEquipment)
def _create(rows: Rows, cmd: eq.CreateEquipment, _: By) -> None:
    if not rows.get(EquipmentRow, cmd.equipment_id):
        rows.put(rules.create(cmd))


# --- meters


@foretells(CreateMeter)
def _create_meter(rows: Rows, cmd: CreateMeter, _: By) -> None:
    machine = rows.get(EquipmentRow, cmd.equipment_id)
    if machine and not rows.get(MeterRow, cmd.meter_id):
        rows.put(meter_rules.create(machine.site_id, cmd))


@carries(ReadingTaken)
def _taken(rows: Rows, taken: ReadingTaken, by: By) -> None:
    meter = rows.get(MeterRow, taken.meter_id)
    if meter:
        keep(rows, apply(meter, taken.command(), by), by)


@carries(ReadingVoided)
def _voided(rows: Rows, voided: ReadingVoided, by: By) -> None:
    for meter in rows.every(MeterRow):
        if any(reading.id == voided.reading_id for reading in meter.readings):
            keep(rows, apply(meter, VoidReading(meter_id=meter.id, reading_id=voided.reading_id, occurred_at=voided.at), by), by)


# --- what planners set up


def _write(rows: Rows, cmd: Command, by: By) -> None:
    """The row, or the first of it."""
    assert cmd.on
    keep(rows, apply(rows.get(cmd.on[0], cmd.subject_id), cmd, by), by)


for _kind in (WriteChecklist, WriteMaintenanceType, WritePartCategory, WriteSupplier, WriteTeam):
    foretells(_kind)(_write)
