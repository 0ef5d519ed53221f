# ruff: noqa: DTZ001 - a plan's dates are on the site's wall clock
"""The planner's screens in a real Flet session, from the rows of a device without a network."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any

import flet as ft
import pytest

from mobile_app.core.clock import Clock
from mobile_app.core.errors import Offline
from mobile_app.core.i18n import format_date_long, t
from mobile_app.core.session import Device, SessionUser
from mobile_app.core.transport import Response
from mobile_app.domain.client import Client
from mobile_app.domain.due_marks import spoken_strip, why_sentence
from mobile_app.domain.plan_cards import NextDues
from mobile_app.features.plans.detail import Plan
from mobile_app.features.plans.editor import PlanForm
from mobile_app.features.plans.list import Filters, matching
from mobile_app.ui.shell import Page
from shared_models.permissions import Role
from shared_models.plans.commands import CreatePlan, SetPlanActive
from shared_models.plans.planning import Outcome
from tests.mobile_app.core.rows import AT, PAUL, machine, plan
from tests.mobile_app.core.shared_tabs import SharedTabs
from tests.mobile_app.core.sqlite_store import SqliteStores
from tests.mobile_app.domain.test_due import ended
from tests.mobile_app.roots import inside
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["screen"]  # a fixture
PRESS = machine("Presse 4")


class NoNetwork:
    async def request(self, method: str, path: str, *, headers: Mapping[str, str], **_: Any) -> Response:
        raise Offline

    async def stream(self, path: str, *, headers: Mapping[str, str]) -> AsyncIterator[str]:
        raise Offline
        yield path


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    stores = SqliteStores()
    await Device(await stores.device()).set_user(SessionUser(PAUL.id, "Paul Martin", Role.supervisor))
    made = Client(transport=NoNetwork(), stores=stores, tabs=SharedTabs(), clock=Clock(lambda: AT), background=False)
    await made.start()
    made.tables.equipment.rows[PRESS.id] = PRESS
    yield made
    await made.close()


def sent(client: Client, kind: type) -> list[Any]:
    return [entry.command for entry in client.outbox.entries if isinstance(entry.command, kind)]


class TestEditor:
    async def test_shows_the_dates_of_the_answers_and_sends_the_plan(self, screen: Screen, client: Client) -> None:
        await screen.show(inside(client, lambda: PlanForm(client, None, str(PRESS.id))))
        await screen.type(screen.find(ft.TextField, having=t("plans.title_hint")), "Graissage des paliers")
        await screen.click("semaine")
        assert format_date_long(date(2026, 12, 7)) in screen.texts  # a week after the first one
        await screen.click(t("plans.create"))
        (command,) = sent(client, CreatePlan)
        assert (command.title, command.equipment_id, command.frequency_type) == ("Graissage des paliers", PRESS.id, "weekly")

    async def test_says_under_the_fields_what_is_missing_and_sends_nothing(self, screen: Screen, client: Client) -> None:
        await screen.show(inside(client, lambda: PlanForm(client, None, None)))
        await screen.click(t("plans.create"))
        assert screen.texts.count(t("common.required")) == 2  # the machine and the title
        assert sent(client, CreatePlan) == []


class TestPlan:
    async def test_tells_its_next_date_and_why_and_how_it_was_kept(self, screen: Screen, client: Client) -> None:
        past = [ended(number, Outcome.on_time if number else Outcome.missed) for number in range(12)]
        own = plan(PRESS, occurrences=past)
        await screen.show(inside(client, lambda: Plan(client, own)))
        assert own.reason
        assert why_sentence(own.reason) in screen.texts
        assert "11 sur 12 à l’heure" in screen.texts
        assert spoken_strip(past) == "11 sur 12 à l’heure ; 1 manquée"
        assert spoken_strip(past) in screen.labels()

    async def test_is_paused_with_a_reason(self, screen: Screen, client: Client) -> None:
        own = plan(PRESS)
        client.tables.plans.rows[own.id] = own
        await screen.show(inside(client, lambda: Plan(client, own)))
        await screen.click(t("plans.pause"))
        await screen.click(t("plans.pause_reason.season"))
        await screen.click(t("plans.pause"))
        (command,) = sent(client, SetPlanActive)
        assert (command.is_active, command.reason) == (False, t("plans.pause_reason.season"))


class TestLists:
    def test_late_paused_and_ignored_plans_are_found(self, client: Client) -> None:
        late, idle = plan(PRESS, title="late"), machine("Four", status="inactive")
        client.tables.equipment.rows[idle.id] = idle
        others = [
            plan(PRESS, title="paused", is_active=False), plan(PRESS, title="ignored", ignored_since=AT), plan(idle, title="idle"),
        ]  # fmt: skip
        client.tables.plans.rows.update({row.id: row for row in [late, *others]})
        found = {
            show: [row.title for row in matching(client, Filters(show=show), date(2027, 6, 1))] for show in ("late", "paused", "ignored")
        }
        assert found == {"late": ["ignored", "late"], "paused": ["paused"], "ignored": ["ignored"]}

    async def test_a_machine_tells_what_is_due_next_and_why(self, screen: Screen, client: Client) -> None:
        own = plan(PRESS)
        client.tables.plans.rows[own.id] = own
        await screen.show(inside(client, lambda: Page(*NextDues(client, PRESS.id, may_plan=True))))
        assert own.reason
        assert {own.title, "Aujourd’hui", why_sentence(own.reason)} <= set(screen.texts)
        assert own.next_due == datetime(2026, 11, 23, 8)
