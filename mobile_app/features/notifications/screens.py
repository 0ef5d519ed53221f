"""What one has been told, by day, with the way to what it is about; on this device, with or without a network."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Final, Literal

import flet as ft

from mobile_app.core.i18n import capital, format_day, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.due import local_day
from mobile_app.domain.notices import came_at, comes_back, is_unread, read, unread, use_notices
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.notifications.card import NoticeLine, all_of, columns
from mobile_app.features.notifications.words import GROUPS, kind_word
from mobile_app.ui.address import Asked, Place, use_place
from mobile_app.ui.buttons import IconAction
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.choices import Choice, FilterBar, FilterChip, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState, more_of
from mobile_app.ui.hooks import use_breakpoint, use_clock, use_state
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.table import BulkAction, Table, TablePage, is_tabular
from shared_models.notices.kinds import NoticeKind
from shared_models.notices.rows import NoticeRow

MOST: Final = 60
SHOWN: Final = ("all", "unread", "later")


class Filters(Asked):
    show: Literal["all", "unread", "later"] = "all"
    kind: NoticeKind | None = None


def matching(notices: Iterable[NoticeRow], filters: Filters, now: datetime) -> list[NoticeRow]:
    """The last that came first, on each day those that nobody has read before the others; what was put off is by itself."""
    found = [
        notice for notice in notices
        if filters.kind in {None, notice.kind} and comes_back(notice, now) is (filters.show == "later")
        and (filters.show != "unread" or is_unread(notice, now))
    ]  # fmt: skip
    if filters.show == "later":
        return sorted(found, key=lambda notice: notice.snoozed_until or now)
    return sorted(found, key=lambda notice: _rank(notice, now), reverse=True)


def _rank(notice: NoticeRow, now: datetime) -> tuple[date, bool, datetime]:
    at = came_at(notice, now)
    return local_day(at), is_unread(notice, now), at


def day_of(notice: NoticeRow, now: datetime) -> date:
    """Of what was put off, the one on which it comes back."""
    back = notice.snoozed_until
    return local_day(back if back is not None and comes_back(notice, now) else came_at(notice, now))


@component
def NotificationsScreen() -> ft.Control:
    client, notices = use_notices()
    place = use_place(Filters)
    use_clock(60)
    now = client.now()
    new = unread(notices, now)
    found = matching(notices, place.asked, now)
    bar = _filter_bar(notices, len(new), place)
    meta = n("notifications.count", len(new)) if new else ""
    chip = [] if use_breakpoint() == Breakpoint.phone else [SyncBadge()]  # the title and what can be done take a phone's width
    actions = [*chip, *_read_all(client, new), _settings()]
    head = PageHeader(t("notifications.title"), meta, trailing=actions)
    if not notices:
        return Page(head, EmptyState(ft.Icons.NOTIFICATIONS_NONE_ROUNDED, t("notifications.none"), t("notifications.none_body")))
    if is_tabular():
        return Desk(client, place, found, head, bar)
    most = place.asked.page * MOST
    rows: list[ft.Control] = []
    for day, group in groupby(found[:most], key=lambda notice: day_of(notice, now)):
        rows.append(SectionHeader(capital(format_day(day, local_day(now)))))
        rows += [NoticeLine(client, notice, now, key=str(notice.id)) for notice in group]
    return Page(head, bar, *(rows or [_nothing(place)]), *more_of(place, len(found) > most))


def _settings() -> ft.Control:
    return IconAction(ft.Icons.TUNE_ROUNDED, t("notifications.settings"), opener("/notifications/settings"))


def _read_all(client: Client, new: list[NoticeRow]) -> list[ft.Control]:
    async def all_read() -> None:
        await read(client, new)

    return [IconAction(ft.Icons.DONE_ALL_ROUNDED, t("notifications.read_all"), all_read)] if new else []


def _filter_bar(notices: Iterable[NoticeRow], count: int, place: Place[Filters]) -> ft.Control:
    filters = place.asked
    there = {notice.kind for notice in notices} | ({filters.kind} if filters.kind else set())
    kinds = [Choice(kind, kind_word(kind)) for group in GROUPS.values() for kind in group if kind in there]

    def show(name: str) -> ft.Control:
        number = count if name == "unread" and count else None
        return FilterChip(t(f"notifications.{name}"), lambda: place.ask(show=name), active=filters.show == name, count=number)

    return FilterBar([*map(show, SHOWN), FilterMenu(t("notifications.kind"), kinds, filters.kind, place.pick("kind"))])


def _nothing(place: Place[Filters]) -> ft.Control:
    words = "nothing_kind" if place.asked.kind else f"nothing_{place.asked.show}"
    return EmptyState(ft.Icons.NOTIFICATIONS_NONE_ROUNDED, t(f"notifications.{words}"), t(f"notifications.{words}_body"))


# On a desk


@component
def Desk(client: Client, place: Place[Filters], found: list[NoticeRow], head: ft.Control, bar: ft.Control) -> ft.Control:
    """The whole width, a line for each: J, K, Enter, X as in every table."""
    chosen, set_chosen = use_state(frozenset[str]())
    now, by_id = client.now(), {str(notice.id): notice for notice in found}

    async def read_chosen(keys: list[str]) -> None:
        set_chosen(frozenset())
        await read(client, unread((by_id[key] for key in keys if key in by_id), client.now()))

    table = Table(
        columns(client, now),
        found,
        lambda notice: str(notice.id),
        place=place,
        route=lambda key: by_id[key].path,
        selected=chosen & by_id.keys(),
        on_select=set_chosen,
        actions=[BulkAction(t("notifications.read"), ft.Icons.DONE_ROUNDED, read_chosen)],
        row_label=lambda notice: all_of(notice, now),
        empty=_nothing(place),
    )
    return TablePage(head, bar, table=table)
