"""What whoever is signed in sees: the shell, and in it the screen of the address."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, cast
from urllib.parse import urlsplit

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import n, t
from mobile_app.core.recovery import StoreNotes
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, use_client, use_tables
from mobile_app.domain.doing import use_doing
from mobile_app.domain.notices import unread, use_notices, use_reading
from mobile_app.domain.scanning import scanner
from mobile_app.domain.views import AWAITED
from mobile_app.doors import after_sign_in, home_of, outside
from mobile_app.features.me.screens import MeScreen
from mobile_app.routes import is_bare, place_of, screens
from mobile_app.titles import title_of
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import Banner, EmptyState, HairProgress, Progress, SkeletonList, UpdateBanner
from mobile_app.ui.hooks import State, use_breakpoint, use_live, use_state, use_subscription
from mobile_app.ui.shell import Destination, Page, PageHeader, Shell
from mobile_app.ui.theme import Tone
from shared_models.permissions import Permission, Role, may
from shared_models.requests.rows import RequestStatus


@component
def Screens() -> ft.Control:
    doors = [ft.Route(index=True, component=behind_the_door), *(ft.Route(path=path, component=behind_the_door) for path in DOORS)]
    others = [ft.Route(path=path, component=screen) for path, screen in FOR_OTHERS.items()]
    return ft.Router([ft.Route(component=Frame, children=[*doors, *others, *screens()])], not_found=NotFound)


def behind_the_door() -> ft.Control:
    """What the address is about to lead to, if it is the home of whoever comes in: drawn once, not after a screen of nothing."""
    home = home_of(use_client().user.role)
    if after_sign_in(ft.context.page.route or "", use_client().user.role) != home:
        return Page(SkeletonList())
    [screen] = [route.component for route in screens() if route.path == home.strip("/")]
    return cast("Callable[[], ft.Control]", screen)()


@component
def LinkForAnother() -> ft.Control:
    """An invitation opened where somebody is in already: it stays good."""
    name = use_client().user.name
    return EmptyState(
        ft.Icons.SWITCH_ACCOUNT_ROUNDED,
        t("app.link_for_another", name=name),
        t("app.link_for_another_body"),
        action=t("app.home"),
        on_action=lambda: go("/"),
        secondary=t("app.me"),
        on_secondary=lambda: go("/me"),
    )


FOR_OTHERS = {"join": LinkForAnother, "new-password": LinkForAnother, "forgot-password": MeScreen}
DOORS = outside().keys() - FOR_OTHERS.keys()


@component
def NotFound() -> ft.Control:
    return EmptyState(
        ft.Icons.EXPLORE_OFF_ROUNDED,
        t("app.not_found"),
        t("app.not_found_body"),
        action=t("app.home"),
        on_action=lambda: go("/"),
    )


@component
def Frame() -> ft.Control:
    """The shell around every screen: where one is, what waits, and whether a new version is ready."""
    client = use_tables("interventions", "requests")
    use_notices()
    path = use_path(client)
    use_reading(path)
    place = place_of(path)
    size = use_breakpoint()
    update, set_update = ft.use_state(False)
    notes = use_live(client.notes)
    loaded = use_first_load(client)
    use_subscription(lambda: bridge.on("update.ready", lambda _: set_update(True)))
    use_subscription(lambda: bridge.on("open", lambda message: go(message["url"])))

    use_doing()

    places = destinations(client)
    title = title_of(path, {destination.key: destination.label for destination in places}, client)

    def name_tab() -> None:
        """What the browser's tab, its history and a screen reader call this place."""
        ft.context.page.title = title
        ft.context.page.update()

    ft.use_effect(name_tab, [title])

    async def apply() -> None:
        await bridge.request("update.apply")

    async def reload() -> None:
        await bridge.request("reload")

    newer = [UpdateBanner(reload if notes.superseded else apply)] if update or notes.superseded else []
    return Shell(
        places,
        place,
        lambda key: go(f"/{key}"),
        scanner(client),
        ft.use_route_outlet() if loaded is Loaded.all or (loaded is Loaded.some and place in USABLE_AT_ONCE) else FirstLoad(),
        banners=[*newer, *storage_notes(notes)],
        progress=LoadLine() if loaded is Loaded.some else None,
        bare=is_bare(path, on_phone=size == Breakpoint.phone),
    )


def use_path(client: Client) -> str:
    """Where one is; who has come in by a door is already where it leads."""
    path, way = ft.use_route_location(), ft.context.page.route or ""
    is_at_door = path.strip("/") in {"", *DOORS}

    def move() -> None:
        if is_at_door:
            go(after_sign_in(way, client.user.role))

    ft.use_effect(move, [path])
    return urlsplit(after_sign_in(way, client.user.role)).path if is_at_door else path


def storage_notes(notes: StoreNotes) -> list[ft.Control]:
    """What befell the device's own memory, until it has been read."""
    said = [n("storage.recovered", notes.recovered)] if notes.recovered else [t("storage.set_aside")] if notes.set_aside else []
    return [Banner(words, tone=Tone.warning, action=t("common.ok"), on_action=notes.seen) for words in said]


