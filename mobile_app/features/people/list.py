"""Everybody who may come in: cards on a phone, a table on a desk; who waits comes first. Asked from the server, so with a network."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_date, n, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.exports import exports
from mobile_app.domain.lookup import by_name, dotted
from mobile_app.domain.submit import submit
from mobile_app.features.people.words import ROLE_ICONS, STATES, reach, state_of
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.cards import Card, LineItem, RowCard, SectionHeader, Trailing
from mobile_app.ui.chips import Avatar
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_breakpoint, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.table import Cell, Column, Sorting, Table, TablePage, is_tabular
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.auth.invitations import InvitationRead
from shared_models.permissions import Permission, Role
from shared_models.users import UserRead, UserState

MOST: Final = 200
FEW: Final = 3
"""Invitations below the list; all of them have a sheet."""
TYPING: Final = 0.3
"""Seconds after the last letter before the server is asked."""


class Filters(Asked):
    role: Role | None = None
    state: UserState | None = None
    site: Key | None = None


@dataclass(frozen=True, eq=False)
class Found:
    users: list[UserRead]
    total: int
    invitations: list[InvitationRead]


def loader(client: Client, filters: Filters) -> Callable[[], Any]:
    async def load() -> Found:
        if filters.query:
            await asyncio.sleep(TYPING)
        asked = {"search": filters.query.strip() or None, "role": filters.role, "state": filters.state, "site_id": filters.site}
        page = await client.api.get("/users", size=MOST, **asked)
        users = sorted(map(UserRead.model_validate, page["items"]), key=lambda user: (not user.is_waiting, not user.is_active))
        return Found(users, page["total"], await client.api.list_of(InvitationRead, "/invitations"))

    return load


@component
def PeopleScreen() -> ft.Control:
    client = use_tables("sites")
    place = use_place(Filters)
    filters = place.asked
    found = use_server(loader(client, filters), [filters.but()])
    if not client.may(Permission.users_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    head = _head(found.data, _exports(client, filters), wide=use_breakpoint() > Breakpoint.phone)
    search = SearchField(filters.query, place.pick("query"), placeholder=t("people.search"))
    bar = _filter_bar(client, place)
    if found.error and found.data is None:
        return Page(head, ErrorState(t("people.offline"), t("people.offline_body"), on_retry=found.reload))
    if found.data is None:
        return Page(head, search, bar, SkeletonList(4))
    if is_tabular():
        return Desk(client, place, found.data, found.reload, head, search, bar)
    footer = _invite() if use_breakpoint() == Breakpoint.phone else None
    cards = [_card(client, user) for user in found.data.users] or [_no_match()]
    return Page(head, search, bar, *cards, *_more(found.data), Invitations(client, found.data.invitations, found.reload), footer=footer)


def _exports(client: Client, filters: Filters) -> list[MenuItem]:
    asked = {"search": filters.query.strip(), "role": filters.role, "state": filters.state, "site_id": filters.site}
    return exports(client, "/users", t("people.title"), **asked)


def _head(found: Found | None, more: list[MenuItem], *, wide: bool) -> ft.Control:
    counted = n("people.count", found.total) if found else ""
    trailing = [MoreMenu(more), _invite(height=48)] if wide else []
    return PageHeader(t("people.title"), counted, trailing=trailing, on_back=opener("/organisation"))


def _invite(**more: Any) -> ft.Control:
    return PrimaryButton(t("people.invite"), opener("/people/invite"), icon=ft.Icons.PERSON_ADD_ALT_1_ROUNDED, **more)


def _filter_bar(client: Client, place: Place[Filters]) -> ft.Control:
    filters, pick = place.asked, place.pick
    sites = by_name(client.sites.rows.values())
    return FilterBar(
        [
            FilterMenu(t("people.role"), [Choice(r.value, t(f"sign_in.role.{r}")) for r in Role], filters.role, pick("role")),
            FilterMenu(t("people.state"), [Choice(s.value, STATES[s].word) for s in UserState], filters.state, pick("state")),
            *([FilterMenu(t("equipment_list.site"), sites, filters.site, pick("site"))] if len(sites) > 1 or filters.site else []),
        ]
    )


def _name(user: UserRead) -> str:
    return f"{user.first_name} {user.last_name}"


def _card(client: Client, user: UserRead) -> ft.Control:
    state = state_of(user)
    word: Trailing | str = Trailing(STATES[state].word, STATES[state].tone) if state != UserState.active else ""
    meta = dotted(t(f"sign_in.role.{user.role}"), reach(client, all_sites=user.all_sites, site_ids=user.site_ids))
    return RowCard(
        _name(user), meta=meta, trailing=word, leading=Avatar(_name(user), size=44), note=user.username,
        on_click=opener(f"/people/{user.id}"),
    )  # fmt: skip


def _more(found: Found) -> list[ft.Control]:
    return [Meta(t("people.more", count=MOST))] if found.total > len(found.users) else []


def _no_match() -> ft.Control:
    return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("people.no_match"), t("people.no_match_body"))


@component
def Desk(
    client: Client, place: Place[Filters], found: Found, reload: Callable[[], None], head: ft.Control, search: ft.Control, bar: ft.Control
) -> ft.Control:
    table = Table(
        ft.use_memo(lambda: _columns(client), [client.sites.revision]),
        found.users,
        lambda user: str(user.id),
        place=place,
        route=lambda key: f"/people/{key}",
        sorting=Sorting("state"),
        row_label=_name,
        empty=_no_match(),
    )
    invited = [Invitations(client, found.invitations, reload)] if found.invitations else []
    tools = ft.Row([ft.Container(search, width=360), ft.Container(bar, expand=True)], spacing=Space.m)
    return TablePage(head, tools, table=table, below=invited)


_ORDER: Final = {UserState.waiting: 0, UserState.active: 1, UserState.inactive: 2}


def _columns(client: Client) -> list[Column]:
    def where(user: UserRead) -> str:
        return reach(client, all_sites=user.all_sites, site_ids=user.site_ids)

    return [
        Column("name", t("people.name"), _name, sort=lambda user: user.last_name.casefold(), flex=4, strong=True),
        Column("username", t("account.username"), lambda user: user.username, sort=lambda user: user.username, flex=3),
        Column("role", t("people.role"), lambda user: t(f"sign_in.role.{user.role}"), sort=lambda user: user.role, flex=4),
        Column("sites", t("people.sites"), where, sort=where, flex=4),
        Column("email", t("account.email"), lambda user: user.email, sort=lambda user: user.email, flex=4),
        Column("state", t("people.state"), _state_cell, sort=lambda user: (_ORDER[state_of(user)], user.last_name.casefold()), flex=3),
    ]


def _state_cell(user: UserRead) -> ft.Control | Cell:
    state = state_of(user)
    return Cell(STATES[state].word) if state == UserState.active else ft.Row([STATES[state].chip()], spacing=0)


@component
def Invitations(client: Client, invitations: list[InvitationRead], reload: Callable[[], None]) -> ft.Control:
    """Links that nobody has used yet; taking one back makes it worth nothing."""
    ask = use_confirm()
    is_open, set_open = use_state(False)
    close = lambda: set_open(False)  # noqa: E731 - one line, used twice

    def take_back(invitation: InvitationRead) -> Callable[[], None]:
        async def taken() -> None:
            await submit(client, client.api.delete(f"/invitations/{invitation.id}"), said="people.taken_back")
            reload()

        name = invitation.name or t(f"sign_in.role.{invitation.role}")
        return lambda: ask(Question(t("people.take_back_title", name=name), t("people.take_back_body"), t("people.take_back"), taken))

    every = [_invited(client, invitation, take_back(invitation)) for invitation in invitations] if is_open else []
    use_sheet(Sheet(t("people.invitations"), Stack(*every, spacing=2), tall=True) if every else None, close)
    if not invitations:
        return ft.Container()
    lines = [_invited(client, invitation, take_back(invitation)) for invitation in invitations]
    title, more = t("people.invitations"), len(invitations) > FEW
    head = SectionHeader(title, str(len(invitations)), action=t("people.invitations_all") if more else "", on_action=lambda: set_open(True))
    return Stack(head, Card(Stack(*lines[:FEW], spacing=2)), spacing=Space.s)


def _invited(client: Client, invitation: InvitationRead, take_back: Callable[[], None]) -> ft.Control:
    role = t(f"sign_in.role.{invitation.role}")
    where = reach(client, all_sites=invitation.all_sites, site_ids=invitation.site_ids)
    until = t("account.until", day=format_date(invitation.expires_at))
    who, *more = [*filter(None, [invitation.name, invitation.email]), role]
    return LineItem(
        who, meta=dotted(*more, where, until), icon=ROLE_ICONS[invitation.role], trailing=TextLink(t("people.take_back"), take_back)
    )  # fmt: skip
