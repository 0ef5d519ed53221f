"""Every mail of the last weeks: cards on a phone, a table on a desk. Asked from the server, so with a network."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_moment, n, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_client
from mobile_app.domain.exports import exports
from mobile_app.domain.lookup import dotted
from mobile_app.features.mails.words import ICONS, chip, kind, reader, state_word, subject, trailing, way_notes
from mobile_app.ui.address import Asked, Place, use_place
from mobile_app.ui.cards import RowCard
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.fields import SearchField
from mobile_app.ui.menus import MoreMenu
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.table import Column, Sorting, Table, TablePage, is_tabular
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.mails import MailListItem, MailTemplate, MailWay
from shared_models.outbox import ParcelState
from shared_models.permissions import Permission

MOST: Final = 200
TYPING: Final = 0.3
"""Seconds after the last letter before the server is asked."""


class Filters(Asked):
    state: ParcelState | None = None
    template: MailTemplate | None = None


@dataclass(frozen=True, eq=False)
class Found:
    mails: list[MailListItem]
    total: int
    way: MailWay


def loader(client: Client, filters: Filters) -> Callable[[], Any]:
    async def load() -> Found:
        if filters.query:
            await asyncio.sleep(TYPING)
        page = await client.api.get("/mails", size=MOST, **_asked(filters))
        way = MailWay.model_validate(await client.api.get("/mails/way"))
        return Found([MailListItem.model_validate(item) for item in page["items"]], page["total"], way)

    return load


def _asked(filters: Filters) -> dict[str, Any]:
    return {"search": filters.query.strip() or None, "state": filters.state, "template": filters.template}


@component
def MailsScreen() -> ft.Control:
    client = use_client()
    place = use_place(Filters)
    filters = place.asked
    found = use_server(loader(client, filters), [filters.but()])
    if not client.may(Permission.settings_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))
    counted = n("mails.count", found.data.total) if found.data else ""
    files = exports(client, "/mails", t("mails.title"), **_asked(filters))
    head = PageHeader(t("mails.title"), counted, trailing=[MoreMenu(files)], on_back=opener("/organisation"))
    search = SearchField(filters.query, place.pick("query"), placeholder=t("mails.search"))
    bar = _filter_bar(place)
    if found.error and found.data is None:
        return Page(head, ErrorState(t("people.offline"), t("mails.offline_body"), on_retry=found.reload))
    if found.data is None:
        return Page(head, search, bar, SkeletonList(4))
    if is_tabular():
        return Desk(client, place, found.data, head, search, bar)
    cards = [_card(client, mail, place) for mail in found.data.mails] or [_none()]
    return Page(head, *way_notes(found.data.way), search, bar, *cards, *_more(found.data))


def _filter_bar(place: Place[Filters]) -> ft.Control:
    filters, pick = place.asked, place.pick
    states = [Choice(state.value, state_word(state)) for state in ParcelState]
    kinds = [Choice(template.value, kind(template), ICONS[template]) for template in MailTemplate]
    menus = [
        FilterMenu(t("mails.state"), states, filters.state, pick("state")),
        FilterMenu(t("mails.template"), kinds, filters.template, pick("template")),
    ]
    return FilterBar(menus)


def _card(client: Client, mail: MailListItem, place: Place[Filters]) -> ft.Control:
    return RowCard(
        subject(mail), meta=dotted(reader(mail), format_moment(mail.created_at, client.now())), trailing=trailing(mail.state),
        icon=ICONS[mail.template], note=mail.error, on_click=opener(place.to(f"/mails/{mail.id}")),
    )  # fmt: skip


def _none() -> ft.Control:
    return EmptyState(ft.Icons.MAIL_OUTLINE_ROUNDED, t("mails.none"), t("mails.none_body"))


def _more(found: Found) -> list[ft.Control]:
    return [Meta(t("mails.more", count=MOST))] if found.total > len(found.mails) else []


@component
def Desk(
    client: Client, place: Place[Filters], found: Found, head: ft.Control, search: ft.Control, bar: ft.Control
) -> ft.Control:  # fmt: skip
    table = Table(
        ft.use_memo(lambda: _columns(client), []),
        found.mails,
        lambda mail: str(mail.id),
        place=place,
        route=lambda key: f"/mails/{key}",
        sorting=Sorting("at", descending=True),
        row_label=subject,
        empty=_none(),
    )
    tools = ft.Row([ft.Container(search, width=360), ft.Container(bar, expand=True)], spacing=Space.m)
    return TablePage(head, *way_notes(found.way), tools, table=table, below=_more(found))


def _columns(client: Client) -> list[Column]:
    return [
        Column("subject", t("mails.subject"), subject, sort=lambda mail: subject(mail).casefold(), flex=5, strong=True),
        Column("to", t("mails.to"), reader, sort=lambda mail: mail.target, flex=5),
        Column("at", t("mails.at"), lambda mail: format_moment(mail.created_at, client.now()), sort=lambda mail: mail.created_at, flex=3),
        Column("state", t("mails.state"), lambda mail: ft.Row([chip(mail.state)], spacing=0), sort=lambda mail: mail.state, flex=2),
        Column("error", t("mails.error"), lambda mail: mail.error, flex=4),
    ]
