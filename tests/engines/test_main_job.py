"""The main job in every engine that phones and panels have: Chromium, Firefox, WebKit. Run by `make engines`."""

import pytest

from tests.e2e.product import Product, User
from tests.e2e.waiting import until
from tests.e2e.work import close, start_breakdown
from tests.engines.engines import ENGINES, running
from tests.engines.screen import Screen

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]


@pytest.mark.parametrize("engine", ENGINES)
def test_begun_noted_closed_and_validated(engine: str, product: Product, technician: User) -> None:
    machine = technician.free_machines()[0]
    with running(engine) as (tab, offline):
        screen = Screen(tab, product.url).open()
        screen.sign_in_as_demo("technician").go(f"/equipment/{machine['id']}").see(machine["name"])
        job = start_breakdown(screen, "Courroie qui saute")
        screen.synced()
        screen.open(f"/jobs/{job}").fill("job.note_hint", "Tendeur usé").tap("job.note_add").see("Tendeur usé")
        until(lambda: technician.job(job)["notes"], "what the page sends after another one was left")
        if offline:
            screen.kept_offline()
            offline(True)
            screen.open(f"/jobs/{job}").see("Courroie qui saute", "Tendeur usé")
            screen.fill("job.note_hint", "Noté sans réseau").tap("job.note_add").see("Noté sans réseau")
            offline(False)
        close(screen, machine, technician.get("/equipment-classes"))
        screen.see("domain.job.completed").synced()

        screen.go("/me").tap("me.leave").sign_in_as_demo("supervisor").go(f"/validate/{job}")
        screen.see("Courroie qui saute", "Tendeur usé").tap("validation.approve").synced()
        screen.open(f"/jobs/{job}").see("Courroie qui saute", "domain.job.validated")
        until(lambda: technician.job(job)["is_validated"], "the approval on the server")
