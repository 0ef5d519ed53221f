"""What a list is asked for lives in its address: every list, every filter; and a figure leads to exactly what it counts."""

import re
from datetime import date, timedelta
from enum import EnumType
from typing import Any, get_args
from urllib.parse import urlsplit

import flet as ft
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobile_app.core.i18n import t
from mobile_app.domain.agenda import NOBODY
from mobile_app.domain.client import Client
from mobile_app.features.equipment import list as equipment_list
from mobile_app.features.jobs import list as job_list
from mobile_app.features.jobs.desk import _columns
from mobile_app.features.plans import list as plan_list
from mobile_app.routes import screens
from mobile_app.ui import environment
from mobile_app.ui.address import Asked, Opener, Place
from mobile_app.ui.choices import _is_at_work
from mobile_app.ui.table import Sorting, sort_rows
from shared_models.base import EntityRow
from shared_models.ids import uuid7
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionType
from shared_models.requests.rows import RequestStatus
from tests.mobile_app.core.rows import AT, job, machine, plan
from tests.mobile_app.features.test_whose_machine import OTHER, SITE, client, show
from tests.mobile_app.ui.conftest import Screen, _walk, screen

__all__ = ["client", "screen"]  # fixtures
assert screens()  # which imports them all
KINDS = [Asked, *Asked.__subclasses__()]
LISTS = ["/equipment", "/jobs", "/plans", "/requests", "/parts"]
SOMEBODY = uuid7()


def values(kind: type[Asked]) -> st.SearchStrategy[Asked]:
    """Whatever can be asked of a list."""

    def of(name: str) -> st.SearchStrategy[Any]:
        parts = [part for part in get_args(kind.model_fields[name].annotation) if part is not type(None)]
        if date in parts:
            return st.dates()
        listed = [value for part in parts for value in (part if isinstance(part, EnumType) else get_args(part) or [part])]
        words = [value for value in listed if isinstance(value, str)]
        return st.sampled_from(words) if words else st.uuids().map(str)

    own = {name: of(name) for name in kind.model_fields if name not in Asked.model_fields}
    usual = {"query": st.text(max_size=40), "sort": st.sampled_from(["", "name", "-due"]), "page": st.integers(1, 500)}
    return st.fixed_dictionaries({}, optional={**usual, **own}).map(kind.model_validate)


@given(st.sampled_from(KINDS).flatmap(values))
def test_what_is_asked_is_read_back_from_the_address(asked: Asked) -> None:
    assert type(asked).read(asked.at("/list")) == asked


@given(
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(["q", "sort", "page", "site", "status", "state", "show", "due", "x"]), st.text(max_size=9)),
)
def test_an_address_that_somebody_wrote_breaks_nothing(kind: type[Asked], told: dict[str, str]) -> None:
    address = "/list?" + "&".join(f"{name}={value}" for name, value in told.items())
    assert kind.read(address) == kind.read(kind.read(address).at("/list"))


# Each screen, by its filters


@pytest.fixture
async def plant(client: Client) -> Client:
    """More of everything, so that each filter finds some of it and not all."""
    tables: Any = client.tables
    rows: list[Any] = []
    for number, (site, status) in enumerate([(SITE, "active"), (OTHER, "broken"), (SITE, "maintenance")]):
        one = machine(f"Machine {number}", site_id=site, status=status, criticality=("low", "critical", "medium")[number])
        tables.equipment.rows[one.id] = one
        for days, title in ((-3, "hier"), (0, "ce jour"), (3, "bientôt"), (40, "plus tard")):
            at = AT + timedelta(days=days)
            rows.append(
                job(one, f"{title} {number}", scheduled_start=at, scheduled_end=at, assigned_technician_id=SOMEBODY if days > 0 else None)
            )
        done = {"status": InterventionStatus.completed, "actual_end": AT, "completed_by": uuid7()}
        rows += [job(one, f"finie {number}", **done, is_validated=True), job(one, f"à valider {number}", **done)]
        for more in ({}, {"ignored_since": AT}, {"is_active": False}):
            made = plan(one, title=f"Plan {number} {more}", **more)
            tables.plans.rows[made.id] = made
    tables.interventions.rows.update({row.id: row for row in rows})
    asked = next(iter(tables.requests.rows.values()))
    declined = asked.model_copy(update={"id": uuid7(), "status": RequestStatus.declined})
    tables.requests.rows[declined.id] = declined
    return client


