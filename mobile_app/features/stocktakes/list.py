"""Stocktakes: cards on a phone, a dense table on a desk; what is under way first."""

from collections.abc import Callable
from typing import Literal

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import format_date, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.columns import site_column
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.exports import exports
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, name_of
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.stocktakes.words import ICON, STATE, TakeCard, done_of, number_of
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import in_twos
from mobile_app.ui.choices import FilterBar, FilterChip, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList, more_of
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_shortcut
from mobile_app.ui.menus import MoreMenu
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.table import Column, Table, TablePage, is_tabular, table_head
from shared_models.permissions import Permission
from shared_models.stocktakes.rows import StocktakeRow, StocktakeStatus

MOST = 60
SHOWS = (StocktakeStatus.open, StocktakeStatus.counted, StocktakeStatus.approved)


class Filters(Asked):
    show: Literal["", "open", "counted", "approved"] = ""
    site: Key | None = None


def matching(client: Client, filters: Filters) -> list[StocktakeRow]:
    """What is under way first, the newest of it first."""
    found = [take for take in client.tables.stocktakes.rows.values() if _passes(take, filters)]
    return sorted(found, key=lambda take: (take.is_under_way, take.opened_at), reverse=True)


def _passes(take: StocktakeRow, filters: Filters) -> bool:
    words = fold(f"{take.number or ''} {take.notes} {take.reason}")
    return (
        filters.show in {"", take.status.value}
        and filters.site in {None, str(take.site_id)}
        and all(word in words for word in fold(filters.query).split())
    )


@component
def StocktakeListScreen() -> ft.Control:
    client = use_tables("stocktakes", "stocktake_lines", "places", "sites", "users")
    place = use_place(Filters)
    use_shortcut("N", opener("/stocktakes/new"), t("stocktakes.new"), enabled=client.may(Permission.inventory_write))
    if not client.tables.stocktakes.rows:
        return _nothing(client) if client.tables.stocktakes.ready else Page(SkeletonList())
    return Desk(client, place) if is_tabular() else Cards(client, place)


def _filter_bar(client: Client, place: Place[Filters]) -> ft.Control:
    filters = place.asked

    def show(status: StocktakeStatus) -> Callable[[], None]:
        return lambda: place.ask(show="" if filters.show == status else status.value)

    takes = client.tables.stocktakes.rows.values()
    chips: list[ft.Control] = [
        FilterChip(STATE[status].word, show(status), active=filters.show == status, count=sum(take.status is status for take in takes))
        for status in SHOWS
    ]
    if has_several_sites(client) or filters.site:
        chips.append(FilterMenu(t("equipment_list.site"), by_name(client.sites.rows.values()), filters.site, place.pick("site")))
    return FilterBar(chips)


def _menu(client: Client, filters: Filters) -> ft.Control:
    asked = {"site_id": filters.site, "status": filters.show or None}
    return MoreMenu(exports(client, "/inventory/stocktakes", t("stocktakes.title"), **asked))


def _new(client: Client, **look: int) -> list[ft.Control]:
    if not client.may(Permission.inventory_write):
        return []
    return [PrimaryButton(t("stocktakes.new"), opener("/stocktakes/new"), icon=ft.Icons.ADD_ROUNDED, **look)]


def _search(place: Place[Filters]) -> ft.Control:
    return SearchField(place.asked.query, place.pick("query"), placeholder=t("stocktakes.search"))


@component
def Cards(client: Client, place: Place[Filters]) -> ft.Control:
    filters, most = place.asked, place.asked.page * MOST
    rows = matching(client, filters)
    trailing = [SyncBadge(), _menu(client, filters)]
    head = PageHeader(t("stocktakes.title"), n("stocktakes.count", len(rows)), trailing=trailing, on_back=opener("/parts"))
    cards = [TakeCard(client, take, on_open=opener(f"/stocktakes/{take.id}")) for take in rows[:most]]
    footer = _new(client)
    return Page(
        head, _search(place), _filter_bar(client, place), *(in_twos(cards) or [_no_match()]), *more_of(place, len(rows) > most),
        footer=footer[0] if footer else None,
    )  # fmt: skip


@component
def Desk(client: Client, place: Place[Filters]) -> ft.Control:
    rows = matching(client, place.asked)
    title = PageHeader(t("stocktakes.title"), n("stocktakes.count", len(rows)))
    head = table_head(title, _search(place), *_new(client, height=48), _menu(client, place.asked), SyncBadge(), search_width=300)
    table = Table(
        _columns(client), rows, lambda take: str(take.id), place=place, route=lambda key: f"/stocktakes/{key}",
        row_label=lambda take: dotted(number_of(take), take.notes), empty=_no_match(),
    )  # fmt: skip
    return TablePage(head, _filter_bar(client, place), table=table)


def _columns(client: Client) -> list[Column]:
    def far(take: StocktakeRow) -> str:
        lines = client.tables.stocktake_lines.having(stocktake_id=[take.id])
        return t("stocktakes.far", done=done_of(lines), total=len(lines)) if lines else "–"

    def ended(take: StocktakeRow) -> str:
        return format_date(take.ended_at) if take.ended_at else ""

    def many(take: StocktakeRow) -> int:
        return len(take.place_ids)

    return [
        Column("number", t("stocktakes.number"), number_of, sort=number_of, width=130, strong=True),
        Column("notes", t("stocktakes.notes"), lambda take: take.notes, sort=lambda take: fold(take.notes) or None, flex=5),
        *site_column(client),
        Column("status", t("stocktakes.status"), lambda take: ft.Row([STATE[take.status].chip()]), sort=_rank, width=160),
        Column("places", t("stocktakes.places_head"), lambda take: str(many(take)), sort=many, width=120, number=True),
        Column("far", t("stocktakes.counted_head"), far, width=120, number=True),
        Column("by", t("stocktakes.opened_by"), lambda take: name_of(client, take.opened_by), flex=3, roomy=True),
        Column("opened", t("stocktakes.opened"), lambda take: format_date(take.opened_at), sort=lambda take: take.opened_at, width=110),
        Column("ended", t("stocktakes.ended"), ended, sort=lambda take: take.ended_at, width=110),
    ]  # fmt: skip


def _rank(take: StocktakeRow) -> int:
    return list(StocktakeStatus).index(take.status)


def _no_match() -> ft.Control:
    return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("stocktakes.no_match"), t("stocktakes.no_match_body"))


def _nothing(client: Client) -> ft.Control:
    may_open = client.may(Permission.inventory_write)
    body, action = ("stocktakes.none_body", t("stocktakes.new")) if may_open else ("stocktakes.none_ask", "")
    empty = EmptyState(ICON, t("stocktakes.none"), t(body), action=action, on_action=opener("/stocktakes/new"))
    return Page(PageHeader(t("stocktakes.title"), trailing=[SyncBadge()], on_back=opener("/parts")), empty)
