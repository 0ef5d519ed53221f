"""A part wherever it is listed, and the choice of one: scanned, searched, or from what is likely."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_exact, format_money, measure, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.marks import Mark
from mobile_app.domain.parts import ICON, LOW, Kept, amount, kept_one, lies, part_name, parts_of
from mobile_app.domain.scanning import scan_part
from mobile_app.domain.search import search_parts
from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, SecondaryButton, TextLink, spoken, tap
from mobile_app.ui.cards import Card, CardHeader, RowCard, Trailing
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Caption, Meta
from mobile_app.ui.theme import SEMIBOLD, TONES, C, Size, Space, Tone
from shared_models.equipment.rows import EquipmentRow
from shared_models.interventions.rows import RequiredPart
from shared_models.inventory.rows import JobPartRow, PartRow
from shared_models.permissions import Permission

SHOWN = 30


def PartCard(client: Client, own: Kept, *, on_open: Handler, selected: bool = False, flat: bool = False) -> ft.Control:
    """Its name, how many there are and where; what is wrong with that."""
    part = own.part
    told = amount(part, own.on_hand)
    state = own.marks
    return RowCard(
        part.name,
        meta=dotted(part.part_number, lies(client, own)),
        trailing=Trailing(told, state[0].tone) if state and state[0].tone is not Tone.info else told,
        icon=ICON,
        tone=Tone.primary if part.is_active else Tone.off,
        chips=[mark.chip() for mark in state],
        on_click=on_open,
        selected=selected,
        flat=flat,
    )


def PartLine(name: str, quantity: str, *, meta: str = "", on_click: Handler | None = None, mark: Mark | None = None) -> ft.Control:
    """However long its name is, the quantity stays whole at the right."""
    big = environment.current().has_big_text
    text: list[ft.Control] = [ft.Text(name, size=Size.body, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS)]
    words = ft.Column([*text, *([Meta(meta)] if meta else [])], spacing=0, tight=True)
    figure = ft.Text(quantity, size=Size.body, weight=SEMIBOLD, no_wrap=True)
    sign = [ft.Icon(mark.icon, size=18, color=TONES[mark.tone].ink, semantics_label=mark.word)] if mark else []
    chevron = [ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=C.ink2)] if on_click else []
    if big:
        row: ft.Control = Stack(words, ft.Row([figure, *sign, *chevron], spacing=8), spacing=2)
    else:
        words.expand = True
        row = ft.Row([words, *sign, figure, *chevron], spacing=12)
    box = ft.Container(row, padding=ft.Padding.symmetric(vertical=10), border_radius=10, ink=on_click is not None, on_click=tap(on_click))
    return spoken(box) if on_click else box


def used_line(client: Client, used: JobPartRow, on_click: Handler | None = None) -> ft.Control:
    """What a job has taken, at what it cost."""
    part = client.tables.parts.get(used.spare_part_id)
    quantity = amount(part, used.quantity_used) if part else f"{used.quantity_used.normalize():f}"
    unsent = t("domain.unsent") if used.id in client.tables.job_parts.pending else ""
    meta = dotted(part.part_number if part else "", format_money(used.cost, used.currency), unsent)
    return PartLine(part_name(client, used.spare_part_id), quantity, meta=meta, on_click=on_click)


def required_line(client: Client, wanted: RequiredPart, site_id: UUID) -> ft.Control:
    """What a plan asks for, beside what its site has of it."""
    part = client.tables.parts.get(wanted.part_id) if wanted.part_id else None
    if part is None:
        figure = format_exact(wanted.quantity)
        return PartLine(wanted.name, measure(figure, wanted.unit) if wanted.unit else f"×{figure}")
    own = kept_one(client, part, site_id)
    there = t("parts.on_hand", quantity=amount(part, own.on_hand))
    return PartLine(part.name, amount(part, wanted.quantity), meta=dotted(part.part_number, there), on_click=opener(f"/parts/{part.id}"))


def cost_of(used: Sequence[JobPartRow]) -> str:
    """Of all together; of each currency for itself."""
    sums: dict[str, Decimal] = {}
    for row in used:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.cost
    return " + ".join(format_money(cost, currency) for currency, cost in sums.items())


FITTING = 6


@component
def FittingParts(client: Client, machine: EquipmentRow) -> ft.Control:
    """What fits a machine, with what its site has of it: what lacks first."""
    use_tables("parts", "stocks", "places")
    found = [kept_one(client, part, machine.site_id) for part in parts_of(client, machine)]
    if not found:
        return ft.Container()
    pressing = sorted(found, key=lambda own: not own.is_low)
    lines = [
        PartLine(
            own.part.name, amount(own.part, own.on_hand), meta=dotted(own.part.part_number, lies(client, own)),
            mark=LOW if own.is_low else None, on_click=opener(f"/parts/{own.part.id}"),
        )
        for own in pressing[:FITTING]
    ]  # fmt: skip
    every = opener(f"/parts?machine={machine.id}")
    more = [ft.Row([TextLink(n("parts.fitting_all", len(found)), every)])] if len(found) > FITTING else []
    return Card(Stack(CardHeader(t("parts.title"), str(len(found))), Stack(*lines, spacing=0), *more, spacing=4))


@component
def PartChoice(client: Client, on_pick: Callable[[PartRow], None], likely: Sequence[PartRow] = (), why: str = "") -> ft.Control:
    """The likely ones first, under `why`; any other by a scan or by what is typed."""
    use_tables("parts", "stocks")
    query, set_query = use_state("")
    rows = client.tables.parts.rows

    async def scan() -> None:
        found = await scan_part(client)
        if found is not None:
            on_pick(found)

    if not rows:
        return no_part(client)
    typed = query.strip()
    found = search_parts((part for part in rows.values() if part.is_active), query, SHOWN) if typed or not likely else []
    lines = [_option(client, part, on_pick) for part in (found if typed or not likely else likely[:SHOWN])]
    head = [Caption(why)] if why and likely and not typed else []
    rest = [Meta(n("parts.search_more", len(rows)))] if not typed else []
    return Stack(
        SecondaryButton(t("parts.scan"), scan, icon=ft.Icons.QR_CODE_SCANNER_ROUNDED),
        SearchField(query, set_query, placeholder=t("parts.search"), autofocus=not environment.current().has_touch),
        *head,
        Stack(*(lines or [Meta(t("common.no_match", query=query))]), spacing=0),
        *rest,
        spacing=Space.s,
    )


def _option(client: Client, part: PartRow, on_pick: Callable[[PartRow], None]) -> ft.Control:
    own = kept_one(client, part)
    return PartLine(part.name, amount(part, own.on_hand), meta=dotted(part.part_number, lies(client, own)), on_click=lambda: on_pick(part))


def no_part(client: Client) -> ft.Control:
    """Before the first one: the way to it for who may make it, and whom to ask for who may not."""
    icon, title = ft.Icons.INVENTORY_2_OUTLINED, t("parts.none")
    if client.may(Permission.inventory_write):
        return EmptyState(icon, title, t("parts.none_body"), action=t("parts.first"), on_action=lambda: go("/parts/new"))
    return EmptyState(icon, title, t("parts.none_ask"))