def items(screen: Screen, path: str) -> list[str]:
    """What is listed, by where its cards lead."""
    found = [getattr(c, "on_click", None) for c in screen.controls()]
    openers = [cell.cell_contents for click in found if click and click.__closure__ for cell in click.__closure__]
    routes = [one.route for one in openers if isinstance(one, Opener)]
    return sorted({urlsplit(route).path for route in routes if re.fullmatch(rf"{path}/[0-9a-f-]{{36}}", urlsplit(route).path)})


async def picks(screen: Screen) -> list[Any]:
    """Each way to ask for something else that the list offers."""
    menus = [item for c in screen.controls() if isinstance(c, ft.PopupMenuButton) for item in c.items if item.checked is False]
    chips = [
        c.content for c in screen.controls() if isinstance(c, ft.Semantics) and c.checked is False and isinstance(c.content, ft.Container)
    ]
    return [one.on_click for one in (*menus, *chips) if one.on_click]


@pytest.mark.parametrize("path", LISTS)
async def test_every_filter_of_every_list_survives_a_reload(screen: Screen, plant: Client, path: str) -> None:
    await show(screen, plant, path)
    offered = len(await picks(screen))
    differing = 0
    for number in range(offered):
        environment.install(screen.page)
        await show(screen, plant, path)
        whole = items(screen, path)
        await (await picks(screen))[number](None)
        await screen.settle(40)
        shown, address = items(screen, path), environment.current().address.of(path)
        differing += shown != whole
        assert address != path
        environment.install(screen.page)  # another tab
        await show(screen, plant, address)
        assert items(screen, path) == shown, address
    assert differing >= offered / 2


@pytest.mark.parametrize("path", ["/equipment", "/jobs", "/plans", "/parts"])
async def test_a_filter_that_asks_for_the_same_is_not_drawn_again(screen: Screen, plant: Client, path: str) -> None:
    """A plant's lines are many items of a menu, and each order and page would bring them all again."""
    screen.session.apply_page_patch({"width": 1440.0, "height": 900.0})
    environment.install(screen.page)
    await show(screen, plant, path)
    menus = [c for c in screen.controls() if isinstance(c, ft.PopupMenuButton) and c.items and c.items[0].checked]
    assert menus
    Place(next(kind for kind in KINDS if kind is not Asked)()).ask(sort="name")
    await screen.settle(40)
    assert all(any(menu is one for one in screen.controls()) for menu in menus)


