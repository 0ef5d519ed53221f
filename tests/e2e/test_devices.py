"""What devices go through: no network, a password typed wrong, a session ended; and who uses them how."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.e2e.app import DESKTOP, PHONE, TABLET, App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import PASSWORD, Product, User
from tests.e2e.waiting import until
from tests.e2e.work import start_breakdown

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
DARK = (0x0E, 0x14, 0x1A)


class TestLinks:
    def test_open_cold_without_network_and_the_card_comes_before_the_app(self, lent: Device, machines: Iterator[Machine]) -> None:
        machine = next(machines)
        first = lent("technician")
        first.page.close()
        first.context.set_offline(True)

        App(first.context, first.url).open(f"/equipment/{machine['id']}").see(machine["name"], machine["code"], "common.sync_offline")

        scanned = App(first.context, first.url)
        scanned.page.goto(f"{first.url}/e/{machine['label_codes'][0]}", wait_until="commit")
        expect(scanned.page.locator("#boot h1")).to_have_text(machine["name"])
        scanned.started().at(f"/equipment/{machine['id']}").see(machine["name"], "machine.start")
        expect(scanned.page.locator("#boot")).to_have_count(0)
        marks = "['card-painted', 'app'].map((name) => performance.getEntriesByName(name)[0].startTime)"
        card, app = scanned.page.evaluate(marks)
        assert card < app


class TestSession:
    def test_refused_token_is_renewed_without_a_word(
        self, lent: Device, machines: Iterator[Machine], product: Product, technician: User
    ) -> None:
        """The server comes back with another secret: every access token is refused, the session's cookie still stands."""
        phone = lent("technician").go(f"/equipment/{next(machines)['id']}")
        job = start_breakdown(phone, "Jeton refusé")
        phone.synced()
        with product.away(ETABLI_SECRET_KEY="another secret, of more than thirty-two letters"):
            phone.fill("job.note_hint", "pendant l’arrêt").tap("job.note_add").see("pendant l’arrêt", "1 à envoyer")
        phone.synced(seconds=90)
        assert [note["text"] for note in technician.job(job)["notes"]] == ["pendant l’arrêt"]

    def test_ended_session_loses_nothing_nor_does_a_wrong_password(
        self, lent: Device, machines: Iterator[Machine], technician: User
    ) -> None:
        phone = lent("technician").go(f"/equipment/{next(machines)['id']}")
        job = start_breakdown(phone, "Session fermée")
        phone.synced()
        phone.context.set_offline(True)
        phone.fill("job.note_hint", "écrit sans réseau").tap("job.note_add").see("écrit sans réseau")
        phone.take_photo().see("Photo 1 sur 1")
        technician.end_other_sessions()

        phone.context.set_offline(False)
        phone.see("sign_in.kept")
        assert technician.job(job)["notes"] == []
        name = phone.field("sign_in.name")
        name.click()
        expect(name).to_have_value("technician")
        phone.fill("sign_in.password", "pas le bon").tap("sign_in.enter").see("problem.wrong_credentials.title")
        expect(name).to_have_value("technician")
        phone.fill("sign_in.password", PASSWORD).tap("sign_in.enter")
        phone.at(f"/jobs/{job}").see("écrit sans réseau", "Photo 1 sur 1").synced()
        kept = technician.job(job)
        assert [note["text"] for note in kept["notes"]] == ["écrit sans réseau"]
        assert len(kept["photos"]) == 1


class TestOperator:
    def test_request_without_an_account_becomes_a_job(
        self, chromium: Browser, lent: Device, machines: Iterator[Machine], product: Product, technician: User
    ) -> None:
        machine = next(machines)
        context = chromium.new_context(viewport=PHONE, locale="fr-FR")
        page = context.new_page()
        page.goto(f"{product.url}/e/{machine['label_codes'][0]}")
        page.get_by_label("Ça fuit").check()
        page.get_by_label("Non, arrêtée").check()
        page.get_by_label("Prendre une photo").set_input_files({"name": "flaque.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
        page.locator("textarea").fill("Flaque d’huile sous le carter")
        page.get_by_label("Votre nom").fill("Sandrine")
        page.get_by_role("button", name="Signaler").click()
        number = page.locator(".number strong").inner_text()
        context.close()

        tablet = lent("supervisor", TABLET).go("/requests").tap("Flaque d’huile sous le carter")
        tablet.see(number, "Sandrine", "requests.photo").tap("requests.accept").tap("requests.make_job")
        tablet.at("/jobs/[^/]+").see("Flaque d’huile sous le carter").synced()
        job = technician.job(tablet.job_id)
        assert job["equipment_id"] == machine["id"]
        assert job["request_id"]


class TestHabits:
    def test_language_and_theme_outlive_a_reload(self, lent: Device) -> None:
        phone = lent("technician").go("/me").tap("English")
        phone.lang = "en"
        phone.see("me.title", "me.theme").tap("me.theme.dark")
        until(lambda: corner(phone) == DARK, lambda: f"a dark page, not {corner(phone)}")
        phone.reload().see("me.theme")
        until(lambda: corner(phone) == DARK, lambda: f"a dark page, not {corner(phone)}")
        phone.tap("me.theme.system").tap("Français")
        phone.lang = "fr"
        phone.see("me.title")

    def test_a_supervisor_validates_from_the_keyboard(self, lent: Device, product: Product) -> None:
        desk = lent("supervisor", DESKTOP).go("/validate").see("validation.keys")
        desk.press("?").see("common.keyboard_help").press("Escape").see_no("common.keyboard_help")
        second = desk.turn("j", "/validate/.+").path
        job = desk.turn("j", "/validate/.+").turn("k", re.escape(second)).job_id
        desk.turn("a", "/validate/.+")
        supervisor = product.as_user("supervisor")
        until(lambda: supervisor.job(job)["is_validated"], "the validation on the server")

    def test_slash_goes_to_search(self, lent: Device, machines: Iterator[Machine]) -> None:
        machine = next(machines)
        desk = lent("supervisor", DESKTOP).go("/equipment").see("equipment_list.title")
        desk.press("/")
        field = desk.field("equipment_list.search")
        expect(field).to_be_focused()
        desk.page.keyboard.insert_text(machine["code"])
        desk.see(machine["name"]).see_no("EQ-0001" if machine["code"] != "EQ-0001" else "EQ-0002")


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "#7a5c2e").save(out, "JPEG")
    return out.getvalue()


def corner(app: App) -> tuple[int, ...]:
    """The colour of the page where no control is."""
    picture = Image.open(io.BytesIO(app.page.screenshot(clip={"x": 4, "y": 300, "width": 2, "height": 2})))
    return picture.convert("RGB").getpixel((0, 0))  # type: ignore[return-value]
