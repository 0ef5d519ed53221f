"""What should be ordered, supplier by supplier, with why; ticked lines become a draft."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_exact, format_money, measure, n, t
from mobile_app.core.problems import why
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_tables
from mobile_app.domain.first_steps import no_site
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, natural
from mobile_app.domain.submit import submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.inventory.order_words import supplier_of
from mobile_app.ui.address import Asked, Key, Place, use_place
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton, spoken, tap
from mobile_app.ui.cards import Card, CardHeader, Divider
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.choices import FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint, current
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList
from mobile_app.ui.hooks import use_state
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Caption, Meta
from mobile_app.ui.theme import SEMIBOLD, C, Size, Tone
from shared_models.buying.commands import AskedLine, WriteOrder
from shared_models.buying.rows import Suggestion
from shared_models.ids import uuid7
from shared_models.inventory.quantities import NONE, priced
from shared_models.permissions import Permission

WIDE = 1080
MOST_LINES = 200
"""Of one order."""
Group = tuple[UUID | None, str]
"""A supplier and a currency: what can stand on one order."""


class Filters(Asked):
    site: Key | None = None


def groups_of(client: Client, wanted: Sequence[Suggestion]) -> list[tuple[Group, list[Suggestion]]]:
    """By the supplier's name; what nobody is known to supply comes last."""
    found = defaultdict[Group, list[Suggestion]](list)
    for line in wanted:
        found[line.supplier_id, line.currency].append(line)
    return sorted(found.items(), key=lambda pair: (pair[0][0] is None, natural(supplier_of(client, pair[0][0])), pair[0][1]))


def shortest(client: Client, sites: Sequence[str]) -> str | None:
    """The site that is short of most."""
    low = Counter(str(stock.site_id) for stock in client.tables.stocks.rows.values() if stock.low_since)
    return max(sites, key=lambda site: low[site], default=None)


@component
def PurchaseListScreen() -> ft.Control:
    client = use_tables("suppliers", "sites", "stocks", "orders")
    place = use_place(Filters)
    sites = by_name(client.sites.rows.values())
    site = place.asked.site or shortest(client, [choice.key for choice in sites])
    head = PageHeader(t("purchase_list.title"), t("purchase_list.meta"), trailing=[SyncBadge()], on_back=opener("/parts"))
    bar = [FilterBar([FilterMenu(t("equipment_list.site"), sites, site, partial(_site, place))])] if has_several_sites(client) else []
    if site is None:
        return Page(head, no_site(client))
    return Stack(Wanted(client, site, head, bar, key=site), expand=True)


def _site(place: Place[Filters], site: str | None) -> None:
    place.ask(site=site)


@component
def Wanted(client: Client, site: str, head: ft.Control, bar: list[ft.Control]) -> ft.Control:
    flipped, flip = use_state(frozenset[UUID]())

    async def load() -> list[Suggestion]:
        return await client.api.list_of(Suggestion, "/inventory/purchase-list", site_id=site)

    answer = use_server(load, [site, client.tables.stocks.revision, client.tables.orders.revision])
    if answer.error:
        return Page(head, *bar, ErrorState(t("purchase_list.offline"), why(answer.error), on_retry=answer.reload))
    if answer.data is None:
        return Page(head, *bar, SkeletonList())
    if not answer.data:
        done = EmptyState(ft.Icons.CHECK_CIRCLE_OUTLINE_ROUNDED, t("purchase_list.none"), t("purchase_list.none_body"))
        return Page(head, *bar, done)

    def toggle(part_id: UUID) -> None:
        flip(lambda known: known ^ {part_id})

    cards = [_card(client, UUID(site), group, lines, flipped, toggle) for group, lines in groups_of(client, answer.data)]
    return Page(head, *bar, *cards, max_width=WIDE)


def is_on(line: Suggestion, flipped: frozenset[UUID]) -> bool:
    """Ticked from the beginning, unless a draft has enough of it already."""
    return (line.drafted < line.quantity) != (line.part_id in flipped)


