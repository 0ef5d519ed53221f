"""All spare parts: cards on a phone, a dense table on a desk; what is low and what must be counted are its filters."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.exports import exports
from mobile_app.domain.labels import LabelsOf, labels_sheet
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, machine, natural
from mobile_app.domain.part_cards import PartCard, no_part
from mobile_app.domain.parts import ARCHIVED, LOW, TO_COUNT, Kept, Stores, amount, fits, lies, low_ones, ones_to_count
from mobile_app.domain.reserved import Book
from mobile_app.domain.search import search_parts
from mobile_app.domain.stocktakes import asking
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import Handler, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import NoticeCard, in_twos
from mobile_app.ui.choices import Choice, FilterBar, FilterChip, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList, more_of
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_shortcut, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import ListPane, Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.table import BulkAction, Cell, Column, Table, TablePage, Told, is_tabular, table_head
from mobile_app.ui.theme import Tone
from shared_models.inventory.rows import PartRow
from shared_models.permissions import Permission

MOST = 60
SHOWS = {"low": LOW, "count": TO_COUNT, "archived": ARCHIVED}
SORTED_BY = (
    "part_number", "name", "category_id", "minimum_stock", "location", "unit", "manufacturer", "manufacturer_reference", "is_active",
)  # fmt: skip
"""What the orders of the table ask of a part."""


class Filters(Asked):
    """`site`: what that site keeps; without, all of the catalogue."""

    show: Literal["low", "count", "archived"] | None = None
    category: Key | None = None
    site: Key | None = None
    machine: Key | None = None

    @property
    def site_id(self) -> UUID | None:
        return UUID(self.site) if self.site else None

    @property
    def wanted(self) -> dict[str, list[Any]]:
        """By the row's fields."""
        shown = {} if self.show == "count" else {"is_active": [self.show != "archived"]}
        return {**shown, **({"category_id": [UUID(self.category)]} if self.category else {})}


def matching(client: Client, filters: Filters) -> Sequence[PartRow]:
    """The best match of the query first, else by name; what is low, the emptiest first."""
    rows, kept = client.tables.parts.rows, _kept_ones(client, filters)
    if filters.query.strip() or filters.machine:
        fitted = client.equipment.get(UUID(filters.machine)) if filters.machine else None
        found = [row for row in rows.having(**filters.wanted) if kept is None or row.id in kept]
        if filters.machine:
            found = [row for row in found if fitted is not None and fits(row, fitted)]
        return search_parts(found, filters.query, len(found)) if filters.query.strip() else _emptiest_first(client, filters, found)
    ordered = rows.in_order(lambda row: natural(row.name), *SORTED_BY, **filters.wanted)
    if kept is None:
        return ordered
    return ordered.of(_emptiest_first(client, filters, [row for row in ordered.parts if row.id in kept]))


def _kept_ones(client: Client, filters: Filters) -> set[UUID] | None:
    """Of which parts the site has something, or the pressing state is asked for; None for all."""
    if filters.show in {"low", "count"}:
        pressing = low_ones(client) if filters.show == "low" else ones_to_count(client)
        return {stock.part_id for stock in pressing if filters.site_id in {None, stock.site_id}}
    if filters.site_id:
        return {stock.part_id for stock in client.tables.stocks.rows.parts("part_id", site_id=[filters.site_id])}
    return None


def _emptiest_first(client: Client, filters: Filters, rows: list[PartRow]) -> list[PartRow]:
    """What is low; the rest by name."""
    stores = Stores(client, filters.site_id)

    def filled(row: PartRow) -> tuple[Decimal, str]:
        own = stores.of(row)
        return own.on_hand / own.minimum if own.minimum else Decimal(1), natural(row.name)

    return sorted(rows, key=filled if filters.show == "low" else lambda row: natural(row.name))


