"""An order as its lists and its page say it."""

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, format_money, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.due import local_day
from mobile_app.domain.lookup import dotted, site_name
from mobile_app.domain.marks import Mark
from mobile_app.ui.buttons import Handler
from mobile_app.ui.cards import RowCard
from mobile_app.ui.theme import Tone
from shared_models.buying.rows import OrderStatus, PurchaseOrderRow

ORDER: Final = {
    OrderStatus.draft: Mark("domain.order_status.draft", Tone.off, ft.Icons.EDIT_NOTE_ROUNDED),
    OrderStatus.ordered: Mark("domain.order_status.ordered", Tone.info, ft.Icons.LOCAL_SHIPPING_ROUNDED),
    OrderStatus.partly_received: Mark("domain.order_status.partly_received", Tone.warning, ft.Icons.MOVE_TO_INBOX_ROUNDED),
    OrderStatus.closed: Mark("domain.order_status.closed", Tone.ok, ft.Icons.CHECK_CIRCLE_ROUNDED),
    OrderStatus.cancelled: Mark("domain.order_status.cancelled", Tone.off, ft.Icons.BLOCK_ROUNDED),
}
LATE: Final = Mark("orders.late", Tone.bad, ft.Icons.EVENT_BUSY_ROUNDED)
ICON: Final = ft.Icons.SHOPPING_CART_ROUNDED


def number_of(order: PurchaseOrderRow) -> str:
    """The server gives numbers; an order made offline has none yet."""
    return order.number or t("domain.number_pending")


def supplier_of(client: Client, supplier_id: UUID | None) -> str:
    supplier = client.tables.suppliers.get(supplier_id)
    return supplier.name if supplier else t("orders.no_supplier")


def today_of(client: Client) -> date:
    return local_day(client.now())


def expected(order: PurchaseOrderRow, today: date) -> str:
    return t("orders.expected_on", day=format_date(order.expected_on, today)) if order.is_under_way and order.expected_on else ""


def total_of(order: PurchaseOrderRow) -> str:
    return format_money(order.total, order.currency) if order.total else ""


def chips_of(order: PurchaseOrderRow, today: date) -> list[ft.Control]:
    return [ORDER[order.status].chip(), *([LATE.chip()] if order.is_late(today) else [])]


def OrderCard(client: Client, order: PurchaseOrderRow, *, on_open: Handler) -> ft.Control:
    today = today_of(client)
    return RowCard(
        supplier_of(client, order.supplier_id),
        meta=dotted(number_of(order), n("orders.lines", len(order.lines)), site_name(client, order.site_id)),
        trailing=total_of(order),
        icon=ICON,
        tone=Tone.primary if order.is_under_way else Tone.off,
        chips=chips_of(order, today),
        note=expected(order, today),
        on_click=on_open,
    )


def typed(number: Decimal | None) -> str:
    """As a field begins with it."""
    return "" if number is None else f"{number.normalize():f}"
