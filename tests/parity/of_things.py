"""Machines, their labels and files, meters, checklists, teams and types of maintenance."""

from typing import Any
from uuid import UUID

from shared_models.checklists.commands import WriteChecklist
from shared_models.checklists.rows import StepKind
from shared_models.equipment.commands import (
    AddDocument,
    ChangeEquipmentStatus,
    CreateEquipment,
    DateDocument,
    LinkLabel,
    RemoveDocument,
    SetEquipmentPhoto,
    UpdateEquipment,
)
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.meters.commands import CreateMeter, RecordReading, ResetMeter, UpdateMeter, VoidReading
from shared_models.meters.rows import ResetKind
from shared_models.plans.commands import WriteMaintenanceType, WriteTeam
from tests.parity.cases import case
from tests.parity.of_plans import FLOATING, HOURS, RUN
from tests.parity.shop import Shop, step

# --- machines


@case(CreateEquipment)
async def with_a_code_of_its_own(shop: Shop) -> None:
    await shop.offline()
    await shop.add_machine(
        code=f"P-{uuid7().hex[-8:]}", model="X2", serial_number="123", criticality="high", warranty_expiry=shop.today,
        specifications={"bar": 6},
    )  # fmt: skip


@case(CreateEquipment)
async def and_edited_at_once(shop: Shop) -> None:
    await shop.offline()
    machine = await shop.add_machine(code=f"P-{uuid7().hex[-8:]}")
    await edited(shop, machine, name="Presse à plier")


async def edited(shop: Shop, machine: UUID, **fields: Any) -> None:
    row = shop.of("equipment", machine)
    read = {name: getattr(row, name) for name in ("site_id", "name", "code", "version")}
    await shop.do(UpdateEquipment, equipment_id=machine, **read | fields)