@component
def PartListScreen() -> ft.Control:
    client = use_tables("parts", "stocks", "places", "categories", "sites", "equipment", "reservations", "interventions", "stocktakes")
    place = use_place(Filters)
    use_shortcut("N", opener("/parts/new"), t("parts.new"), enabled=client.may(Permission.inventory_write))
    table = client.tables.parts
    if not table.ready:
        return Page(PageHeader(t("parts.title"), trailing=[SyncBadge()]), SkeletonList())
    if not table.rows:
        more = [_menu(client, place.asked)] if client.may(Permission.inventory_write) else []
        return Page(PageHeader(t("parts.title"), trailing=[SyncBadge(), *more]), no_part(client))
    return Desk(client, place) if is_tabular() else Cards(client, place)


def _found(client: Client, filters: Filters) -> tuple[Sequence[PartRow], Stores]:
    """A hook: made again only when what it looks at has changed."""
    seen = [filters.sought, client.tables.parts.revision, client.tables.stocks.revision]
    found: tuple[Sequence[PartRow], Stores] = ft.use_memo(lambda: (matching(client, filters), Stores(client, filters.site_id)), seen)
    return found


def _filter_bar(client: Client, place: Place[Filters]) -> ft.Control:
    filters, pick = place.asked, place.pick
    tables = client.tables
    chips: list[ft.Control] = [
        FilterChip(mark.word, _toggle(place, show), active=filters.show == show, count=_count(client, show, filters))
        for show, mark in SHOWS.items()
        if show != "archived" or filters.show == show or tables.parts.count(is_active=[False])
    ]
    menus = [
        (t("parts.category"), by_name(tables.categories.rows.values()), "category"),
        (t("equipment_list.site"), by_name(client.sites.rows.values()) if has_several_sites(client) else [], "site"),
    ]
    chips += [
        FilterMenu(label, choices, getattr(filters, name), pick(name))
        for label, choices, name in menus
        if choices or getattr(filters, name)
    ]
    if filters.machine:
        here = client.equipment.get(UUID(filters.machine))
        shown = [Choice(filters.machine, machine(client, here.id))] if here else []
        chips.append(FilterMenu(t("parts.machine"), shown, filters.machine, pick("machine")))
    return FilterBar(chips)


def _toggle(place: Place[Filters], show: str) -> Callable[[], None]:
    return lambda: place.ask(show=None if place.asked.show == show else show)


def _count(client: Client, show: str, filters: Filters) -> int | None:
    """Of what presses."""
    if show == "archived":
        return None
    pressing = low_ones(client) if show == "low" else ones_to_count(client)
    return len({stock.part_id for stock in pressing if filters.site in {None, str(stock.site_id)}})


@component
def Cards(client: Client, place: Place[Filters]) -> ft.Control:
    (found, stores), most = _found(client, place.asked), place.asked.page * MOST
    may_write = client.may(Permission.inventory_write)
    trailing = [SyncBadge(), _menu(client, place.asked)]
    head = PageHeader(t("parts.title"), n("parts.counted_parts", len(client.tables.parts.rows)), trailing=trailing)
    cards = [PartCard(client, stores.of(row), on_open=opener(f"/parts/{row.id}")) for row in found[:most]]
    goods_in = PrimaryButton(t("parts.goods_in"), opener("/parts/receive"), icon=ft.Icons.MOVE_TO_INBOX_ROUNDED)
    return Page(
        head, _search(place), _filter_bar(client, place), *_counting(client, place.asked),
        *(in_twos(cards) or [_no_match(place.asked)]), *more_of(place, len(found) > most),
        footer=goods_in if may_write else None,
    )  # fmt: skip


@component
def Pane(client: Client, chosen: UUID) -> ft.Control:
    """Beside the part that was opened; it goes on asking what the list asked."""
    place = use_place(Filters)
    (found, stores), most = _found(client, place.asked), place.asked.page * MOST
    cards = [
        PartCard(client, stores.of(row), on_open=opener(place.to(f"/parts/{row.id}")), selected=row.id == chosen, flat=True)
        for row in found[:most]
    ]
    rows = [*(cards or [_no_match(place.asked)]), *more_of(place, len(found) > most)]
    return ListPane(t("parts.title"), Stack(_search(place), _filter_bar(client, place), spacing=8), rows)


