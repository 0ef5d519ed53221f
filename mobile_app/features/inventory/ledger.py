"""What only the server has of a part: every movement of it, and how many are used in a month."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.errors import ClientError, Offline
from mobile_app.core.i18n import format_moment, format_money, format_month, n, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.context import opener, use_client
from mobile_app.domain.lookup import dotted, has_several_sites, site_name
from mobile_app.domain.part_cards import PartLine
from mobile_app.domain.parts import Kept, amount
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.charts import Bar, Bars
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonLines, toast
from mobile_app.ui.hooks import State, use_state
from mobile_app.ui.plots import Behind
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.inventory.quantities import NONE
from shared_models.inventory.rows import MonthUse, MovementRead, PartRow

FIRST, MORE = 10, 40
MONTHS, WEEKS = 12, 52


@component
def Ledger(part: PartRow) -> ft.Control:
    """Newest first; read again when this device has moved something."""
    client = use_client()
    older: State[tuple[list[MovementRead], str | None] | None] = use_state(None)
    pages, set_pages = older
    path, seen = "/inventory/movements", sum(stock.version for stock in client.tables.stocks.having(part_id=[part.id]))

    async def load() -> dict[str, Any]:
        set_pages(None)
        found: dict[str, Any] = await client.api.get(path, spare_part_id=str(part.id), size=FIRST)
        return found

    answer = use_server(load, [part.id, seen])
    head = CardHeader(t("parts.movements"))
    if answer.error:
        key = "parts.movements_offline" if isinstance(answer.error, Offline) else "parts.movements_failed"
        return Card(Stack(head, Meta(t(key), max_lines=3), ft.Row([TextLink(t("common.try_again"), answer.reload)]), spacing=4))
    if answer.data is None:
        return Card(Stack(head, SkeletonLines(4)))
    items = [MovementRead.model_validate(item) for item in answer.data["items"]]
    further, following = pages or ([], answer.data["next"])

    async def load_more() -> None:
        try:
            page = await client.api.get(path, spare_part_id=str(part.id), size=MORE, cursor=following)
        except ClientError as error:
            toast(t("parts.movements_offline" if isinstance(error, Offline) else "parts.movements_failed"))
        else:
            set_pages(([*further, *map(MovementRead.model_validate, page["items"])], page["next"]))

    lines = [_line(client, part, item) for item in [*items, *further]]
    more = [ft.Row([TextLink(t("parts.movements_more"), load_more)])] if following else []
    return Card(Stack(head, *(lines or [Meta(t("parts.movements_none"))]), *more, spacing=2))


def _line(client: Any, part: PartRow, item: MovementRead) -> ft.Control:
    """`Sortie −2 · hier 17:05 · J. Roux · INT-2026-000123 · Magasin`."""
    quantity = f"{'+' if item.quantity > 0 else ''}{amount(part, item.quantity)}"
    site = site_name(client, item.site_id) if has_several_sites(client) else ""
    meta = dotted(
        format_moment(item.occurred_at, client.now()), item.by, item.intervention_number or "", dotted(item.place_name, site),
        format_money(item.unit_price, item.currency, exact=True), item.reference_document, item.notes,
    )  # fmt: skip
    job: UUID | None = item.intervention_id
    name = t(f"domain.movement_type.{item.movement_type}")
    return PartLine(name, quantity, meta=meta, on_click=opener(f"/jobs/{job}") if job else None)


@component
def Use(own: Kept) -> ft.Control:
    """How many are used in a month, and for how long the stock will do; the figures behind the picture."""
    client = use_client()
    part = own.part

    async def load() -> list[MonthUse]:
        return await client.api.list_of(MonthUse, f"/inventory/parts/{part.id}/use")

    answer = use_server(load, [part.id])
    if not answer.data:
        return ft.Container()
    months = by_month(answer.data, client.now().date())
    used = sum((quantity for _, quantity in months[:-1]), NONE)
    bars = [Bar(format_month(month), float(quantity), f"{format_month(month)} : {amount(part, quantity)}") for month, quantity in months]
    label = t("parts.use_said", quantity=amount(part, used))
    rows = [(f"{format_month(month)} {month.year}", amount(part, quantity)) for month, quantity in reversed(months)]
    weeks = cover(own.on_hand, used)
    told = [] if weeks is None else [Meta(n("parts.cover", weeks))]
    return Card(Stack(CardHeader(t("parts.use"), amount(part, used)), Bars(bars, label=label), *told, Behind(rows), spacing=8))


def by_month(used: Sequence[MonthUse], today: date) -> list[tuple[date, Decimal]]:
    """Twelve whole months and this one, those without any too, the oldest first."""
    known = {one.month: one.quantity for one in used}
    months = [_back(today.replace(day=1), back) for back in range(MONTHS, -1, -1)]
    return [(month, max(NONE, known.get(month, NONE))) for month in months]


def _back(month: date, by: int) -> date:
    at = month.year * 12 + month.month - 1 - by
    return date(at // 12, at % 12 + 1, 1)


def cover(on_hand: Decimal, used_in_a_year: Decimal) -> int | None:
    """For how many weeks the stock lasts at last year's pace; None where nothing was used."""
    if used_in_a_year <= 0:
        return None
    return max(0, int(on_hand * WEEKS / used_in_a_year))
