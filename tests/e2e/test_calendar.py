"""The calendar under a planner's hand: dragged on a desk, tapped on a phone; the series stays as it is."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator

from mobile_app.core.i18n import format_date_long, set_language
from shared_models.ids import uuid7
from tests.e2e.app import DESKTOP, NAVIGATE, App
from tests.e2e.conftest import Device, Machine
from tests.e2e.product import Product, User
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def planner(product: Product) -> User:
    return product.as_user("supervisor")


@pytest.fixture
def tuesday() -> date:
    """Of the week after next, so that the day after is in the same month's weeks, and no job is made yet."""
    set_language("fr")
    today = datetime.now(UTC).date()
    return today + timedelta(days=15 - today.weekday())


def planned(planner: User, machine: Machine, title: str, first: date) -> dict[str, Any]:
    """Every week from `first` on, early enough to be the first of its day."""
    wanted = {
        "plan_id": str(uuid7()), "occurred_at": datetime.now(UTC).isoformat(), "equipment_id": machine["id"], "title": title,
        "frequency_type": "weekly", "frequency_value": 1, "basis": "fixed", "starts_on": first.isoformat(), "due_time": "00:01",
        "horizon_days": 0, "estimated_duration": 45,
    }  # fmt: skip
    return dict(planner.post("/maintenance/scheduled", wanted))


def read(planner: User, plan: dict[str, Any]) -> dict[str, Any]:
    return dict(planner.get(f"/maintenance/scheduled/{plan['id']}"))


def now_on(planner: User, plan: dict[str, Any], first: date) -> str:
    """The day on which the server has the plan's first date by now."""
    own = {each["original_due"][:10]: each["due"][:10] for each in read(planner, plan)["occurrences"]}
    return own.get(first.isoformat(), first.isoformat())


def assert_series_unchanged(planner: User, plan: dict[str, Any]) -> None:
    after = read(planner, plan)
    assert [after[name] for name in ("rrule", "starts_at", "upcoming")] == [plan[name] for name in ("rrule", "starts_at", "upcoming")]


def show(app: App, view: str, day: date) -> App:
    app.page.evaluate(NAVIGATE, f"/calendar?view={view}&date={day.isoformat()}")
    return app.at("/calendar")


def button(app: App, words: str) -> Locator:
    found = app.page.get_by_role("button", name=re.compile(re.escape(words)))
    until(found.count, lambda: f"“{words}”; shown:\n{app.shown()}")
    return found.first


def drag(app: App, what: Locator, onto: Locator) -> None:
    start, end = app.place_of(what), app.place_of(onto)
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    mouse = app.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 12, y + 8, steps=4)
    mouse.move(end["x"] + 40, end["y"] + 45, steps=12)
    app.page.wait_for_timeout(300)
    mouse.up()


def test_dragged_to_another_day_and_back(lent: Device, machines: Iterator[Machine], planner: User, tuesday: date) -> None:
    plan = planned(planner, next(machines), "Contrôle des glissières", tuesday)
    wednesday = tuesday + timedelta(days=1)
    desk = lent("supervisor", DESKTOP)
    show(desk, "month", tuesday).see(plan["title"])

    drag(desk, button(desk, plan["title"]), button(desk, format_date_long(wednesday)))
    desk.tap("common.undo").synced()
    until(lambda: now_on(planner, plan, tuesday) == tuesday.isoformat(), "the date back where it was")

    drag(desk, button(desk, plan["title"]), button(desk, format_date_long(wednesday)))
    until(lambda: now_on(planner, plan, tuesday) == wednesday.isoformat(), "the moved date on the server")
    desk.synced()
    assert_series_unchanged(planner, plan)


def test_moved_by_two_taps_without_network(lent: Device, machines: Iterator[Machine], planner: User, tuesday: date) -> None:
    plan = planned(planner, next(machines), "Graissage des guidages", tuesday)
    wednesday = tuesday + timedelta(days=1)
    phone = lent("supervisor")
    show(phone, "month", tuesday).see(plan["title"])

    phone.context.set_offline(True)
    phone.tap(plan["title"]).see("calendar.why").tap("calendar.move").see("calendar.do_not_move")
    phone.touch(button(phone, format_date_long(wednesday)))
    phone.see(plan["title"], "domain.unsent")
    assert now_on(planner, plan, tuesday) == tuesday.isoformat()
    phone.reload()
    show(phone, "month", wednesday).see(plan["title"])

    phone.context.set_offline(False)
    phone.synced()
    assert now_on(planner, plan, tuesday) == wednesday.isoformat()
    assert_series_unchanged(planner, plan)