@case(UpdateEquipment)
async def twice(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await edited(shop, machine, name="Presse à plier")
    await edited(shop, machine, name="Presse à plier 2", model="X2")


@case(UpdateEquipment)
async def before_it_has_a_code(shop: Shop) -> None:
    await shop.offline()
    machine = await shop.add_machine(notes="Naguère au hall 2", replacement_value="1200.50")
    row = shop.of("equipment", machine)
    kept = row.model_dump(include={"site_id", "notes", "replacement_value", "version"})
    await shop.do(UpdateEquipment, equipment_id=machine, name="Presse 2", **kept)


@case(UpdateEquipment)
async def after_a_change_of_status(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.do(ChangeEquipmentStatus, equipment_id=machine, status=EquipmentStatus.inactive, reason="Hiver")
    await edited(shop, machine, name="Presse à plier")


@case(ChangeEquipmentStatus)
async def to_broken(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.do(ChangeEquipmentStatus, equipment_id=machine, status=EquipmentStatus.broken, reason="Fuite")


@case(ChangeEquipmentStatus)
async def told_late_and_again_with_a_reason(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.do(ChangeEquipmentStatus, equipment_id=machine, status=EquipmentStatus.broken)
    await shop.offline()
    late = {"equipment_id": machine, "status": EquipmentStatus.maintenance, "occurred_at": shop.ago(days=1)}
    await shop.device.client.execute(ChangeEquipmentStatus(**late))
    await shop.do(ChangeEquipmentStatus, equipment_id=machine, status=EquipmentStatus.broken, reason="Pièce commandée")


@case(LinkLabel)
async def that_is_blank(shop: Shop) -> None:
    machine, label = await shop.add_machine(), await shop.blank_label()
    await shop.offline()
    await shop.do(LinkLabel, equipment_id=machine, label_code=label)


@case(SetEquipmentPhoto)
async def of_a_machine_that_is_edited_meanwhile(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.do(SetEquipmentPhoto, equipment_id=machine, attachment_id=await shop.picture())
    await edited(shop, machine, name="Presse à plier")


@case(SetEquipmentPhoto)
async def and_taken_away(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.do(SetEquipmentPhoto, equipment_id=machine, attachment_id=await shop.picture())
    await shop.offline()
    await shop.do(SetEquipmentPhoto, equipment_id=machine, attachment_id=None)


async def documented(shop: Shop, machine: UUID) -> UUID:
    document = uuid7()
    await shop.do(AddDocument, document_id=document, equipment_id=machine, attachment_id=await shop.picture(), title="Schéma")
    return document


@case(AddDocument)
async def to_a_machine_that_is_new_too(shop: Shop) -> None:
    await shop.offline()
    await documented(shop, await shop.add_machine())


@case(DateDocument)
async def that_ends_and_then_no_more(shop: Shop) -> None:
    machine = await shop.add_machine()
    one, other = await documented(shop, machine), await documented(shop, machine)
    await shop.do(DateDocument, document_id=other, valid_until=shop.today)
    await shop.offline()
    await shop.do(DateDocument, document_id=one, valid_until=shop.today)
    await shop.do(DateDocument, document_id=other, valid_until=None)


@case(RemoveDocument)
async def that_the_server_has(shop: Shop) -> None:
    document = await documented(shop, await shop.add_machine())
    await shop.offline()
    await shop.do(RemoveDocument, document_id=document)


@case(RemoveDocument)
async def before_it_was_sent(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.do(RemoveDocument, document_id=await documented(shop, machine))


# --- meters


@case(CreateMeter)
async def and_read(shop: Shop) -> None:
    machine = await shop.add_machine()
    await shop.offline()
    await shop.add_meter(machine, readings={3: 100, 2: 120, 1: 130}, digits=6, decimals=1)


@case(UpdateMeter)
async def and_again(shop: Shop) -> None:
    meter = await shop.add_meter(readings={10: 100})
    await shop.offline()
    for most in (20, 22):
        await shop.do(
            UpdateMeter, meter_id=meter, version=shop.meter(meter).version, name="Heures du four", unit="h", most_per_day=most,
            expected_per_day=8,
        )  # fmt: skip


@case(RecordReading)
async def between_others(shop: Shop) -> None:
    meter = await shop.add_meter(readings={20: 1_000, 2: 1_190})
    await shop.offline()
    await shop.read(meter, 1_100, shop.ago(days=10))
    await shop.read(meter, 1_200)


@case(RecordReading)
async def that_a_date_depends_on(shop: Shop) -> None:
    machine = await shop.add_machine()
    meter = await shop.add_meter(machine, readings={100: 1_000, 60: 1_400, 25: 1_750, 2: 1_960})
    await shop.add_plan(machine, frequency_type="hours", frequency_value=250, meter_id=meter)
    await shop.offline()
    await shop.read(meter, 1_999)


@case(RecordReading, refused="implausible_reading")
async def that_runs_backwards(shop: Shop) -> None:
    meter = await shop.add_meter(readings={20: 1_000})
    await shop.offline()
    await shop.read(meter, 900)


@case(RecordReading)
async def past_the_last_digit_and_taken_back(shop: Shop) -> None:
    meter = await shop.add_meter(readings={2: 99_990}, unit="cycles", most_per_day=None, digits=5)
    await shop.offline()
    wrong = await shop.read(meter, 12, is_confirmed=True)
    await shop.do(VoidReading, meter_id=meter, reading_id=wrong)
    await shop.read(meter, 15, is_confirmed=True)


@case(RecordReading, refused="meter_out_of_use")
async def of_one_that_is_out_of_use(shop: Shop) -> None:
    meter = await shop.add_meter(readings={2: 100})
    await shop.do(UpdateMeter, meter_id=meter, version=shop.meter(meter).version, name="Vieux", unit="h", is_active=False)
    await shop.offline()
    await shop.read(meter, 110)


@case(VoidReading)
async def of_the_last(shop: Shop) -> None:
    meter = await shop.add_meter(readings={20: 1_000})
    wrong = await shop.read(meter, 1_900, is_confirmed=True)
    await shop.offline()
    await shop.do(VoidReading, meter_id=meter, reading_id=wrong, reason="Faux")


@case(ResetMeter)
async def of_a_replaced_one(shop: Shop) -> None:
    meter = await shop.add_meter(readings={20: 1_000, 2: 1_190})
    await shop.offline()
    await shop.do(ResetMeter, meter_id=meter, reset_id=uuid7(), kind=ResetKind.replacement, final_value=1_200, start_value=3, reason="HS")
    await shop.read(meter, 3.5)


@case(ResetMeter)
async def told_late_of_one_that_a_plan_counts_on(shop: Shop) -> None:
    machine = await shop.add_machine()
    meter = await shop.add_meter(machine, readings=RUN)
    await shop.add_plan(machine, meter_id=meter, **FLOATING, **HOURS | {"frequency_value": 10})
    await shop.offline()
    late = {"occurred_at": shop.ago(days=12), "final_value": 1_900, "start_value": 1_850}
    await shop.do(ResetMeter, meter_id=meter, reset_id=uuid7(), is_confirmed=True, **late)


# --- what is set up once


@case(WriteChecklist)
async def and_its_next_versions(shop: Shop) -> None:
    checklist = await shop.add_checklist()
    await shop.offline()
    for name in ("Contrôle mensuel", "Contrôle du mois"):
        version = shop.of("checklists", checklist).version
        await shop.do(WriteChecklist, checklist_id=checklist, version=version, name=name, steps=[step(StepKind.text)])


@case(WriteMaintenanceType)
async def made_and_changed_twice(shop: Shop) -> None:
    await shop.offline()
    kind, version = uuid7(), None
    for name in ("Graissage", "Huilage", "Lubrification"):
        await shop.do(WriteMaintenanceType, maintenance_type_id=kind, version=version, name=f"{name} {kind.hex[-6:]}", color="#112233")
        version = shop.of("types", kind).version


@case(WriteTeam)
async def formed_and_changed_twice(shop: Shop) -> None:
    await shop.offline()
    team, version = uuid7(), None
    for name in ("Nuit", "Jour", "Week-end"):
        await shop.do(
            WriteTeam, team_id=team, version=version, site_id=shop.factory.site, name=f"{name} {team.hex[-6:]}", member_ids=[shop.me]
        )
        version = shop.of("teams", team).version


@case(WriteTeam, refused="stale_version")
async def of_another_version(shop: Shop) -> None:
    team = uuid7()
    told = {"team_id": team, "site_id": shop.factory.site, "name": f"Nuit {team.hex[-6:]}"}
    await shop.do(WriteTeam, **told)
    await shop.offline()
    await shop.do(WriteTeam, **told, version=shop.of("teams", team).version + 5)
