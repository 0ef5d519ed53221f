"""A checklist worked through without a network: answered, failed, corrected by a job of its own, closed; then all of it arrives."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from shared_models.ids import uuid7
from tests.e2e.app import TABLET, App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import Product, User
from tests.e2e.waiting import until
from tests.e2e.work import see_sheet, to_judge

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def step(kind: str, title: str, **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "kind": kind, "title": title, **fields}


GUARD = step("check", "Consigner la machine")
STOP = step("pass_fail", "Arrêt d’urgence")
PRESSURE = step("number", "Pression d’air", unit="bar", low=5, high=7)
BELT = step("choice", "État de la courroie", options=["Bon", "Usé"])
PICTURE = step("photo", "Carter fermé")
REST = step("text", "Remarques", is_required=False)
FOUND = "Pression d’air\u00a0: 8,2\u00a0bar"
STEPS = [GUARD, STOP, PRESSURE, BELT, PICTURE, REST]


def at() -> str:
    return datetime.now(UTC).isoformat()


@pytest.fixture
def job(product: Product, technician: User, machines: Iterator[Machine]) -> str:
    """A job with the checklist, in the technician's hands."""
    supervisor, checklist, job = product.as_user("supervisor"), str(uuid7()), str(uuid7())
    told = {"checklist_id": checklist, "name": "Contrôle mensuel", "steps": STEPS, "occurred_at": at()}
    supervisor.put(f"/maintenance/checklists/{checklist}", told)
    technician.post("/maintenance/interventions", {
        "intervention_id": job, "equipment_id": next(machines)["id"], "title": "Contrôle du mois", "intervention_type": "preventive",
        "checklist_id": checklist, "occurred_at": at(),
    })  # fmt: skip
    return job


def test_a_checklist_without_network(lent: Device, technician: User, job: str) -> None:
    phone = lent("technician").go(f"/jobs/{job}").see("Contrôle mensuel")

    phone.context.set_offline(True)
    phone.tap("job.start").see("job.pause")
    phone.tap("checklist.begin").at(f"/jobs/{job}/checklist")
    work_through(phone)
    phone.tap("job.close").at(f"/jobs/{job}/close").see("close.runs").tap("close.runs.active").tap("close.finish")
    see_sheet(phone)
    phone.at(f"/jobs/{job}").see("domain.job.completed", "Pression d’air")

    phone.reload().see("domain.job.completed", "checklist.state.failed", FOUND)
    assert technician.job(job)["answers"] == []

    phone.context.set_offline(False)
    phone.synced()
    assert_told(technician, job)

    tablet = to_judge(lent("supervisor", TABLET), job, "Contrôle du mois")
    tablet.see("checklist.state.failed", FOUND, "Inaccessible").tap("validation.approve")
    phone.see("domain.job.validated")


def work_through(phone: App) -> None:
    """Each step in turn; the pressure is out of its limits, and asks for a job."""
    phone.see("Consigner la machine").tap("checklist.did")
    phone.see("Arrêt d’urgence").tap("checklist.state.done")
    phone.see("Pression d’air")
    for key in ("8", ",", "2"):
        phone.tap(key)
    phone.see("checklist.out").tap("checklist.save")
    phone.tap("checklist.corrective_ask").tap("checklist.corrective_create")
    phone.see("checklist.corrective_made", "domain.number_pending").tap("checklist.next")
    phone.see("État de la courroie").tap("checklist.skip").tap("checklist.skip_reason.no_access")
    phone.tap("checklist.skip")
    phone.see("Carter fermé").tap("checklist.photo_take")
    phone.page.get_by_role("button", name=phone.words("photo.shutter"), exact=True).click()
    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    phone.see("checklist.photo_again").tap("checklist.next")
    phone.see("Remarques").tap("checklist.next").see("checklist.done")


def assert_told(technician: User, job: str) -> None:
    """The server has what was found, and the job it has asked for."""
    until(lambda: technician.job(job)["status"] == "completed", "the job on the server")
    answers = {answer["step_id"]: answer for answer in technician.job(job)["answers"]}
    found = [(answers[item["id"]]["state"], answers[item["id"]].get("value")) for item in STEPS[:4]]
    assert found == [("done", None), ("done", None), ("failed", 8.2), ("skipped", None)]
    assert answers[PICTURE["id"]]["photo_id"]
    listed = technician.get("/maintenance/interventions", search="Pression", status="pending")["items"]
    made = next(technician.job(item["id"]) for item in listed if item["title"] == FOUND)
    assert (made["found_in"], made["found_at_step"], made["intervention_type"]) == (job, PRESSURE["id"], "corrective")
