"""What a form sends: answered at once while there is a server, kept where there is none, and nothing typed is lost."""

import re
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.i18n import n, t
from mobile_app.features.equipment.form import MachineForm
from mobile_app.features.equipment.meter_form import MeterForm
from mobile_app.features.equipment.report import ReportForm
from mobile_app.features.equipment.sheets import StartForm
from mobile_app.features.plans.kinds import Types
from mobile_app.routes import screens
from mobile_app.ui.shell import PageHeader
from shared_models.equipment.commands import CreateEquipment
from shared_models.ids import uuid7
from shared_models.plans.commands import WriteMaintenanceType
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Device, Factory, until
from tests.sync.pictures import JPEG
from tests.sync.test_plant_screens import DRAFTS, admin, answered, browser, fill, inside, shown, went

__all__ = ["admin", "browser", "screen", "went"]  # fixtures
pytestmark = pytest.mark.fresh_database


def typed(screen: Screen) -> list[str]:
    return [field.value for field in screen.controls() if isinstance(field, ft.TextField)]


async def test_a_machine_made_without_a_network_is_there_at_once_and_sent_later(
    screen: Screen, admin: Device, factory: Factory, went: list[str]
):  # fmt: skip
    client = admin.client
    screen.page.route = f"/equipment/new?site_id={factory.site}"
    await screen.show(inside(client, lambda: MachineForm(client, None, PageHeader(""))))
    await fill(screen, t("equipment_list.name"), "Pompe 1")
    admin.transport.online = False
    await screen.click(t("machine_form.save"))
    await answered(screen, lambda: went)
    assert t("common.kept_for_later") in screen.texts
    machine_id = UUID(went[-1].removeprefix("/equipment/").removesuffix("?made=1"))
    assert client.equipment.rows[machine_id].name == "Pompe 1"
    admin.transport.online = True
    await client.sync.now()
    await until(lambda: client.equipment.rows[machine_id].label_codes)


async def test_a_machine_edited_without_a_network_keeps_what_its_form_does_not_ask(
    screen: Screen, admin: Device, factory: Factory, went: list[str]
):  # fmt: skip
    """Twice, and one that has no code yet."""
    client, machine_id = admin.client, uuid7()
    admin.transport.online = False
    told = {
        "equipment_id": machine_id,
        "site_id": factory.site,
        "name": "Tour",
        "purchase_date": "2020-02-01",
        "hourly_downtime_cost": "99.50",
    }
    await admin.do(CreateEquipment, **told)
    for name in ("Tour 2", "Tour 3"):
        await screen.show(inside(client, lambda: MachineForm(client, client.equipment.get(machine_id), PageHeader(""))))
        await fill(screen, t("equipment_list.name"), name)
        await fill(screen, t("machine_form.notes"), f"Naguère {name[:-2]}")
        await screen.click(t("machine_form.save"))
        await answered(screen, lambda: client.equipment.rows[machine_id].name == name)  # noqa: B023
    admin.transport.online = True
    await admin.round()
    assert not client.outbox.needs_you
    row = client.equipment.rows[machine_id]
    assert (row.name, row.notes, str(row.purchase_date), str(row.hourly_downtime_cost)) == ("Tour 3", "Naguère Tour", "2020-02-01", "99.50")
    assert (row.version, row.code[:3]) == (3, "EQ-")


async def test_what_the_server_refuses_stands_at_its_field_and_waits_nowhere_else(
    screen: Screen, admin: Device, factory: Factory, went: list[str]
):  # fmt: skip
    client = admin.client
    taken = client.equipment.rows[factory.press].code
    screen.page.route = f"/equipment/new?site_id={factory.site}"
    await screen.show(inside(client, lambda: MachineForm(client, None, PageHeader(""))))
    await fill(screen, t("equipment_list.name"), "Pompe 1")
    await fill(screen, t("equipment_list.code"), "é")  # the device knows by itself
    await screen.click(t("machine_form.save"))
    assert t("validation.string_pattern_mismatch") in screen.texts
    await fill(screen, t("equipment_list.code"), taken)
    await screen.click(t("machine_form.save"))
    await shown(screen, taken)
    await until(lambda: not client.outbox.entries)
    assert "Pompe 1" in typed(screen)
    assert not went
    assert [row.name for row in client.equipment.rows.values()].count("Pompe 1") == 0
    await fill(screen, t("equipment_list.code"), "P-1")
    await screen.click(t("machine_form.save"))
    await answered(screen, lambda: went)


async def test_what_no_field_shows_is_said_at_the_button(screen: Screen, admin: Device, factory: Factory):
    client = admin.client
    [pump] = await client.api.post("/equipment-classes/ready", {"codes": ["POMP"]})
    await until(lambda: UUID(pump["id"]) in client.classes.rows)
    entered = {"name": "Pompe", "site_id": str(factory.site), "class_id": pump["id"]}
    DRAFTS.saved["equipment:new"] = {**entered, "specifications": {pump["spec_fields"][0]["key"]: "a" + "\u0300" * 40}}
    await screen.show(inside(client, lambda: MachineForm(client, None, PageHeader("")), DRAFTS))
    await screen.click(t("machine_form.save"))
    assert t("validation.character_unreadable") in screen.texts
    assert n("common.to_review", 1) not in screen.texts


