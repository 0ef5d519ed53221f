"""A supervisor opens a number down to the job that it counts, and a colleague sees the same figures by the link."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from mobile_app.core.i18n import set_language
from mobile_app.domain.figures import value_of
from shared_models.kpis.rows import Proof
from tests.e2e.app import DESKTOP, PHONE, App
from tests.e2e.conftest import Device
from tests.e2e.product import Product
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
KPI = "mttr"


def test_a_number_opens_to_its_jobs_and_the_link_shows_it_to_whoever_may_see_it(lent: Device, product: Product) -> None:
    site = product.as_user("technician").get("/sites")["items"][0]
    asked = {"period": "year", "site": site["id"]}
    proof = opened(product, "supervisor", site["id"])
    value, first = value_of(proof.figure, proof.confidence), next(event for event in proof.events if event.left_out is None)

    desk = lent("supervisor", DESKTOP).go("/board").see("kpis.this_month").tap("kpis.all").at("/kpis").see("kpis.group.machines")
    desk.go(f"/kpis?{urlencode(asked)}").see(value)
    assert value in on_paper(desk)
    desk.tap("kpi.mttr").at(f"/kpis/{KPI}").see(value, "kpi.file.formula", first.label)
    link = address(desk)
    printed = desk.tap(first.label).at(f"/jobs/{first.job_id}").see(first.label.partition(" · ")[2])
    assert paper(printed.page, lambda: printed.tap("job.print")).startswith(b"%PDF")
    assert paper(desk.page, lambda: desk.go(f"/equipment/{first.equipment_id}").tap("machine.print")).startswith(b"%PDF")

    colleague = lent("technician", PHONE)
    colleague.open(link).see(value, first.label)

    elsewhere = opened(product, "p.moreau", site["id"])
    assert (elsewhere.figure.value, elsewhere.total) == (None, 0)

    colleague.context.set_offline(True)
    colleague.reload().see("kpis.offline", "Derniers chiffres connus", value, first.label)
    colleague.go("/kpis?period=week").see("kpis.never_seen")
    colleague.context.set_offline(False)
    colleague.go(link).see_no("kpis.offline").see(value)


def opened(product: Product, username: str, site_id: str) -> Proof:
    set_language("fr")
    return Proof.model_validate(product.as_user(username).get(f"/dashboard/kpis/{KPI}", period="year", site_id=site_id))


def address(app: App) -> str:
    return str(app.page.evaluate("location.pathname + location.search"))


def on_paper(app: App) -> str:
    """What the browser would print, in the place of a canvas of which it sees one screen."""
    app.page.evaluate("() => { window.print = () => { window.printed = document.querySelector('.paper').textContent; }; }")
    app.tap("common.more").tap("kpis.print")
    return str(until(lambda: app.page.evaluate("window.printed"), "what is printed"))


def paper(page: Page, press: Any) -> bytes:
    """What pressing has the browser keep."""
    with page.expect_download() as kept:
        press()
    return Path(kept.value.path()).read_bytes()
