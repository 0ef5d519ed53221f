"""An administrator builds a plant on the screens, against the real server: site, line, classes, first machine."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.bridge import MemoryChannel, bridge
from mobile_app.core.i18n import n, t
from mobile_app.domain.scanning import is_brought, place_of
from mobile_app.features.classes.editor import ClassForm
from mobile_app.features.classes.ready import ReadyClasses
from mobile_app.features.equipment.form import MachineForm
from mobile_app.features.sites.editor import KnownSite, SiteForm
from mobile_app.features.sites.hours import HoursForm
from mobile_app.ui.hooks import MemoryDrafts
from mobile_app.ui.shell import PageHeader
from shared_models.equipment.rows import FailureItemKind
from tests.mobile_app.roots import inside
from tests.mobile_app.test_spoken import dumb, unheard
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import Device, Factory, until

__all__ = ["screen"]  # a fixture
DRAFTS = MemoryDrafts()


@pytest.fixture(autouse=True)
def browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser in Montréal."""
    channel = MemoryChannel()
    channel.page = lambda told: channel.from_page({"id": told["id"], "kind": "response", "result": {"time_zone": "America/Toronto"}})
    bridge.connect(channel)
    DRAFTS.saved.clear()


@pytest.fixture
def went(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where the screens have led."""
    places: list[str] = []
    monkeypatch.setattr(type(screen.page), "navigate", lambda _, route, **__: places.append(route))
    return places


async def shown(screen: Screen, words: str) -> None:
    await until(lambda: any(words in text for text in screen.texts))
    await screen.settle()


async def fill(screen: Screen, label: str, text: str) -> None:
    """The field under `label`."""
    fields = [c for c in screen.controls() if isinstance(c, ft.MergeSemantics) and getattr(c.content, "label", "") == label]
    await screen.type(fields[-1].content.content, text)


async def answered(screen: Screen, happens: Callable[[], Any]) -> None:
    await until(happens)
    await screen.settle()


@pytest.fixture
async def admin(factory: Factory) -> Device:
    return await factory.signed_in(await factory.person("admin"), background=True)


class TestSites:
    async def test_a_new_one_keeps_the_browser_s_time_and_is_there_at_once(self, screen: Screen, factory: Factory, went: list[str]):
        """Also for an administrator who sees some sites only."""
        admin = await factory.signed_in(await factory.person("admin", sites=[factory.site]), background=True)
        client = admin.client
        screen.page.route = "/sites/new?next=/equipment/new"
        await screen.show(inside(client, lambda: SiteForm(client, None, lambda: None), DRAFTS))
        await shown(screen, "America/Toronto")
        assert not DRAFTS.saved  # nobody has typed anything yet
        await screen.click(t("sites.create"))
        assert t("common.required") in screen.texts
        await fill(screen, t("sites.name"), "Usine de Lava")
        admin.transport.only, admin.transport.lose_answers = "/sites", 1
        await screen.click(t("sites.create"))
        await shown(screen, t("common.needs_network"))  # made, but its answer was lost
        await fill(screen, t("sites.name"), "Usine de Laval")
        await screen.click(t("sites.create"))
        await answered(screen, lambda: went)
        [site] = [row for row in client.sites.rows.values() if row.name == "Usine de Laval"]
        assert site.time_zone == "America/Toronto"
        assert went == [f"/equipment/new?site_id={site.id}"]
        assert not DRAFTS.saved

    async def test_nothing_typed_is_lost_and_whose_words_stay_is_asked(
        self, screen: Screen, admin: Device, factory: Factory, went: list[str]
    ):
        client, other = admin.client, await factory.signed_in(await factory.person("admin"))
        await screen.show(inside(client, lambda: KnownSite(client, str(factory.site), SiteForm), DRAFTS))
        await shown(screen, t("sites.save"))
        await fill(screen, t("sites.location"), "Voiron")
        admin.transport.online = False
        await screen.click(t("sites.save"))
        await shown(screen, t("common.needs_network"))
        assert DRAFTS.saved[f"site:{factory.site}"]["location"] == "Voiron"
        admin.transport.online = True
        await other.client.api.patch(f"/sites/{factory.site}", {"version": 1, "location": "Grenoble"})
        await screen.click(t("sites.save"))
        await shown(screen, t("common.conflict"))
        assert "Voiron" in [field.value for field in screen.controls() if isinstance(field, ft.TextField)]
        await screen.click(t("common.conflict_mine"))
        await screen.click(t("sites.save"))
        await answered(screen, lambda: went)
        assert (await client.api.get(f"/sites/{factory.site}"))["location"] == "Voiron"

    async def test_one_that_holds_machines_stays_and_says_so(self, screen: Screen, admin: Device, factory: Factory, went: list[str]):
        client = admin.client
        await screen.show(inside(client, lambda: KnownSite(client, str(factory.site), SiteForm), DRAFTS))
        await shown(screen, t("sites.delete"))
        await screen.click(t("sites.delete"))
        await screen.click(t("sites.delete"))
        await shown(screen, f"{client.sites.rows[factory.site].name} garde encore")
        await screen.click(t("sites.add_line"))
        await fill(screen, t("sites.line_name"), "Ligne 10")
        await screen.click(t("sites.save_line"))
        await answered(screen, lambda: client.lines.rows)
        assert not went

    async def test_its_shifts_begin_with_a_usual_pattern_and_devices_hold_them(
        self, screen: Screen, admin: Device, factory: Factory, went: list[str]
    ):
        client = admin.client
        await screen.show(inside(client, lambda: KnownSite(client, str(factory.site), HoursForm), DRAFTS))
        await shown(screen, t("sites.usual_name.three"))
        await screen.click(t("sites.usual_name.three"))
        await fill(screen, t("sites.shift_name"), "Soir")
        assert (dumb(screen), unheard(screen)) == ([], [])
        await screen.click("Sam")  # of the first
        await screen.click(t("sites.save"))
        await answered(screen, lambda: went)
        kept = client.sites.rows[factory.site].shifts
        assert [(each.name, len(each.weekdays), each.begins.hour, each.ends.hour) for each in kept] == [
            ("Matin", 6, 5, 13), ("Après-midi", 5, 13, 21), ("Soir", 5, 21, 5),
        ]  # fmt: skip


@pytest.mark.fresh_database
class TestClasses:
    async def test_several_are_taken_at_once_and_can_be_picked(self, screen: Screen, admin: Device, went: list[str]):
        client = admin.client
        screen.page.route = "/classes/ready"
        await screen.show(inside(client, lambda: ReadyClasses(client), DRAFTS))
        await shown(screen, "Moteur électrique")
        await screen.click("Moteur électrique")
        await screen.click("Réducteur")
        await screen.click(n("classes.take", 2))
        await answered(screen, lambda: went)
        assert {row.code for row in client.classes.rows.values()} == {"MOTO", "REDU"}
        assert went == ["/classes"]
        assert t("classes.there") in screen.texts

    async def test_one_from_nothing_needs_names_in_one_language_only(self, screen: Screen, admin: Device, went: list[str]):
        client = admin.client
        screen.page.route = "/classes/new?next=//example.org"  # no place of the app
        await screen.show(inside(client, lambda: ClassForm(client, None), DRAFTS))
        await fill(screen, t("classes.name_fr"), "Séchoir à bande")
        await screen.click(t("classes.add_mode"))
        await screen.click(t("classes.save"))
        assert t("classes.name_missing") in screen.texts
        await fill(screen, t("classes.name_fr"), "Bande déportée")
        admin.transport.only, admin.transport.lose_answers = "/equipment-classes", 1
        await screen.click(t("classes.save"))
        await shown(screen, t("common.needs_network"))
        await screen.click(t("classes.save"))
        await answered(screen, lambda: went)
        assert went == ["/classes"]
        [row] = client.classes.rows.values()
        assert (row.code, row.names) == ("SECHOIR-A-BANDE", {"fr": "Séchoir à bande"})
        assert [(item.kind, item.code) for item in row.failure_items] == [(FailureItemKind.mode, "BANDE-DEPORTEE")]


@pytest.mark.fresh_database
class TestFirstMachine:
    async def test_pickers_without_choices_lead_to_what_is_missing(self, screen: Screen, admin: Device, went: list[str]):
        client = admin.client
        for row_id in list(client.sites.rows):
            client.sites.forget(row_id)
        screen.page.route = "/equipment/new"
        await screen.show(inside(client, lambda: MachineForm(client, None, PageHeader("")), DRAFTS))
        assert t("machine_form.no_site") in screen.texts
        await fill(screen, t("equipment_list.name"), "Presse 1")
        await screen.click(t("machine_form.make_site"))
        await screen.click(t("machine_form.make_class"))
        assert went == ["/sites/new?next=/equipment/new", "/classes/ready?next=/equipment/new"]
        assert DRAFTS.saved["equipment:new"]["name"] == "Presse 1"

    async def test_who_may_not_make_a_site_is_told_whom_to_ask(self, screen: Screen, factory: Factory):
        supervisor = (await factory.signed_in(await factory.person("supervisor", sites=[]))).client
        await screen.show(inside(supervisor, lambda: MachineForm(supervisor, None, PageHeader("")), DRAFTS))
        assert t("machine_form.no_site_ask") in screen.texts
        assert t("machine_form.make_site") not in screen.texts

    async def test_takes_what_was_made_for_it_and_leads_to_its_label(
        self, screen: Screen, admin: Device, factory: Factory, went: list[str]
    ):  # fmt: skip
        client = admin.client
        pump, fan = await client.api.post("/equipment-classes/ready", {"codes": ["POMP", "VENT"]})
        kept = {name: fan[name] for name in ("id", "version", "code", "names")}
        await client.api.put(f"/equipment-classes/{fan['id']}", {**kept, "is_active": False})
        await until(lambda: (row := client.classes.get(UUID(fan["id"]))) and not row.is_active)
        screen.page.route = f"/equipment/new?site_id={factory.site}&class_id={pump['id']}"
        await screen.show(inside(client, lambda: MachineForm(client, None, PageHeader("")), DRAFTS))
        await fill(screen, t("equipment_list.name"), "Pompe 1")
        await screen.click("Pompe")
        assert "Ventilateur" not in screen.texts  # retired
        await fill(screen, "Débit (m³/h)", "12,5")
        await screen.click(t("machine_form.save"))
        await answered(screen, lambda: went)
        machine_id = UUID(went[-1].removeprefix("/equipment/").removesuffix("?made=1"))
        await until(lambda: client.equipment.rows[machine_id].label_codes)
        made = client.equipment.rows[machine_id]
        assert (made.site_id, str(made.class_id), made.specifications) == (factory.site, pump["id"], {"debit": 12.5})


async def test_a_code_typed_into_the_scanner_is_asked_for_where_the_device_does_not_hold_the_machine(factory: Factory):
    """As during a first load."""
    anne = await factory.signed_in(await factory.person("technician", sites=[factory.site]))
    press, client = anne.client.equipment.rows[factory.press], anne.client
    client.equipment.forget(press.id)
    assert not await is_brought(client, "EQ-NOBODY")
    assert await is_brought(client, press.code.lower().replace("-", " "))
    assert place_of(client, press.code) == f"/equipment/{press.id}"
    other = await factory.signed_in(await factory.person("admin"))
    assert not await is_brought(client, other.client.equipment.rows[factory.oven].code)  # of another site