def test_a_table_is_sorted_and_filtered_by_parts_of_its_rows(plant: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a column asks of a row, its part tells alike; of many plans what became of their dates is not asked."""
    machines, plans, today = plant.equipment, plant.tables.plans, AT.date()
    whole = {table: {row.id: row for row in table.rows.values()} for table in (machines, plans)}
    for is_many in (False, True):
        monkeypatch.setattr(plan_list, "MOST_PLANS", 0 if is_many else 1_000)
        for table, names, columns in (
            (machines, equipment_list.SORTED_BY, equipment_list._columns(plant, equipment_list.next_dues(plant))),
            (plans, plan_list.sorted_by(plant), plan_list._columns(plant, today)),
        ):  # fmt: skip
            table.load({str(row_id): row.model_dump_json().encode() for row_id, row in whole[table].items()})
            parts = table.rows.parts(*names)
            assert parts
            assert not any(isinstance(part, EntityRow) for part in parts)
            for sort in filter(None, (column.sort for column in columns)):
                assert [sort(part) for part in parts] == [sort(whole[table][part.id]) for part in parts]
        for shown in ("", *plan_list.SHOWS):
            plans.load({str(row_id): row.model_dump_json().encode() for row_id, row in whole[plans].items()})
            asked = plan_list.Filters.model_validate({"show": shown, "query": "e"})
            by_parts = plan_list.matching(plant, asked, today).keys()
            assert len(plans.rows.values()) == len(whole[plans])  # reads them
            assert plan_list.matching(plant, asked, today).keys() == by_parts


@pytest.mark.parametrize("state", job_list.STATES)
@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_jobs_are_found_and_sorted_by_their_parts(plant: Client, state: str, data: st.DataObject) -> None:
    """As whole ones are, whatever is asked; and none is read for it."""
    jobs, machines, today = plant.interventions, plant.equipment, AT.date()
    whole = {table: {row.id: row for row in table.rows.values()} for table in (jobs, machines)}
    lines = [str(row.production_line_id) for row in whole[machines].values() if row.production_line_id]
    asked = job_list.Filters(
        state=state,
        query=data.draw(st.sampled_from(["", "e", "in", "zz"])),
        due=data.draw(st.sampled_from([None, None, *job_list.DATES])),
        site=data.draw(st.sampled_from([None, None, str(SITE), str(OTHER)])),
        line=data.draw(st.sampled_from([None, None, *lines])),
        type=data.draw(st.sampled_from([None, None, *InterventionType])),
        technician=data.draw(st.sampled_from([None, None, str(NOBODY), str(plant.user.id), str(SOMEBODY)])),
    )
    by_rows = job_list.matching(plant, asked, today)
    assert all(isinstance(row, EntityRow) for row in by_rows.parts)
    for table in (jobs, machines):
        table.load({str(row_id): row.model_dump_json().encode() for row_id, row in whole[table].items()})
    by_parts = job_list.matching(plant, asked, today)
    assert set(by_parts.keys()) == set(by_rows.keys())
    assert not any(isinstance(part, EntityRow) for part in by_parts.parts)
    for sort in filter(None, (column.sort for column in _columns(plant))):
        assert [sort(part) for part in by_parts.parts] == [sort(whole[jobs][part.id]) for part in by_parts.parts]
    assert not any(isinstance(row, EntityRow) for row in machines.rows.held().values())
    for table in (jobs, machines):
        table.rows.values()


@pytest.mark.parametrize("state", ["", "&state=over", "&state=mine"])
@pytest.mark.parametrize("path", ["/equipment", "/jobs", "/plans"])
async def test_no_filter_is_at_work_unseen(screen: Screen, plant: Client, path: str, state: str) -> None:
    """Whatever an address asks for can be seen and dropped, though it is not offered here."""
    asked = {"site": uuid7(), "line": uuid7(), "technician": uuid7(), "due": "late"}
    kind = next(
        kind
        for kind in KINDS
        if kind.__module__.endswith({"/equipment": "equipment.list", "/jobs": "jobs.list", "/plans": "plans.list"}[path])
    )
    for name, value in asked.items():
        if name in kind.model_fields:
            await show(screen, plant, f"{path}?{name}={value}{state}")
            dropped = [
                menu.items[0].on_click
                for menu in screen.controls()
                if isinstance(menu, ft.PopupMenuButton) and menu.items[0].checked is False
            ]
            assert len(dropped) == 1, name
            await dropped[0](None)
            await screen.settle(20)
            assert f"{name}=" not in environment.current().address.of(path)


def test_another_site_has_other_lines() -> None:
    for kind in KINDS:
        if {"site", "line"} <= kind.model_fields.keys():
            asked = kind.model_validate({"site": str(uuid7()), "line": str(uuid7())})
            assert asked.but(site=str(uuid7())).model_dump()["line"] is None
            assert asked.but(query="x").model_dump()["line"]


async def test_words_of_a_table_are_sorted_as_people_read_them(plant: Client) -> None:
    """Accents and capitals change nothing, and numbers count."""
    wanted = ["écrou 2", "Écrou 10", "Zone"]
    places = [machine(name) for name in wanted]
    plant.tables.equipment.rows.update({row.id: row for row in places})
    rows = [job(row, row.name) for row in reversed(places)]
    for key in ("title", "machine"):
        assert [row.title for row in sort_rows(rows, _columns(plant), Sorting(key))] == wanted
    plans = [plan(row, title=row.name) for row in reversed(places)]
    assert [row.title for row in sort_rows(plans, plan_list._columns(plant, AT.date()), Sorting("machine"))] == wanted


async def test_a_figure_of_the_board_leads_to_what_it_counts(screen: Screen, plant: Client) -> None:
    await show(screen, plant, "/board")
    tiles = figures(screen)
    assert {route for _, route in tiles} >= {"/equipment?status=broken", "/jobs?due=late", "/jobs?due=due", "/jobs?due=soon"}
    for figure, route in tiles:
        environment.install(screen.page)
        await show(screen, plant, route)
        assert len(items(screen, urlsplit(route).path)) == figure, route
    assert len(tiles) >= 7


def figures(screen: Screen) -> list[tuple[int, str]]:
    """Of tiles and of people: a number, and where a tap on it leads. A share counts no rows."""
    found = []
    for box in screen.controls():
        click = getattr(box, "on_click", None)
        opener = next((c.cell_contents for c in (click.__closure__ or ()) if isinstance(c.cell_contents, Opener)), None) if click else None
        if opener is None or not isinstance(box, ft.Container):
            continue
        texts = [c.value for c in _walk(box) if isinstance(c, ft.Text) and c.value]
        numbers = [int(words[0]) for text in texts if (words := text.split()) and re.fullmatch(r"\d+", words[0])]
        is_figure = len(texts) == 3 and re.fullmatch(r"\d+", texts[1])
        if is_figure or f"technician={SOMEBODY}" in opener.route:
            found.append((int(texts[1]) if is_figure else numbers[-1], opener.route))
    return found


async def test_what_the_calendar_shows_survives_a_step_and_a_reload(screen: Screen, plant: Client) -> None:
    screen.session.apply_page_patch({"width": 1440.0, "height": 900.0})
    environment.install(screen.page)
    begun = f"/calendar?view=agenda&date={AT.date()}"
    await show(screen, plant, begun)
    whole, offered = screen.texts, [c.items for c in screen.controls() if isinstance(c, ft.PopupMenuButton)]
    assert len(offered) >= 3
    for number in range(len(offered)):
        environment.install(screen.page)
        await show(screen, plant, begun)
        menus = [c.items for c in screen.controls() if isinstance(c, ft.PopupMenuButton)]
        await menus[number][1].on_click(None)
        await screen.settle(40)
        shown, address = screen.texts, environment.current().address.of(begun)
        assert (shown != whole, address.startswith(begun + "&")) == (True, True)
        environment.install(screen.page)  # another tab
        await show(screen, plant, address)
        assert screen.texts == shown
        await screen.click(t("calendar.next"))
        asked = address.removeprefix(begun)
        assert screen.page.route.endswith(asked)


async def test_on_a_phone_the_filters_that_are_at_work_come_first(screen: Screen, plant: Client) -> None:
    await show(screen, plant, f"/jobs?state=open&type=corrective&technician={SOMEBODY}")
    bar = next(c for c in screen.controls() if isinstance(c, ft.Row) and c.scroll and any(map(_is_at_work, c.controls)))
    at_work = [_is_at_work(one) for one in bar.controls]
    assert at_work == [True, True, True, *[False] * (len(at_work) - 3)]
