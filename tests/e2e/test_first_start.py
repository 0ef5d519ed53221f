"""The first ten minutes of a plant, on an empty server: from the link that the server prints to a job closed on a phone."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Playwright

from tests.browser import open_copy, used_profile
from tests.e2e.app import DESKTOP, PHONE, App
from tests.e2e.conftest import film_of
from tests.e2e.product import Product, running
from tests.e2e.waiting import until
from tests.e2e.work import close, start_breakdown
from tests.server.mail.sink import Sink, postbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]

SECRET = "un mot de passe de dix mètres"
LINK = re.compile(r"https?://[^/\s]+(/join\?token=[\w-]{43})")
PARIS: dict[str, Any] = {"locale": "fr-FR", "timezone_id": "Europe/Paris"}


@pytest.fixture(scope="module")
def post() -> Iterator[Sink]:
    with postbox() as found:
        yield found


@pytest.fixture(scope="module")
def empty(post: Sink) -> Iterator[Product]:
    with running(demo=False, **post.env()) as product:
        yield product


Device = Callable[..., App]


@pytest.fixture(scope="module")
def used(empty: Product, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return used_profile(tmp_path_factory.mktemp("used"), lambda context: App(context, empty.url).open().kept_offline())


@pytest.fixture(scope="module")
def device(driver: Playwright, used: Path, empty: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """`device(PHONE)`: somebody's, on which the app has been opened before."""
    apps: list[App] = []

    def make(size: dict[str, int], camera: Path | None = None) -> App:
        more = {"viewport": size, "permissions": ["camera"], "accept_downloads": True, **PARIS}
        apps.append(App(open_copy(driver, used, tmp_path_factory.mktemp("device"), camera, **more), empty.url))
        return apps[-1]

    yield make
    for app in apps:
        app.context.close()
    assert [problem for app in apps for problem in app.problems] == []


@pytest.fixture(scope="module")
def desk(device: Device) -> App:
    """The administrator's, used by one test after the other as by a person through a morning."""
    return device(DESKTOP)


def fill_account(app: App, first: str, last: str, username: str) -> App:
    app.fill("account.first_name", first).fill("account.last_name", last).fill("account.email", f"{username}@usine.local")
    return app.fill("account.username", username).fill("sign_in.password", SECRET)


def link_in_mail(post: Sink, address: str) -> str:
    until(lambda: post.by_reader()[address], f"a mail to {address}")
    [mail] = [mail for mail in post.got if mail["To"] == address]
    found = LINK.search(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert found
    return found.group(1)


def film_from(sheet: bytes, folder: Path) -> Path:
    """What a camera sees of the first label of a printed sheet."""
    page = pypdfium2.PdfDocument(sheet)[0].render(scale=4).to_pil().convert("RGB")
    corner = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)[0].position
    edge = (corner.bottom_right.x - corner.top_left.x) // 6
    label = page.crop((corner.top_left.x - edge, corner.top_left.y - edge, corner.bottom_right.x + edge, corner.bottom_right.y + edge))
    png = io.BytesIO()
    label.resize((300, 300), Image.Resampling.LANCZOS).save(png, "PNG")
    return film_of(png.getvalue(), folder)


class TestFirstTenMinutes:
    def test_from_the_printed_link_to_a_job_closed_by_a_colleague(
        self, device: Device, empty: Product, post: Sink, desk: App, tmp_path: Path
    ) -> None:
        desk.open(empty.setup_link()).see("account.setup_title")
        fill_account(desk, "Ada", "Martin", "ada").tap("account.setup_send")
        desk.at("/board", 60).see("Bienvenue, Ada", "start.step.colleague")

        desk.tap("start.do.site").at("/sites/new").see("Europe/Paris").fill("sites.name", "Usine de Lyon").tap("sites.create")
        desk.at("/sites/[0-9a-f-]{36}").tap("sites.add_line").fill("sites.line_name", "Ligne A").tap("sites.save_line")
        desk.see("Actions pour Ligne A").tap("app.board").at("/board")
        desk.tap("start.do.class").at("/classes/ready").tap("Convoyeur").tap("Prendre 1 classe").at("/board")
        desk.tap("start.do.machine").at("/equipment/new").fill("equipment_list.name", "Convoyeur d’entrée")
        desk.tap("machine.class").tap("Convoyeur").tap("machine_form.save").at("/equipment/[0-9a-f-]{36}")

        desk.tap("machine.label_first").see("labels_form.print")
        with desk.page.expect_download() as sheet:
            desk.tap("labels_form.print")
        film = film_from(Path(sheet.value.path()).read_bytes(), tmp_path)

        desk.go("/board").see("start.step.label").tap("start.do.colleague").at("/people/invite")
        desk.fill("people.for_whom", "Noé Blanc").fill("people.invite_email", "noe@usine.local").tap("people.send_invitation")
        desk.see("people.mail_leaves_body")
        link = link_in_mail(post, "noe@usine.local")

        phone = device(PHONE, film)
        phone.open(link).see("Ada Martin vous invite", "Usine de Lyon")
        fill_account(phone, "Noé", "Blanc", "noe").tap("account.join_send").at("/today", 60).synced()
        phone.tap("common.scan_label").at("/equipment/[0-9a-f-]{36}").see("Convoyeur d’entrée")
        noe, machine = empty.as_user("noe", SECRET), phone.path.rpartition("/")[2]
        job = start_breakdown(phone, "Bande déportée")
        close(phone, noe.get(f"/equipment/{machine}"), noe.get("/equipment-classes"))
        phone.synced()
        assert noe.job(job)["status"] == "completed"

        desk.tap("people.done").at("/people").see("Noé Blanc").go("/board").see("Bande déportée").see_no("Bienvenue, Ada")

    def test_what_the_crew_hears_of_begins_on_the_same_morning(self, desk: App) -> None:
        desk.go("/handovers").see("handovers.none", "handovers.no_shifts").tap("handovers.set_shifts").at("/sites/[^/]+/hours")
        desk.tap("2 × 8").see("Après-midi").tap("sites.save").at("/sites/[^/]+").see("2 postes")
        desk.go("/handovers").see("handovers.first")

        desk.go("/webhooks/new").fill("webhooks.name", "MES").fill("webhooks.url", "https://mes.usine.example/etabli")
        desk.tap("webhooks.save").see("webhooks.secret_once").tap("people.done").at("/webhooks").see("MES")

        desk.go("/notifications").tap("Bande déportée").at("/(jobs|validate)/[^/]+").see("Bande déportée")
        desk.go("/me").see("push.refused").go("/notifications/settings").see("notice.kind.job_to_validate")
