"""An order: drafted, sent, and taken in line by line, by scanning what has come or by tapping its line."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import flet as ft

from mobile_app.core.i18n import format_date, format_datetime, format_exact, format_money, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.files import download
from mobile_app.domain.lookup import dotted, site_name
from mobile_app.domain.part_cards import PartChoice, PartLine
from mobile_app.domain.parts import amount, part_name
from mobile_app.domain.scanning import scan_part
from mobile_app.domain.submit import submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.inventory.order_forms import DetailsForm, GoodsInForm, LineForm, new_line
from mobile_app.features.inventory.order_words import chips_of, number_of, supplier_of, today_of, total_of
from mobile_app.ui.buttons import ActionRow, Handler, IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, Divider, KeyValues, NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonList, toast
from mobile_app.ui.hooks import use_maybe, use_shortcut, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Question, Sheet, use_confirm, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from mobile_app.ui.theme import Tone
from shared_models.base import Command
from shared_models.buying.commands import CancelOrder, CloseOrder, PlaceOrder
from shared_models.buying.rows import OrderLine, OrderStatus, PurchaseOrderRow
from shared_models.inventory.rows import PartRow
from shared_models.permissions import Permission

WIDE = 860


class Opened(NamedTuple):
    """What a sheet asks: `line` and `part` for a line, and for what comes on it."""

    what: str
    line: OrderLine | None = None
    part: PartRow | None = None


@component
def OrderScreen() -> ft.Control:
    client = use_tables("orders", "suppliers", "parts", "stocks", "places", "sites")
    order = client.tables.orders.get(id_of(ft.use_route_params().get("order_id", "")))
    if order is None and not client.tables.orders.ready:
        return Page(SkeletonList())
    if order is None:
        gone = EmptyState(ft.Icons.SHOPPING_CART_OUTLINED, t("orders.gone"), t("orders.gone_body"))
        return Page(PageHeader(t("orders.title"), on_back=opener("/orders")), gone)
    return Order(client, order, key=str(order.id))


@component
def Order(client: Client, order: PurchaseOrderRow) -> ft.Control:
    opened, show = use_maybe(Opened)
    document, set_document = use_state("")
    ask = use_confirm()
    may_write = client.may(Permission.inventory_write)

    def close() -> None:
        show(None)

    def came(note: str) -> None:
        set_document(note)
        close()

    def pick(part: PartRow) -> None:
        """A part that was scanned or chosen: for a draft its line, else what has come of it."""
        line = order.line(part.id)
        if order.status is OrderStatus.draft:
            show(Opened("line", line or new_line(order, part), part))
        elif line is None:
            toast(t("orders.not_on_it", part=part.name))
        else:
            show(Opened("goods", line, part))

    async def scan() -> None:
        found = await scan_part(client)
        if found is not None:
            pick(found)

    async def place() -> None:
        await submit(client, PlaceOrder(order_id=order.id, occurred_at=client.now()), said="orders.placed")

    use_sheet(_sheet(client, order, opened, pick, document, close, came), close)
    is_open = may_write and (order.is_under_way or order.status is OrderStatus.draft)
    use_shortcut("S", scan, t("parts.scan"), enabled=is_open)
    trailing = [SyncBadge(), *([_menu(client, order, show, ask)] if is_open else [])]
    return Page(
        PageHeader(supplier_of(client, order.supplier_id), _said(client, order), trailing=trailing, on_back=opener("/orders")),
        ft.Row(chips_of(order, today_of(client)), wrap=True, spacing=6),
        *_waiting(order),
        _lines(client, order, pick if is_open else None, partial(show, Opened("choose")) if is_open else None),
        *_papers(client, order),
        _facts(client, order),
        footer=_footer(order, place, scan, partial(show, Opened("choose"))) if is_open else None,
        max_width=WIDE,
    )


def _said(client: Client, order: PurchaseOrderRow) -> str:
    return dotted(number_of(order), site_name(client, order.site_id))


def _waiting(order: PurchaseOrderRow) -> list[ft.Control]:
    """A draft is no order yet: whoever believes it is waits in vain."""
    if order.status is not OrderStatus.draft or not order.lines:
        return []
    return [NoticeCard(t("orders.draft_notice"), t("orders.draft_notice_body"), tone=Tone.info)]


# --- its lines


def _lines(client: Client, order: PurchaseOrderRow, pick: Callable[[PartRow], None] | None, add: Callable[[], None] | None) -> ft.Control:
    lines: list[ft.Control] = []
    for line in order.lines:
        lines += [*([Divider()] if lines else []), _line(client, order, line, pick)]
    if not lines:
        lines = [Meta(t("orders.empty"), max_lines=3)]
    adding = [SecondaryButton(t("orders.add"), add, icon=ft.Icons.ADD_ROUNDED)] if add and order.status is OrderStatus.draft else []
    return Card(Stack(CardHeader(t("orders.parts"), total_of(order)), Stack(*lines, spacing=0), *adding, spacing=10))


def _line(client: Client, order: PurchaseOrderRow, line: OrderLine, pick: Callable[[PartRow], None] | None) -> ft.Control:
    part = client.tables.parts.get(line.part_id)
    price = format_money(line.unit_price, order.currency, exact=True) if line.unit_price is not None else ""
    done = t("orders.line_done") if order.ordered_at and not line.missing else ""
    meta = dotted(line.reference or (part.part_number if part else ""), price, done)
    click = partial(pick, part) if pick and part else None
    return PartLine(part_name(client, line.part_id), _quantity(order, line, part), meta=meta, on_click=click)


def _quantity(order: PurchaseOrderRow, line: OrderLine, part: PartRow | None) -> str:
    """`4 / 10`, once something may have come."""
    ordered = amount(part, line.quantity) if part else f"{line.quantity.normalize():f}"
    if order.ordered_at is None:
        return ordered
    return f"{format_exact(line.received)} / {ordered}"


# --- what else it says


def _papers(client: Client, order: PurchaseOrderRow) -> list[ft.Control]:
    """As the supplier gets it; there is none before the server has given it a number."""
    if not order.number or not order.lines:
        return []

    def paper(kind: str) -> Handler:
        return partial(download, client, f"/inventory/orders/{order.id}/order.{kind}", f"{order.number}.{kind}")

    pdf = SecondaryButton(t("orders.pdf"), paper("pdf"), icon=ft.Icons.PICTURE_AS_PDF_ROUNDED, expand=1)
    return [ActionRow(pdf, SecondaryButton(t("orders.csv"), paper("csv"), icon=ft.Icons.GRID_ON_ROUNDED, expand=1))]


def _facts(client: Client, order: PurchaseOrderRow) -> ft.Control:
    today, supplier = today_of(client), client.tables.suppliers.get(order.supplier_id)
    facts: list[tuple[str, str | ft.Control]] = [
        (t("orders.contact"), dotted(supplier.contact_person, supplier.phone) if supplier else ""),
        (t("orders.mail"), supplier.email if supplier else ""),
        (t("orders.wanted_on"), format_date(order.expected_on, today) if order.expected_on else ""),
        (t("orders.ordered_at"), format_datetime(order.ordered_at) if order.ordered_at else ""),
        (t("orders.closed_at"), format_datetime(order.closed_at) if order.closed_at else ""),
    ]
    known = [(name, value) for name, value in facts if value]
    notes = [Body(order.notes)] if order.notes else []
    return Card(Stack(CardHeader(t("orders.details")), KeyValues(known), *notes, spacing=12)) if known or notes else ft.Container()


# --- what is done with it


def _footer(order: PurchaseOrderRow, place: Handler, scan: Handler, add: Handler) -> ft.Control:
    if order.status is OrderStatus.draft and not order.lines:
        return PrimaryButton(t("orders.add"), add, icon=ft.Icons.ADD_ROUNDED)
    if order.status is OrderStatus.draft:
        scanning = IconAction(ft.Icons.QR_CODE_SCANNER_ROUNDED, t("parts.scan"), scan, outlined=True, size=52)
        return ActionRow(PrimaryButton(t("orders.place_do"), place, icon=ft.Icons.SEND_ROUNDED, expand=1), scanning)
    return PrimaryButton(t("orders.scan"), scan, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED)


def _menu(client: Client, order: PurchaseOrderRow, show: Callable[[Opened | None], None], ask: Callable[[Question], None]) -> ft.Control:
    items = []
    if order.status is OrderStatus.draft:
        items.append(MenuItem(t("orders.edit"), lambda: show(Opened("details")), ft.Icons.EDIT_ROUNDED))
    if order.is_under_way:
        items.append(MenuItem(t("orders.close"), _asking(client, order, "close", ask), ft.Icons.TASK_ALT_ROUNDED))
    if order.status in {OrderStatus.draft, OrderStatus.ordered} and not any(line.received for line in order.lines):
        items.append(MenuItem(t("orders.cancel"), _asking(client, order, "cancel", ask), ft.Icons.BLOCK_ROUNDED, danger=True))
    return MoreMenu(items)


def _asking(client: Client, order: PurchaseOrderRow, verb: str, ask: Callable[[Question], None]) -> Callable[[], None]:
    async def done() -> None:
        kind = CloseOrder if verb == "close" else CancelOrder
        command: Command = kind(order_id=order.id, occurred_at=client.now())
        await submit(client, command, said=f"orders.{verb}_done")

    question = Question(t(f"orders.{verb}"), t(f"orders.{verb}_body"), t(f"orders.{verb}_do"), done, danger=verb == "cancel")
    return lambda: ask(question)


def _sheet(
    client: Client, order: PurchaseOrderRow, opened: Opened | None, pick: Callable[[PartRow], None], document: str,
    close: Callable[[], None], came: Callable[[str], None],
) -> Sheet | None:  # fmt: skip
    if opened is None:
        return None
    if opened.what == "details":
        return Sheet(t("orders.edit"), DetailsForm(client, order, close))
    if opened.line is None or opened.part is None:
        likely = [part for part in client.tables.parts.rows.values() if _sells(order, part)]
        return Sheet(t("orders.add"), PartChoice(client, pick, likely, t("orders.likely")), tall=True)
    if opened.what == "line":
        return Sheet(t("orders.line"), LineForm(client, order, opened.line, opened.part, close))
    return Sheet(t("orders.goods_in"), GoodsInForm(client, order, opened.line, opened.part, document, came))


def _sells(order: PurchaseOrderRow, part: PartRow) -> bool:
    is_theirs = part.supplier_id == order.supplier_id or any(offer.supplier_id == order.supplier_id for offer in part.offers)
    return part.is_active and is_theirs and order.line(part.id) is None