async def test_who_saved_in_between_is_asked_about(screen: Screen, admin: Device, factory: Factory):
    """Of a row that the device holds; what stands in a form that nobody has typed in follows the row."""
    client, other = admin.client, await factory.signed_in(await factory.person("admin"))
    type_id = uuid7()
    written = {"maintenance_type_id": type_id, "color": "#1F5FBF", "is_active": True}
    await other.do(WriteMaintenanceType, name="Graissage", **written)
    await other.round()
    types = client.tables.types
    await until(lambda: type_id in types.rows)
    await screen.show(inside(client, lambda: Types(client)))
    await screen.click("Graissage")
    await other.do(WriteMaintenanceType, name="Graissages", version=1, **written)
    await other.round()
    await until(lambda: "Graissages" in typed(screen))
    await fill(screen, t("plans.type_description"), "Paliers")
    await other.do(WriteMaintenanceType, name="Lubrification", version=2, **written)
    await other.round()
    await shown(screen, t("common.conflict"))
    assert {"Graissages", "Paliers"} <= set(typed(screen))
    await screen.click(t("common.conflict_mine"))
    await screen.click(t("common.save"))
    await until(lambda: types.rows[type_id].description == "Paliers" and not client.outbox.entries)
    assert types.rows[type_id].name == "Graissages"


async def test_what_is_sent_twice_at_once_is_sent_once(screen: Screen, admin: Device, factory: Factory):
    """The second tap finds the button as it was, or as it is by then, with or without a form; what is said anew is sent."""
    client, machine = admin.client, admin.client.equipment.rows[factory.press]
    meters, jobs = client.tables.meters.rows, client.interventions.rows
    for times, turns in ((1, 0), (2, 1), (3, 40)):
        await screen.show(inside(client, lambda: MeterForm(client, machine.id, None, lambda: None)))
        await fill(screen, t("meters.name"), f"Heures {times}")
        await twice(screen, t("meters.keep"), turns)
        await screen.show(inside(client, lambda: StartForm(client, machine, lambda: None)))
        await fill(screen, t("machine.what"), f"Fuite {times}")
        await twice(screen, t("machine.kind.round"), turns)
        await until(lambda: len(jobs) == len(meters) == times and not client.outbox.entries)  # noqa: B023
    await admin.round()
    assert len(jobs) == len(meters) == 3


async def twice(screen: Screen, words: str, turns: int) -> None:
    button = screen.client.tappable(words)
    screen.send(button, "click")
    await screen.settle(turns)
    screen.send(button, "click")
    await screen.settle(60)


async def test_what_no_command_holds_is_said_and_stays(screen: Screen, admin: Device, factory: Factory):
    """And ends nothing."""
    client, machine = admin.client, admin.client.equipment.rows[factory.press]
    await screen.show(inside(client, lambda: ReportForm(client, machine, lambda: None)))
    await screen.click(t("domain.symptom.leak"))
    await fill(screen, t("machine.details"), "a" + "\u0300" * 40)  # more marks on a letter than text may have
    await screen.click(t("machine.send_report"))
    assert t("validation.character_unreadable") in screen.texts
    assert typed(screen)[0].startswith("a")
    assert not client.outbox.entries


@pytest.mark.parametrize(("symptom", "down", "priority"), [("leak", False, "medium"), ("stopped", True, "high"), ("safety", False, "high")])
async def test_a_report_is_two_taps_and_a_photo(
    screen: Screen, admin: Device, factory: Factory, monkeypatch: pytest.MonkeyPatch, symptom: str, down: bool, priority: str
):
    """What is wrong, and that it is sent; nothing is typed, and the photo goes along."""
    client, machine, left = admin.client, admin.client.equipment.rows[factory.press], []
    monkeypatch.setattr("mobile_app.features.equipment.report.take_photo", lambda of: of.attach(JPEG, "image/jpeg"))
    await screen.show(inside(client, lambda: ReportForm(client, machine, lambda: left.append(True))))
    await screen.click(t("common.photo_add"))
    await until(lambda: "Photo 1 sur 1" in screen.labels())
    await screen.click(t(f"domain.symptom.{symptom}"))
    await screen.click(t("machine.send_report"))
    await answered(screen, lambda: left)
    await admin.round()
    [job] = client.interventions.rows.values()
    assert (job.title, job.priority, len(job.photos)) == (t(f"domain.symptom.{symptom}"), priority, 1)
    assert (job.number is not None, job.stopped_at is not None) == (True, down)


async def test_an_address_with_a_part_that_is_no_id_leads_to_nothing_known(screen: Screen, admin: Device):
    """Typed by hand, or cut off by whoever passed it on."""
    odd = [route.path for route in screens() if ":" in (route.path or "")]
    for path in odd:
        screen.page.route = "/" + re.sub(r":\w+", "no-id", path)
        await screen.show(inside(admin.client, lambda: ft.Router(screens())))
        await screen.settle(40)
        assert t("common.broken_title") not in screen.texts, path
    assert len(odd) > 10


async def test_a_machine_that_an_older_app_has_left_is_edited_whole(screen: Screen, admin: Device, factory: Factory):
    """Its row lies on the device without what devices did not hold then."""
    client = admin.client
    await client.api.put(f"/equipment/{factory.press}", {"name": "Presse", "notes": "Fragile"})
    await until(lambda: client.equipment.rows[factory.press].notes)
    client.equipment.put({str(factory.press): client.equipment.rows[factory.press].model_dump_json(exclude={"notes", "currency"})})
    screen.page.route = f"/equipment/{factory.press}/edit"
    await screen.show(inside(client, lambda: ft.Router(screens())))
    await until(lambda: "Fragile" in typed(screen))