def _card(
    client: Client, site: UUID, group: Group, lines: Sequence[Suggestion], flipped: frozenset[UUID], toggle: Callable[[UUID], None]
) -> ft.Control:
    supplier_id, currency = group
    chosen = [line for line in lines if is_on(line, flipped)][:MOST_LINES]
    may_order = client.may(Permission.inventory_write) and supplier_id is not None
    rows: list[ft.Control] = []
    for line in lines:
        picked = is_on(line, flipped) if may_order else None
        opens = opener(f"/parts/{line.part_id}")
        rows += [*([Divider()] if rows else []), _row(line, picked, partial(toggle, line.part_id) if may_order else opens)]
    total = sum((priced(line.quantity, line.unit_price) for line in chosen if line.unit_price is not None), NONE)
    title = CardHeader(supplier_of(client, supplier_id), format_money(total, currency) if total and may_order else "")
    hint = [] if supplier_id else [Meta(t("purchase_list.no_supplier"), max_lines=3)]
    return Card(Stack(title, *hint, Stack(*rows, spacing=0), *_button(client, site, group, chosen, may_order=may_order), spacing=8))


def _button(client: Client, site: UUID, group: Group, chosen: Sequence[Suggestion], *, may_order: bool) -> list[ft.Control]:
    if not may_order:
        return []
    order_id = uuid7()

    async def order() -> None:
        lines = [
            AskedLine(part_id=line.part_id, quantity=line.quantity, unit_price=line.unit_price, reference=line.reference) for line in chosen
        ]
        command = WriteOrder(order_id=order_id, site_id=site, supplier_id=group[0], lines=lines, occurred_at=client.now())
        if await submit(client, command, said="orders.drafted"):
            go(f"/orders/{order_id}")

    kind = PrimaryButton if chosen else SecondaryButton
    return [kind(n("purchase_list.order", len(chosen)), order, disabled=not chosen, icon=ft.Icons.ADD_SHOPPING_CART_ROUNDED)]


def _row(line: Suggestion, picked: bool | None, on_click: Callable[[], None]) -> ft.Control:  # noqa: FBT001 - as `spoken` has it
    """The box, the part and why; how many at the right, which no name pushes out."""
    env = current()
    there = dotted(
        t("purchase_list.there", quantity=_of(line, line.on_hand), minimum=_of(line, line.minimum)),
        t("purchase_list.on_order", quantity=_of(line, line.on_order)) if line.on_order else "",
    )
    drafted = [StatusChip(t("purchase_list.drafted", quantity=_of(line, line.drafted)), Tone.info)] if line.drafted else []
    name: ft.Control = ft.Text(line.part_name, size=Size.body, weight=SEMIBOLD, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS)
    who: list[ft.Control] = [name, Meta(dotted(line.part_number, line.reference))]
    reasons: list[ft.Control] = [Meta(line.why, max_lines=3), Caption(there), *drafted]
    price = format_money(priced(line.quantity, line.unit_price), line.currency) if line.unit_price is not None else ""
    figure = ft.Column(
        [ft.Text(_of(line, line.quantity), size=Size.body, weight=SEMIBOLD, no_wrap=True), *([Caption(price)] if price else [])],
        spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.END,
    )  # fmt: skip
    if env.layout.breakpoint >= Breakpoint.laptop and not env.has_big_text:
        words: ft.Control = ft.Row(
            [ft.Column(who, spacing=0, tight=True, expand=3), ft.Column(reasons, spacing=2, tight=True, expand=4)], spacing=20, expand=True
        )
    else:
        words = ft.Column([*who, *reasons], spacing=1, tight=True, expand=True)
    box = ft.Icon(ft.Icons.CHECK_BOX_ROUNDED if picked else ft.Icons.CHECK_BOX_OUTLINE_BLANK_ROUNDED, color=C.primary if picked else C.ink2)
    row = ft.Row([*([] if picked is None else [box]), words, figure], spacing=12)
    inside = ft.Container(row, padding=ft.Padding.symmetric(vertical=10), border_radius=10, ink=True, on_click=tap(on_click))
    return spoken(inside, button=picked is None, picked=picked)


def _of(line: Suggestion, quantity: Decimal) -> str:
    return measure(format_exact(quantity), line.unit)