class Loaded(Enum):
    """`some`: the first page has come, with what its reader is likely to have come for."""

    nothing = "nothing"
    some = "some"
    all = "all"


USABLE_AT_ONCE = frozenset({"today", "equipment", "jobs", "e", "scan", "me", "needs-you", "notifications"})
"""Where part of the rows is of use already; a figure of part of them would be wrong."""


def use_first_load(client: Client) -> Loaded:
    """How much the device holds of what it will hold; renders again only when that changes."""
    start: State[Loaded] = use_state(_loaded(client))
    loaded, set_loaded = start

    def look(*_: Any) -> None:
        set_loaded(_loaded(client))

    use_subscription(lambda: client.sync.subscribe(look))
    use_subscription(lambda: client.equipment.subscribe(look))
    return loaded


def _loaded(client: Client) -> Loaded:
    status = client.sync.status
    if not status.is_first:
        return Loaded.all
    return Loaded.some if client.equipment.rows else Loaded.nothing


@component
def LoadLine() -> ft.Control:
    """How far the first load is, over the screen's upper edge: it moves nothing when it comes and goes."""
    progress = use_live(use_client().sync).status.progress
    return HairProgress(t("app.first_load"), *(progress or (0, None)))


@component
def FirstLoad() -> ft.Control:
    """The first sync tells how far along it is."""
    progress = use_live(use_client().sync).status.progress
    counted = [Progress(t("app.first_load"), *progress)] if progress else []
    return Page(PageHeader(t("app.welcome"), t("app.welcome_body")), *counted, SkeletonList())


def destinations(client: Client) -> Sequence[Destination]:
    """The places of a role; the first four make the phone's bar."""
    role = client.user.role
    icons = ft.Icons
    bell = Destination(
        "notifications",
        t("notifications.title"),
        icons.NOTIFICATIONS_OUTLINED,
        icons.NOTIFICATIONS_ROUNDED,
        len(unread(client.tables.notices.rows.values(), client.now())),
        on_phone=False,
        pinned=True,
    )
    machines = Destination(
        "equipment",
        t("app.machines"),
        icons.PRECISION_MANUFACTURING_OUTLINED,
        icons.PRECISION_MANUFACTURING_ROUNDED,
    )
    jobs = Destination("jobs", t("app.jobs"), icons.ASSIGNMENT_OUTLINED, icons.ASSIGNMENT_ROUNDED)
    parts = Destination("parts", t("parts.title"), icons.INVENTORY_2_OUTLINED, icons.INVENTORY_2_ROUNDED, on_phone=False)
    stock = [parts] if may(role, Permission.inventory_read) else []
    me = Destination("me", t("app.me"), icons.ACCOUNT_CIRCLE_OUTLINED, icons.ACCOUNT_CIRCLE_ROUNDED)
    today = Destination("today", t("app.today"), icons.TODAY_OUTLINED, icons.TODAY_ROUNDED)
    calendar = Destination("calendar", t("app.calendar"), icons.CALENDAR_MONTH_OUTLINED, icons.CALENDAR_MONTH_ROUNDED)
    kpis = Destination("kpis", t("kpis.title"), icons.INSIGHTS_ROUNDED, icons.INSIGHTS_ROUNDED, on_phone=False)
    if not may(role, Permission.maintenance_validate):
        return [bell, today, replace(calendar, on_phone=False), machines, jobs, *stock, kpis, me]
    board = Destination("board", t("app.board"), icons.SPACE_DASHBOARD_OUTLINED, icons.SPACE_DASHBOARD_ROUNDED)
    validate = Destination("validate", t("app.validate"), icons.FACT_CHECK_OUTLINED, icons.FACT_CHECK_ROUNDED, badge=_to_validate(client))
    requests = Destination("requests", t("app.requests"), icons.INBOX_OUTLINED, icons.INBOX_ROUNDED, _new_requests(client), on_phone=False)
    plans = Destination("plans", t("app.plans"), icons.EVENT_REPEAT_OUTLINED, icons.EVENT_REPEAT_ROUNDED, on_phone=False)
    on_rail = [replace(place, on_phone=False) for place in (today, jobs, machines, *stock, kpis, *_reports(role), *_organisation(role))]
    return [bell, board, validate, calendar, requests, plans, *on_rail, me]


def _reports(role: Role) -> list[Destination]:
    if not may(role, Permission.reports_generate):
        return []
    return [Destination("reports", t("reports_app.title"), ft.Icons.DESCRIPTION_OUTLINED, ft.Icons.DESCRIPTION_ROUNDED)]


def _organisation(role: Role) -> list[Destination]:
    if not may(role, Permission.sites_write):
        return []
    return [Destination("organisation", t("organisation.title"), ft.Icons.DOMAIN_OUTLINED, ft.Icons.DOMAIN_ROUNDED)]


def _to_validate(client: Client) -> int:
    return client.interventions.count(**AWAITED)


def _new_requests(client: Client) -> int:
    return client.requests.count(status=[RequestStatus.new])