def _counting(client: Client, filters: Filters) -> list[ft.Control]:
    """A stocktake that asks to be counted; what is to be counted otherwise can be made one."""
    takes = asking(client, UUID(filters.site) if filters.site else None)
    if takes and not filters.query:
        return takes
    if filters.show == "count" and client.may(Permission.inventory_write) and ones_to_count(client):
        new = ft.Icons.FACT_CHECK_ROUNDED
        return [NoticeCard(t("stocktakes.to_count"), t("stocktakes.to_count_body"), tone=Tone.info, icon=new, on_click=_start(client))]
    return []


def _start(client: Client) -> Handler:
    """Of the places that are to be counted, at the site that has most of them."""
    found = [(stock.site_id, at.place_id) for stock in ones_to_count(client) for at in stock.to_count]
    site = Counter(site_id for site_id, _ in found).most_common(1)[0][0]
    places = dict.fromkeys(str(place_id) for site_id, place_id in found if site_id == site)
    return opener(f"/stocktakes/new?places={','.join(places)}")


def _search(place: Place[Filters]) -> ft.Control:
    return SearchField(place.asked.query, place.pick("query"), placeholder=t("parts.search"))


@component
def Desk(client: Client, place: Place[Filters]) -> ft.Control:
    found, stores = _found(client, place.asked)
    nobody: frozenset[str] = frozenset()
    chosen, choose = ft.use_state(nobody)
    printing, set_printing = use_state(cast("list[str] | None", None))
    done = lambda: set_printing(None)  # noqa: E731 - one line, used twice
    use_sheet(labels_sheet(client, LabelsOf(part_ids=tuple(map(UUID, printing))), done) if printing else None, done)
    actions: list[ft.Control] = [_menu(client, place.asked), SyncBadge()]
    if client.may(Permission.inventory_write):
        goods_in = SecondaryButton(t("parts.goods_in"), opener("/parts/receive"), icon=ft.Icons.MOVE_TO_INBOX_ROUNDED, height=48)
        actions[1:1] = [goods_in, PrimaryButton(t("parts.new"), opener("/parts/new"), icon=ft.Icons.ADD_ROUNDED, height=48)]
    head = table_head(PageHeader(t("parts.title"), n("parts.counted_parts", len(client.tables.parts.rows))), _search(place), *actions)
    tables = client.tables
    book = ft.use_memo(lambda: Book(client), [tables.reservations.revision, tables.interventions.revision, tables.stocks.revision])
    table = Table(
        columns(client, stores, book), found, lambda row: str(row.id), place=place, route=lambda key: place.to(f"/parts/{key}"),
        selected=chosen, on_select=choose, actions=[BulkAction(t("parts.print_labels"), ft.Icons.QR_CODE_2_ROUNDED, set_printing)],
        row_label=lambda row: dotted(row.name, row.part_number), empty=_no_match(place.asked),
    )  # fmt: skip
    return TablePage(head, _filter_bar(client, place), *_counting(client, place.asked), table=table)


def _menu(client: Client, filters: Filters) -> ft.Control:
    """What is done seldom: the file, and what the catalogue is kept in order by."""
    icons = ft.Icons
    places = (
        ("picking", "picking.title", icons.SHOPPING_BASKET_OUTLINED),
        ("purchase-list", "purchase_list.title", icons.PLAYLIST_ADD_CHECK_ROUNDED),
        ("orders", "orders.title", icons.SHOPPING_CART_OUTLINED),
        ("stocktakes", "stocktakes.title", icons.FACT_CHECK_OUTLINED),
        ("stores", "parts.stores", icons.WAREHOUSE_OUTLINED),
        ("suppliers", "parts.suppliers", icons.LOCAL_SHIPPING_OUTLINED),
        ("part-categories", "parts.categories", icons.CATEGORY_OUTLINED),
    )
    new = MenuItem(t("parts.new"), opener("/parts/new"), icons.ADD_ROUNDED)
    kept_in_order = [MenuItem(t(key), opener(f"/{path}"), icon) for path, key, icon in places]
    counted = MenuItem(t("stocktakes.title"), opener("/stocktakes"), icons.FACT_CHECK_OUTLINED)
    written = [new, *kept_in_order] if client.may(Permission.inventory_write) else [counted]
    return MoreMenu([*written, *_exports(client, filters)])


