"""Who has several sites is told everywhere of which one a machine is; who has one is not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from mobile_app.core.clock import Clock
from mobile_app.core.session import Device, SessionUser
from mobile_app.domain.client import Client
from mobile_app.domain.context import ClientContext
from mobile_app.domain.lookup import down_first, machines_to_choose
from mobile_app.domain.search import search_equipment
from mobile_app.routes import screens
from mobile_app.ui import environment
from mobile_app.ui.component import component
from mobile_app.ui.hooks import DraftContext, MemoryDrafts
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.permissions import Role
from shared_models.requests.rows import RequestStatus, Symptom, WorkRequestRow
from shared_models.sites import LineRow, SiteRow
from tests.mobile_app.core.rows import AT, PAUL, SITE, job, machine, plan
from tests.mobile_app.core.shared_tabs import SharedTabs
from tests.mobile_app.core.sqlite_store import SqliteStores
from tests.mobile_app.core.stock_rows import hold, part, place, stock
from tests.mobile_app.features.test_plan_screens import NoNetwork
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["screen"]  # a fixture
OTHER = UUID(int=2)
SITES, NAME = {SITE: "Usine de Lyon", OTHER: "Usine de Brest"}, "Boucheuse 1"
PAGES = [
    "/today", "/equipment", "/equipment/{machine}", "/jobs", "/jobs/{job}", "/jobs/{begun}/close", "/jobs/{done}/done",
    "/validate/{done}", "/board",
    "/calendar", "/plans",
    "/plans/{plan}", "/requests", "/requests/{request}", "/parts/{part}",
]  # fmt: skip


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Of each kind one on each of two sites, on lines and machines of one name."""
    stores = SqliteStores()
    await Device(await stores.device()).set_user(SessionUser(PAUL.id, "Paul Martin", Role.supervisor))
    made = Client(transport=NoNetwork(), stores=stores, tabs=SharedTabs(), clock=Clock(lambda: AT), background=False)
    made.drawn.set()
    await made.start()
    await made.tables.whole()  # what is loaded behind the first screen would take the place of these rows
    tables: Any = made.tables
    for site, name in SITES.items():
        line = LineRow(id=uuid7(), site_id=site, name="Ligne A", version=1)
        it = machine(NAME, site_id=site, production_line_id=line.id, status="broken")
        to_do = job(it, "Joint", scheduled_start=AT, scheduled_end=AT + timedelta(hours=1))
        done = job(it, "Courroie", status=InterventionStatus.completed, actual_end=AT, completed_by=uuid7())
        asked = WorkRequestRow(
            id=uuid7(), number="REQ-1", site_id=site, equipment_id=it.id, symptom=Symptom.leak, is_stopped=False, text="Ça goutte",
            requester="", status=RequestStatus.new, photo_id=None, decided_by=None, decided_at=None, reason="", intervention_id=None,
            created_at=AT, version=1,
        )  # fmt: skip
        rows = {"sites": SiteRow(id=site, name=name, location="", time_zone="UTC", version=1), "lines": line, "equipment": it}
        for table, row in {**rows, "interventions": to_do, "requests": asked, "plans": plan(it)}.items():
            getattr(tables, table).rows[row.id] = row
        begun = job(it, "Vérin", status=InterventionStatus.in_progress)
        for row in (done, begun):
            tables.interventions.rows[row.id] = row
        store, bearing = place("Magasin", site), part("Roulement", equipment_ids=[it.id], minimum_stock=3, barcodes=["3272310001234"])
        hold(made, store, bearing, stock(bearing, [(store, 2)]))
    yield made
    await made.close()


def address(client: Client, page: str) -> str:
    """Of what is at the first site."""
    tables: Any = client.tables

    def first(table: str, **fields: Any) -> str:
        rows = [row for row in getattr(tables, table).rows.values() if all(getattr(row, name) == value for name, value in fields.items())]
        return str(next(row.id for row in rows if row.site_id == SITE))

    bearing = next(row for row in tables.parts.rows.values() if UUID(first("equipment")) in row.equipment_ids)
    tabled = {"machine": "equipment", "plan": "plans", "request": "requests", "place": "places"}
    names = {name: first(table) for name, table in tabled.items()} | {"part": str(bearing.id)}
    stages = {"job": "pending", "begun": "in_progress", "done": "completed"}
    return page.format(**names, **{name: first("interventions", status=status) for name, status in stages.items()})


async def show(screen: Screen, client: Client, route: str) -> list[str]:
    screen.page.route = route

    @component
    def Routed() -> ft.Control:
        return ft.Router(screens())

    @ft.component
    def Root() -> ft.Control:
        return ClientContext(client, lambda: DraftContext(MemoryDrafts(), Routed))

    await screen.show(Root)
    await screen.settle(60)
    spoken = [c.content for c in screen.controls() if isinstance(getattr(c, "content", None), str)]
    return [*screen.texts, *spoken, *screen.labels()]


@pytest.mark.parametrize("width", [390, 1100, 1440])
@pytest.mark.parametrize("page", PAGES)
async def test_every_mention_of_a_machine_says_its_site(screen: Screen, client: Client, page: str, width: int) -> None:
    screen.session.apply_page_patch({"width": float(width)})
    environment.install(screen.page)
    said = await show(screen, client, address(client, page))
    mentions = [text for text in said if NAME in text]
    assert mentions
    assert len(mentions) <= sum(any(site in text for site in SITES.values()) for text in said), said


async def test_who_has_one_site_is_spared_its_name(screen: Screen, client: Client) -> None:
    del client.tables.sites.rows[OTHER]
    for page in ("/equipment", "/jobs"):
        said = await show(screen, client, page)
        assert not [text for text in said if SITES[SITE] in text]


@pytest.mark.parametrize("width", [390, 1100, 1440])
async def test_the_list_begins_with_what_is_down(screen: Screen, client: Client, width: int) -> None:
    calm = machine("Aspirateur", site_id=SITE)
    client.tables.equipment.rows[calm.id] = calm
    screen.session.apply_page_patch({"width": float(width)})
    environment.install(screen.page)
    said = await show(screen, client, "/equipment")
    assert said.index(NAME) < said.index("Aspirateur")


async def test_what_is_down_comes_first_then_names_as_people_count(client: Client) -> None:
    rows = [machine(name, status=status) for name, status in [("Four 10", "active"), ("Four 2", "active"), ("Scie", "broken")]]
    assert [row.name for row in sorted(rows, key=down_first)] == ["Scie", "Four 2", "Four 10"]
    assert [row.name for row in search_equipment(rows, "")] == ["Scie", "Four 2", "Four 10"]
    assert [choice.label for choice in machines_to_choose(client, rows[:2])] == ["Four 2 · Usine de Lyon", "Four 10 · Usine de Lyon"]
