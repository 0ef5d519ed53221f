"""What people are told, on their device: counted everywhere, by day, dealt with where it stands, with or without a network."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import flet as ft
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile_app.core.clock import Clock
from mobile_app.core.i18n import format_time, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import ClientContext
from mobile_app.domain.notices import Later, later, unread
from mobile_app.features.notifications.screens import Filters, matching
from mobile_app.features.notifications.words import GROUPS, ICONS
from mobile_app.inside import Frame, destinations
from mobile_app.routes import screens
from mobile_app.ui import environment
from mobile_app.ui.component import component
from mobile_app.ui.hooks import DraftContext, MemoryDrafts
from shared_models.ids import uuid7
from shared_models.interventions.rows import Priority
from shared_models.notices.commands import AcknowledgeNotice, HearNotice, MuteNotice, ReadNotice, SnoozeNotice
from shared_models.notices.kinds import KINDS, NoticeKind
from shared_models.notices.rows import NoticeRow
from tests.mobile_app.core.rows import AT, PAUL
from tests.mobile_app.features.test_whose_machine import address, client, show
from tests.mobile_app.ui.conftest import Screen, screen
from tests.sync.conftest import until

__all__ = ["client", "screen"]  # fixtures
BELL = "notifications"


def notice(title: str, **more: Any) -> NoticeRow:
    fields = {
        "id": uuid7(), "user_id": PAUL.id, "kind": NoticeKind.job_assigned, "title": title, "message": "Joint", "priority": Priority.high,
        "because": "Parce que c’est votre intervention.", "about": "intervention", "about_id": uuid7(), "path": f"/jobs/{uuid7()}",
        "created_at": AT, "read_at": None, "snoozed_until": None, "acknowledged_at": None, "acknowledged_by": "",
        "is_muted": False, "version": 1,
    }  # fmt: skip
    return NoticeRow.model_validate(fields | more)


def tell(client: Client, *notices: NoticeRow) -> None:
    for each in notices:
        client.tables.notices.rows[each.id] = each


def bell(client: Client) -> int:
    return next(place.badge for place in destinations(client) if place.key == BELL)


def commands(client: Client) -> list[Any]:
    return [entry.command for entry in client.outbox.entries]


async def show_framed(screen: Screen, client: Client, route: str) -> None:
    screen.page.route = route

    @component
    def Routed() -> ft.Control:
        return ft.Router([ft.Route(component=Frame, children=screens())])

    @ft.component
    def Root() -> ft.Control:
        return ClientContext(client, lambda: DraftContext(MemoryDrafts(), Routed))

    await screen.show(Root)
    await screen.settle(60)


@pytest.fixture(params=[390.0, 1440.0])
def wide(request: pytest.FixtureRequest, screen: Screen) -> float:
    screen.session.apply_page_patch({"width": request.param})
    environment.install(screen.page)
    return request.param


# Pure


def test_every_kind_has_its_icon_and_stands_in_one_group() -> None:
    assert set(ICONS) == set(KINDS)
    assert sorted(kind for group in GROUPS.values() for kind in group) == sorted(KINDS)


def test_what_counts_is_unread_there_by_now_and_still_wanted() -> None:
    new = notice("Neuve")
    back = notice("Revenue", snoozed_until=AT)
    others = [notice("Lue", read_at=AT), notice("Reportée", snoozed_until=AT + timedelta(seconds=1)), notice("Muette", is_muted=True)]
    assert unread([new, back, *others], AT) == [new, back]


def test_the_list_is_by_day_the_unread_first_and_what_was_put_off_comes_back_on_top() -> None:
    def titles(show: str = "all", **more: Any) -> list[str]:
        return [each.title for each in matching(rows, Filters(show=show, **more), AT)]

    rows = [
        notice("hier, lue", created_at=AT - timedelta(days=1), read_at=AT),
        notice("hier", created_at=AT - timedelta(days=1, hours=1), kind=NoticeKind.low_stock),
        notice("lue", read_at=AT),
        notice("nouvelle", created_at=AT - timedelta(hours=1)),
        notice("revenue", created_at=AT - timedelta(days=9), snoozed_until=AT - timedelta(minutes=1)),
        notice("plus tard", snoozed_until=AT + timedelta(hours=2)),
        notice("bientôt", snoozed_until=AT + timedelta(hours=1)),
    ]
    assert titles() == ["revenue", "nouvelle", "lue", "hier", "hier, lue"]
    assert titles("unread") == ["revenue", "nouvelle", "hier"]
    assert titles("later") == ["bientôt", "plus tard"]
    assert titles(kind=NoticeKind.low_stock) == ["hier"]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - given its zone there
def test_later_is_ahead_and_each_time_once(now: datetime) -> None:
    found = later(now)
    assert all(at > now for at in found.values())
    assert len(set(found.values())) == len(found)
    assert found[Later.morning].astimezone().time() == time(7)
    assert found[Later.morning] - now <= timedelta(hours=27)


# Screens


async def test_the_bell_counts_on_every_shell(screen: Screen, client: Client, wide: float) -> None:
    tell(client, notice("Une"), notice("Deux"), notice("Lue", read_at=AT))
    await show_framed(screen, client, "/today")
    assert bell(client) == 2
    words = f"{t('notifications.title')}, {n('common.unread', 2)}"
    tips = [tip for c in screen.controls() if isinstance(tip := getattr(c, "tooltip", None), str)]
    assert [words in tips, words in screen.labels()] == [wide == 390.0, wide == 1440.0]


async def test_what_was_put_off_rings_again_without_a_server(screen: Screen, client: Client) -> None:
    shown = [AT]
    client.clock = Clock(lambda: shown[0])
    tell(client, notice("Hydraulique", snoozed_until=AT + timedelta(seconds=0.2)))
    await show_framed(screen, client, "/notifications?show=unread")
    assert "Hydraulique" not in screen.texts
    shown[0] = AT + timedelta(seconds=1)
    await until(lambda: "Hydraulique" in screen.texts)


async def test_who_goes_to_what_it_tells_of_has_read_it(screen: Screen, client: Client) -> None:
    path = address(client, "/jobs/{job}")
    mine, other = notice("Cette intervention", path=path), notice("Une autre")
    tell(client, mine, other)
    await show_framed(screen, client, "/notifications")
    assert (bell(client), "Cette intervention" in screen.texts, mine.because in screen.texts) == (2, True, True)
    await show_framed(screen, client, path)
    assert [(type(each), each.notice_id) for each in commands(client)] == [(ReadNotice, mine.id)]
    assert bell(client) == 1
    tell(client, notice("Pendant qu’on y est", path=path))
    client.tables.notices.notify()
    await screen.settle(30)
    assert bell(client) == 2


async def pick(screen: Screen, title: str, words: str) -> None:
    """From the menu of what is called so."""
    menus = [c for c in screen.controls() if isinstance(c, ft.PopupMenuButton) and c.tooltip == t("notifications.actions", what=title)]
    item = next(i for i in menus[0].items if i.content.controls[-1].value.startswith(words))
    await item.on_click(None)
    await screen.settle(30)


async def test_each_is_dealt_with_where_it_stands(screen: Screen, client: Client, wide: float) -> None:
    down = notice("En panne : Presse 4", kind=NoticeKind.machine_down, priority=Priority.urgent)
    tell(client, down, notice("Stock bas"), notice("À reporter"), notice("À lire"))
    await show(screen, client, "/notifications")
    await pick(screen, down.title, t("notifications.take_up"))
    await pick(screen, "Stock bas", t("notifications.mute"))
    await pick(screen, "À reporter", t("notifications.later.hour", time=format_time(AT + timedelta(hours=1))))
    await pick(screen, "À lire", t("notifications.read"))
    await pick(screen, "Stock bas", t("notifications.hear"))
    done = commands(client)
    assert [type(each) for each in done] == [AcknowledgeNotice, MuteNotice, SnoozeNotice, ReadNotice, HearNotice]
    assert done[2].until == AT + timedelta(hours=1)
    assert bell(client) == 0
    assert "À reporter" not in screen.texts
    assert t("notifications.taken_up_by", name="Paul Martin") in screen.texts or t("notifications.is_taken_up") in screen.texts


async def test_all_are_read_at_once(screen: Screen, client: Client) -> None:
    tell(client, notice("Une"), notice("Deux"))
    await show(screen, client, "/notifications")
    await screen.click(t("notifications.read_all"))
    assert bell(client) == 0
    assert {type(each) for each in commands(client)} == {ReadNotice}


async def test_the_button_of_a_push_puts_it_off_by_an_hour_once(screen: Screen, client: Client) -> None:
    mine = notice("Du téléphone")
    tell(client, mine)
    await show_framed(screen, client, f"/notifications?do=snooze&notice={mine.id}")
    assert [(type(each), each.until) for each in commands(client)] == [(SnoozeNotice, AT + timedelta(hours=1))]
    assert environment.current().address.of(screen.page.route) == "/notifications"
    assert environment.current().word.text == t("notifications.snoozed", time=format_time(AT + timedelta(hours=1)))
    assert environment.current().word.undo is not None


async def test_nothing_yet_says_what_will_come(screen: Screen, client: Client) -> None:
    assert t("notifications.none") in await show(screen, client, "/notifications")