def _exports(client: Client, filters: Filters) -> list[MenuItem]:
    """Of the catalogue; of what sites keep, where the list asks about that."""
    asked = {"search": filters.query.strip(), "category_id": filters.category}
    if filters.show in {"low", "count"} or filters.site:
        more = {"is_low": filters.show == "low" or None, "to_count": filters.show == "count" or None, "site_id": filters.site}
        return exports(client, "/inventory/stock", t("parts.title"), **asked, **more)
    shown = {"is_active": filters.show != "archived", "equipment_id": filters.machine}
    return exports(client, "/inventory/parts", t("parts.title"), **asked, **shown)


def columns(client: Client, stores: Stores, book: Book) -> list[Column]:
    """Each tells of a part with what there is of it."""
    return [_of_part(column, stores) for column in _columns(client, book)]


def _of_part(column: Column, stores: Stores) -> Column:
    told, value = column.cell, column.sort

    def cell(row: PartRow) -> Told:
        return told(stores.of(row))

    def sort(row: PartRow) -> Any:
        return value(stores.of(row)) if value else None

    return replace(column, cell=cell, sort=sort if value else None)


def _columns(client: Client, book: Book) -> list[Column]:
    categories = {row.id: row.name for row in client.tables.categories.rows.values()}

    def category(own: Kept) -> str:
        return categories.get(own.part.category_id, "") if own.part.category_id else ""

    def available(own: Kept) -> str:
        return amount(own.part, book.available(own.stocks))

    def minimum(own: Kept) -> str:
        return amount(own.part, own.minimum) if own.minimum else ""

    return [
        Column("number", t("parts.number"), lambda own: own.part.part_number, sort=lambda own: natural(own.part.part_number), width=140),
        Column("name", t("parts.name"), lambda own: own.part.name, sort=lambda own: natural(own.part.name), flex=6, strong=True),
        Column("category", t("parts.category"), category, sort=lambda own: natural(category(own)) or None, flex=3),
        Column("stock", t("parts.stock"), _stock, sort=lambda own: own.on_hand, width=96, number=True),
        Column("available", t("reserved.column"), available, sort=lambda own: book.available(own.stocks), width=96, number=True),
        Column("minimum", t("parts.minimum"), minimum, sort=lambda own: own.minimum or None, width=96, number=True),
        Column("state", t("parts.state"), _state, sort=lambda own: (not own.is_low, not own.is_to_count), width=150),
        Column("place", t("parts.place"), lambda own: lies(client, own), sort=lambda own: natural(lies(client, own)) or None, flex=4),
        Column("maker", t("parts.maker"), _maker, sort=lambda own: natural(_maker(own)) or None, flex=3, roomy=True),
    ]  # fmt: skip


def _stock(own: Kept) -> Cell:
    tone = Tone.bad if own.on_hand < 0 else own.marks[0].tone if own.is_low else None
    return Cell(amount(own.part, own.on_hand), tone, strong=True)


def _state(own: Kept) -> ft.Control | str:
    return ft.Row([own.marks[0].chip()], spacing=0) if own.marks else ""


def _maker(own: Kept) -> str:
    return dotted(own.part.manufacturer, own.part.manufacturer_reference)


def _no_match(filters: Filters) -> ft.Control:
    """Nothing low is good news."""
    calm = {"low": "parts.none_low", "count": "parts.none_to_count"}.get(filters.show or "")
    if calm and not filters.query.strip():
        return EmptyState(ft.Icons.TASK_ALT_ROUNDED, t(calm))
    return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("parts.no_match"), t("parts.no_match_body"))
