"""A machine's whole past, page after page, as far back as the server knows."""

import pytest

from tests.e2e.conftest import Device
from tests.e2e.product import User

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def past_of(user: User, machine_id: str) -> list[str]:
    """The titles of its jobs, newest first."""
    page = user.get(f"/equipment/{machine_id}/interventions", size=200)
    assert page["next"] is None
    return [job["title"] for job in page["items"]]


def test_shows_every_job_of_a_machine(lent: Device, technician: User) -> None:
    pasts = {machine["id"]: past_of(technician, machine["id"]) for machine in technician.free_machines()}
    machine_id, titles = min(((key, past) for key, past in pasts.items() if len(past) > 20), key=lambda found: len(found[1]))
    app = lent("technician").go(f"/equipment/{machine_id}").see("machine.history_show")
    app.page.set_viewport_size({"width": 390, "height": 3_600})  # all of it without scrolling
    app.tap("machine.history_show").tap("machine.history_more").see_no("machine.history_more").see(*set(titles))
