"""A plan, from the desk where it is made to the next date it comes to once its job is done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from icalendar.cal import Component

from mobile_app.core.i18n import format_date_long, set_language
from mobile_app.domain.due_marks import why_sentence
from shared_models.ids import uuid7
from shared_models.plans.planning import DueReason, Reference, ReferenceKind, due
from shared_models.plans.rows import PlanRow
from tests.e2e.app import DESKTOP, App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import Product, User
from tests.e2e.waiting import until
from tests.e2e.work import to_judge

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

TITLE = "Contrôle des tendeurs"


class TestPlan:
    def test_made_on_a_desk_done_on_a_phone_validated_and_due_again(
        self, lent: Device, machines: Iterator[Machine], product: Product
    ) -> None:
        planner, machine = product.as_user("supervisor"), next(machines)
        desk = lent("supervisor", DESKTOP).go(f"/equipment/{machine['id']}")
        plan_id = make_every_three_months(desk)
        plan = read(planner, plan_id)
        assert (plan.title, str(plan.equipment_id), plan.reason and plan.reason.frequency) == (TITLE, machine["id"], "monthly")

        desk.tap("plans.generate").at("/jobs/[^/]+").see(TITLE, "planned.why")
        job = desk.job_id
        desk.synced()

        phone = lent("technician").go("/today").see(TITLE).tap(TITLE).at(f"/jobs/{job}")
        phone.tap("job.start").see("job.pause").tap("job.close").see("close.runs").tap("close.runs.active").tap("close.finish")
        phone.at(f"/jobs/{job}/done").see("close.done").synced()

        to_judge(desk, job, TITLE).tap("validation.approve_next")
        until(lambda: planner.job(job)["is_validated"], "the supervisor's approval on the server")

        told = due_again(planner, plan_id, job)
        desk.go(f"/plans/{plan_id}").see(*on_screen(told))
        assert told.due.date() in days_of(planner, plan_id, told)
        assert why_sentence(told) in subscribed(planner, plan_id, told)


def make_every_three_months(desk: App) -> str:
    """In the editor: three taps for the frequency, one for the person; the dates stand beside it. The plan's id."""
    desk.tap("due.new_plan").at("/plans/new")
    more = f"{desk.words('plans.how_often')} +"
    desk.tap(more).see("Tous les 2 mois").tap(more).see("Tous les 3 mois", "plans.preview")
    desk.fill("plans.title_label", TITLE)
    scroll_the_questions(desk)
    desk.tap("plans.technician").tap("Julien Roux")
    scroll_the_questions(desk, 5_000)
    desk.tap("plans.advanced")
    scroll_the_questions(desk, 5_000)
    desk.fill("plans.horizon_days", "3")  # a week ahead, the job would be there before it is asked for
    desk.tap("plans.create").at("/plans/[0-9a-f-]{36}").see(TITLE, "plans.why", "J. Roux")
    desk.synced()
    return desk.path.split("/")[2]


def scroll_the_questions(desk: App, by: int = 700) -> None:
    """The dates beside them scroll for themselves."""
    desk.page.mouse.move(500, 500)
    desk.page.mouse.wheel(0, by)


def read(planner: User, plan_id: str) -> PlanRow:
    return PlanRow.model_validate(planner.get(f"/maintenance/scheduled/{plan_id}"))


def due_again(planner: User, plan_id: str, job_id: str) -> DueReason:
    """The server's next date, which is what the rule makes of the completion."""
    plan, job = read(planner, plan_id), planner.job(job_id)
    site = next(site for site in planner.get("/sites")["items"] if site["id"] == str(plan.site_id))
    done = datetime.fromisoformat(job["actual_end"]).astimezone(ZoneInfo(site["time_zone"])).replace(tzinfo=None)
    expected = due(plan.rule(), Reference(kind=ReferenceKind.done, at=done))
    assert expected
    assert plan.reason
    assert (plan.next_due, plan.reason.due) == (expected.due, expected.due)
    return plan.reason


def subscribed(planner: User, plan_id: str, reason: DueReason) -> str:
    """What the technician's subscribed calendar says of the plan's next date."""
    technician = str(read(planner, plan_id).assigned_technician_id)
    feed = planner.post("/calendar/feeds", {"id": str(uuid7()), "kind": "person", "target_id": technician})
    events = Calendar.from_ical(planner.bytes_of(urlsplit(feed["url"]).path.removeprefix("/api/v1"))).walk("VEVENT")
    return next(
        str(event["DESCRIPTION"])
        for event in events
        if is_of(event, plan_id) and event.decoded("DTSTART").replace(tzinfo=None) == reason.due
    )


def is_of(event: Component, plan_id: str) -> bool:
    return str(event.get("URL", "")).endswith(f"/plans/{plan_id}")


def on_screen(reason: DueReason) -> tuple[str, str]:
    set_language("fr")
    return format_date_long(reason.due.date()), why_sentence(reason)


def days_of(planner: User, plan_id: str, reason: DueReason) -> list[object]:
    """The days on which the calendar has the plan, around its next date."""
    since, last = ((reason.due + timedelta(days=days)).date().isoformat() for days in (-3, 3))
    entries = planner.get("/maintenance/calendar", since=since, until=last, equipment_id=str(read(planner, plan_id).equipment_id))
    return [datetime.fromisoformat(entry["due"]).date() for entry in entries if entry["plan_id"] == plan_id]
