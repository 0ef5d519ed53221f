"""The main job, from the label to the supervisor's approval, as the people themselves would do it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.app import TABLET, App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import User
from tests.e2e.waiting import until
from tests.e2e.work import close, start_breakdown, to_judge

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


class TestMainJob:
    def test_scanned_begun_done_without_network_and_validated(self, lent: Device, scanned: Machine, technician: User) -> None:
        phone = lent("technician").go("/today")

        phone.tap("common.scan_label").at(f"/equipment/{scanned['id']}").see(scanned["name"])
        job = start_breakdown(phone, "Courroie qui saute")
        phone.synced()

        phone.context.set_offline(True)
        left_at = datetime.now(UTC)
        phone.take_photo().see("Photo 1 sur 1")
        phone.fill("job.note_hint", "Tendeur usé, à commander").tap("job.note_add")
        close(phone, scanned, technician.get("/equipment-classes"))
        phone.see("domain.job.completed")
        assert technician.job(job)["status"] == "in_progress"
        phone.reload().see("Courroie qui saute", "domain.job.completed", "Tendeur usé, à commander", "Photo 1 sur 1")

        back_at = datetime.now(UTC)
        phone.context.set_offline(False)
        phone.synced()

        tablet = to_judge(lent("supervisor", TABLET), job, "Courroie qui saute")
        tablet.see("Tendeur usé, à commander", "Photo 1 sur 1").tap("validation.approve")
        phone.see("domain.job.validated")

        trail = technician.history(job)
        assert_told(trail, left_at, back_at)

    def test_returned_with_a_reason_done_again_and_validated(self, lent: Device, machines: Iterator[Machine], technician: User) -> None:
        classes, machine = technician.get("/equipment-classes"), next(machines)
        phone = lent("technician").go(f"/equipment/{machine['id']}")
        job = start_breakdown(phone, "Bruit au démarrage")
        close(phone, machine, classes)
        phone.synced()

        tablet = to_judge(lent("supervisor", TABLET), job, "Bruit au démarrage")
        tablet.tap("validation.return").tap("validation.reason.cause").tap("validation.return_send").see("validation.returned")

        phone.go("/today").see("Bruit au démarrage", "validation.reason.cause").tap("Bruit au démarrage")
        phone.at(f"/jobs/{job}").see("validation.reason.cause").tap("job.join").see("job.pause")
        close(phone, machine, classes)
        phone.synced()

        to_judge(tablet, job, "Bruit au démarrage").tap("validation.approve")
        phone.see("domain.job.validated")
        assert [entry["action"] for entry in technician.history(job)].count("intervention.completed") == 2

    def test_two_tabs_show_one_truth_and_push_once(self, lent: Device, machines: Iterator[Machine], technician: User) -> None:
        pushed: list[str] = []
        one = lent("technician")
        one.context.on("request", lambda request: pushed.extend(commands_of(request)))
        one.go(f"/equipment/{next(machines)['id']}")
        job = start_breakdown(one, "Deux onglets")
        two = App(one.context, one.url).open(f"/jobs/{job}").see("Deux onglets")

        one.fill("job.note_hint", "écrit dans le premier").tap("job.note_add")
        two.see("écrit dans le premier")
        two.fill("job.note_hint", "écrit dans le second").tap("job.note_add")
        one.see("écrit dans le second")
        one.synced()
        two.synced()

        until(lambda: len(technician.job(job)["notes"]) == 2, "both notes on the server")
        assert sorted(pushed) == sorted(set(pushed))


def commands_of(request: Any) -> list[str]:
    """The ids of the commands that a request pushes."""
    if not request.url.endswith("/sync/push"):
        return []
    return [command["command_id"] for command in json.loads(request.post_data)["commands"]]


def assert_told(trail: list[dict[str, Any]], left_at: datetime, back_at: datetime) -> None:
    """Every step is there, in order; those made without a network happened then, and arrived after it came back."""
    steps = sorted(trail, key=lambda entry: entry["occurred_at"])
    actions = [entry["action"] for entry in steps]
    offline = ["intervention.photo_added", "intervention.note_added", "intervention.completed"]
    expected = ["intervention.created", *offline, "intervention.validated"]
    assert [action for action in actions if action in expected] == expected, actions
    for entry in steps:
        if entry["action"] in offline:
            occurred, received = (datetime.fromisoformat(entry[name]) for name in ("occurred_at", "received_at"))
            assert left_at < occurred < back_at < received
