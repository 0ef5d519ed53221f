"""Orders to suppliers: cards on a phone, a dense table on a desk; what is late first."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Literal

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import format_date, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.columns import site_column
from mobile_app.domain.context import go, opener, use_tables
from mobile_app.domain.exports import exports
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, natural
from mobile_app.domain.submit import made, sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.inventory.order_words import LATE, ORDER, OrderCard, number_of, supplier_of, today_of, total_of
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.cards import in_twos
from mobile_app.ui.choices import FilterBar, FilterChip, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonLines, SkeletonList, more_of
from mobile_app.ui.fields import SearchField
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import use_shortcut, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.table import Cell, Column, Sorting, Table, TablePage, is_tabular, table_head
from mobile_app.ui.theme import Space
from shared_models.buying.commands import WriteOrder
from shared_models.buying.rows import OVER, OrderShow, OrderStatus, PurchaseOrderRow
from shared_models.ids import uuid7
from shared_models.permissions import Permission

MOST = 60


class Filters(Asked):
    show: OrderShow | Literal[""] = ""
    site: Key | None = None
    supplier: Key | None = None


def matching(client: Client, filters: Filters, today: date) -> list[PurchaseOrderRow]:
    """The newest first; those under way before drafts, and these before what is over."""
    found = [order for order in client.tables.orders.rows.values() if _passes(client, order, filters, today)]
    newest = sorted(found, key=lambda order: order.number or "~", reverse=True)
    return sorted(newest, key=lambda order: (not order.is_late(today), order.status in OVER, not order.is_under_way))


def _passes(client: Client, order: PurchaseOrderRow, filters: Filters, today: date) -> bool:
    if filters.site not in {None, str(order.site_id)} or filters.supplier not in {None, str(order.supplier_id)}:
        return False
    names = [part.name for line in order.lines if (part := client.tables.parts.get(line.part_id))]
    words = fold(" ".join([order.number or "", supplier_of(client, order.supplier_id), *names]))
    if filters.show and not order.is_shown(filters.show, today):
        return False
    return all(word in words for word in fold(filters.query).split())


@component
def OrderListScreen() -> ft.Control:
    client = use_tables("orders", "suppliers", "parts", "sites")
    place = use_place(Filters)
    making, make = use_state(False)
    close = partial(make, False)
    use_sheet(Sheet(t("orders.new"), NewOrderForm(client, close)) if making else None, close)
    may_write = client.may(Permission.inventory_write)
    use_shortcut("N", partial(make, True), t("orders.new"), enabled=may_write)
    if not client.tables.orders.rows:
        return _nothing(client, partial(make, True)) if client.tables.orders.ready else Page(SkeletonList())
    return Desk(client, place, partial(make, True)) if is_tabular() else Cards(client, place, partial(make, True))


def _filter_bar(client: Client, place: Place[Filters], today: date) -> ft.Control:
    filters, pick = place.asked, place.pick

    def pick_show(show: OrderShow) -> Callable[[], None]:
        return lambda: place.ask(show="" if filters.show is show else show)

    orders = client.tables.orders.rows.values()
    counts: dict[OrderShow, int] = {
        show: sum(order.is_shown(show, today) for order in orders) for show in OrderShow if show is not OrderShow.over
    }
    chips: list[ft.Control] = [
        FilterChip(t(f"orders.show.{show}"), pick_show(show), active=filters.show is show, count=counts.get(show)) for show in OrderShow
    ]
    sites = by_name(client.sites.rows.values())
    known = {order.supplier_id for order in orders}
    suppliers = by_name(row for row in client.tables.suppliers.rows.values() if row.id in known)
    if has_several_sites(client) or filters.site:
        chips.append(FilterMenu(t("equipment_list.site"), sites, filters.site, pick("site")))
    return FilterBar([*chips, FilterMenu(t("orders.supplier"), suppliers, filters.supplier, pick("supplier"))])


def _menu(client: Client, filters: Filters) -> ft.Control:
    files = exports(
        client, "/inventory/orders", t("orders.title"), search=filters.query.strip(), site_id=filters.site, supplier_id=filters.supplier,
        show=filters.show,
    )  # fmt: skip
    return MoreMenu([MenuItem(t("purchase_list.title"), opener("/purchase-list"), ft.Icons.PLAYLIST_ADD_CHECK_ROUNDED), *files])


@component
def Cards(client: Client, place: Place[Filters], make: Callable[[], None]) -> ft.Control:
    filters, most, today = place.asked, place.asked.page * MOST, today_of(client)
    rows = matching(client, filters, today)
    head = PageHeader(
        t("orders.title"), n("orders.count", len(rows)), trailing=[SyncBadge(), _menu(client, filters)], on_back=opener("/parts")
    )
    search = SearchField(filters.query, place.pick("query"), placeholder=t("orders.search"))
    cards = [OrderCard(client, order, on_open=opener(f"/orders/{order.id}")) for order in rows[:most]]
    may_write = client.may(Permission.inventory_write)
    footer = PrimaryButton(t("orders.new"), make, icon=ft.Icons.ADD_ROUNDED) if may_write else None
    rest = more_of(place, len(rows) > most)
    return Page(head, search, _filter_bar(client, place, today), *(in_twos(cards) or [_no_match()]), *rest, footer=footer)


@component
def Desk(client: Client, place: Place[Filters], make: Callable[[], None]) -> ft.Control:
    filters, today, tables = place.asked, today_of(client), client.tables
    rows = ft.use_memo(lambda: matching(client, filters, today), [filters.sought, tables.orders.revision, tables.parts.revision, today])
    search = SearchField(filters.query, place.pick("query"), placeholder=t("orders.search"))
    new = [PrimaryButton(t("orders.new"), make, icon=ft.Icons.ADD_ROUNDED, height=48)] if client.may(Permission.inventory_write) else []
    title = PageHeader(t("orders.title"), n("orders.count", len(rows)))
    wanted = SecondaryButton(t("purchase_list.title"), opener("/purchase-list"), height=48)
    head = table_head(title, search, wanted, *new, _menu(client, filters), SyncBadge(), search_width=300)
    table = Table(
        ft.use_memo(lambda: _columns(client, today), [today, client.tables.suppliers.revision]),
        rows,
        lambda order: str(order.id),
        place=place,
        route=lambda key: f"/orders/{key}",
        row_label=lambda order: dotted(number_of(order), supplier_of(client, order.supplier_id)),
        empty=_no_match(),
        sorting=Sorting(""),
    )
    return TablePage(head, _filter_bar(client, place, today), table=table)


def _columns(client: Client, today: date) -> list[Column]:
    def supplier(order: PurchaseOrderRow) -> str:
        return supplier_of(client, order.supplier_id)

    def many(order: PurchaseOrderRow) -> int:
        return len(order.lines)

    def due(order: PurchaseOrderRow) -> Cell:
        late = order.is_late(today)
        words = format_date(order.expected_on, today) if order.expected_on else "–"
        return Cell(dotted(words, LATE.word if late else ""), LATE.tone if late else None)

    return [
        Column("number", t("orders.number"), number_of, sort=number_of, width=130, strong=True),
        Column("supplier", t("orders.supplier"), supplier, sort=lambda order: natural(supplier(order)), flex=5),
        *site_column(client),
        Column("status", t("orders.status"), lambda order: ft.Row([ORDER[order.status].chip()]), sort=_rank, width=170),
        Column("lines", t("orders.line_count"), lambda order: str(many(order)), sort=many, width=70, number=True),
        Column("total", t("orders.total"), lambda order: total_of(order) or "–", sort=lambda order: order.total, width=120, number=True),
        Column("expected", t("orders.expected"), due, sort=lambda order: order.expected_on, width=190),
    ]


def _rank(order: PurchaseOrderRow) -> int:
    return list(OrderStatus).index(order.status)


def _no_match() -> ft.Control:
    return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("orders.no_match"), t("orders.no_match_body"))


def _nothing(client: Client, make: Callable[[], None]) -> ft.Control:
    may_write = client.may(Permission.inventory_write)
    return Page(
        PageHeader(t("orders.title"), trailing=[SyncBadge()], on_back=opener("/parts")),
        EmptyState(
            ft.Icons.SHOPPING_CART_OUTLINED,
            t("orders.none"),
            t("orders.none_body"),
            action=t("purchase_list.title") if may_write else "",
            on_action=opener("/purchase-list"),
            secondary=t("orders.new") if may_write else "",
            on_secondary=make,
        ),
    )


@component
def NewOrderForm(client: Client, on_done: Callable[[], None]) -> ft.Control:
    """Whom it goes to, and for which site; its lines come on its page."""
    sites = by_name(client.sites.rows.values())
    form = use_form("order:new", {"supplier_id": None, "site_id": sites[0].key if len(sites) == 1 else None})
    order_id = ft.use_memo(uuid7, [])

    async def make() -> None:
        if form.busy or not form.require("supplier_id", "site_id"):
            return
        fields = {"order_id": order_id, "supplier_id": form.get("supplier_id"), "site_id": form.get("site_id"), "occurred_at": client.now()}
        command = made(form, WriteOrder, fields)
        if command and await submit(client, command, form, said="orders.drafted"):
            on_done()
            go(f"/orders/{order_id}")

    if not form.ready:
        return SkeletonLines(3)
    suppliers = by_name(row for row in client.tables.suppliers.rows.values() if row.is_active)
    site = Picker(t("equipment_list.site"), sites, form.get("site_id"), partial(form.set, "site_id"), error=form.error("site_id"))
    return Stack(
        Picker(
            t("orders.supplier"), suppliers, form.get("supplier_id"), partial(form.set, "supplier_id"), error=form.error("supplier_id"),
            none=t("orders.no_suppliers"),
        ),
        *([site] if len(sites) > 1 else []),
        sender(form, PrimaryButton(t("orders.new_do"), make, busy=form.busy, icon=ft.Icons.ADD_ROUNDED)),
        spacing=Space.m,
    )  # fmt: skip
