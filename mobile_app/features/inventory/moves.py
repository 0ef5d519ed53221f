"""What whoever keeps the stock does to it: goods in, a count, a correction, a transfer, a site's minimum."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_money, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.lookup import by_name, has_several_sites
from mobile_app.domain.moving import Done, movement, part_head, place_field, quantity_field, told
from mobile_app.domain.parts import amount, place_name, places_at, places_with, stock_at
from mobile_app.domain.submit import made, sender, submit
from mobile_app.ui.buttons import Handler, PrimaryButton
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonLines
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.menus import MenuItem
from mobile_app.ui.numbers import exact_text
from mobile_app.ui.pickers import Maker, Picker
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.ids import uuid7
from shared_models.inventory import commands as inv
from shared_models.inventory.quantities import NONE
from shared_models.inventory.rows import PartRow, PlaceRow, PlaceStock

MORE, LESS = "more", "less"


def _text(form: Form, name: str, label: str, **more: Any) -> ft.Control:
    return TextInput(label, **form.field(name), max_length=text_limit(inv.OnStock, name), **more)


def price_field(form: Form, label: str, currency: str, name: str = "unit_price", **more: Any) -> ft.Control:
    """Kept as it was typed: a price has four decimals."""
    return TextInput(label, **form.field(name), suffix=currency, keyboard_type=ft.KeyboardType.NUMBER, **more)


def maker() -> Maker:
    """Where no place is yet."""
    return Maker(t("parts.new_place"), opener("/stores"))


# Goods in


def receive_sheet(client: Client, part: PartRow, on_done: Done, place: PlaceRow | None = None) -> Sheet:
    return Sheet(t("parts.goods_in"), ReceiveForm(client, part, on_done, place))


@component
def ReceiveForm(client: Client, part: PartRow, on_done: Done, place: PlaceRow | None = None) -> ft.Control:
    """Into the place where it lies already, or before which somebody stands, at the price last agreed: both can be said otherwise."""
    places = places_at(client)
    first = place or next(
        (where[0] for site in dict.fromkeys(place.site_id for place in places) if (where := places_with(client, part, site))), None
    )
    price = exact_text(part.unit_price, 2)
    form = use_form(
        f"receive:{part.id}:{place.id if place else ''}",
        {"quantity": "", "place_id": str(first.id) if first else None, "unit_price": price, "reference_document": ""},
    )

    async def receive() -> None:
        if form.busy or not form.require("quantity", "place_id"):
            return
        fields = {"place_id": form.get("place_id"), "unit_price": told(form, "unit_price"), "occurred_at": client.now()}
        paper = (form.get("reference_document") or "").strip()
        command = movement(form, part, inv.ReceiveStock, **fields, reference_document=paper)
        if command and await submit(client, command, form, said="parts.received"):
            on_done()

    if not form.ready:
        return SkeletonLines(4)
    quantity, each = told(form), told(form, "unit_price")
    total = quantity * each if isinstance(quantity, Decimal) and isinstance(each, Decimal) else None
    return Stack(
        part_head(client, part),
        quantity_field(form, part, t("parts.quantity"), on_submit=receive),
        *place_field(client, form, t("parts.into"), places, part, maker=maker()),
        price_field(
            form, t("parts.price_paid"), part.currency, optional=True,
            hint=t("parts.total", amount=format_money(total, part.currency)) if total else "",
        ),
        _text(form, "reference_document", t("parts.document"), optional=True, placeholder=t("parts.document_example")),
        sender(form, PrimaryButton(t("parts.receive_do"), receive, busy=form.busy, icon=ft.Icons.MOVE_TO_INBOX_ROUNDED)),
        spacing=Space.m,
    )  # fmt: skip


# A count, a correction


def count_sheet(client: Client, part: PartRow, place_id: UUID, on_done: Done) -> Sheet:
    return Sheet(t("parts.count_title"), CountForm(client, part, place_id, on_done, key=str(place_id)))


@component
def CountForm(client: Client, part: PartRow, place_id: UUID, on_done: Done) -> ft.Control:
    """What lies there, counted before the figure of the books is looked at."""
    form = use_form(f"count:{part.id}:{place_id}", {"counted": ""})

    async def count() -> None:
        if form.busy or not form.require("counted"):
            return
        command = movement(form, part, inv.CountStock, "counted", place_id=place_id, occurred_at=client.now())
        if command and await submit(client, command, form, said="parts.counted"):
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    return Stack(
        Meta(f"{part.part_number} · {part.name}"),
        Meta(t("parts.count_where", place=place_name(client, place_id)), max_lines=3),
        quantity_field(form, part, t("parts.counted_quantity"), "counted", least=NONE, on_submit=count),
        sender(form, PrimaryButton(t("parts.count_do"), count, busy=form.busy, icon=ft.Icons.FACT_CHECK_ROUNDED)),
        spacing=Space.m,
    )


def adjust_sheet(client: Client, part: PartRow, place_id: UUID, on_done: Done) -> Sheet:
    return Sheet(t("parts.adjust"), AdjustForm(client, part, place_id, on_done, key=str(place_id)))


@component
def AdjustForm(client: Client, part: PartRow, place_id: UUID, on_done: Done) -> ft.Control:
    """More or less than the books say, and why."""
    form = use_form(f"adjust:{part.id}:{place_id}", {"quantity": "1", "direction": LESS, "notes": ""})

    async def adjust() -> None:
        if form.busy or not form.require("quantity", "notes"):
            return
        sign = -1 if form.get("direction") == LESS else 1
        fields = {"place_id": place_id, "notes": form.get("notes").strip(), "occurred_at": client.now()}
        command = movement(form, part, inv.AdjustStock, sign=sign, **fields)
        if command and await submit(client, command, form, said="parts.adjusted"):
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    ways = [Choice(LESS, t("parts.less")), Choice(MORE, t("parts.more_of"))]
    return Stack(
        part_head(client, part),
        Meta(t("parts.count_where", place=place_name(client, place_id)), max_lines=3),
        Segments(ways, form.get("direction"), lambda key: form.set("direction", key)),
        quantity_field(form, part, t("parts.quantity")),
        _text(form, "notes", t("parts.why"), placeholder=t("parts.why_example")),
        sender(form, PrimaryButton(t("parts.adjust_do"), adjust, busy=form.busy, icon=ft.Icons.TUNE_ROUNDED)),
        spacing=Space.m,
    )


# At a place


def items_at(at: PlaceStock, ask: Callable[[str], Handler]) -> list[MenuItem]:
    """What is done with what lies somewhere."""
    return [
        MenuItem(t("parts.count"), ask("count"), ft.Icons.FACT_CHECK_OUTLINED),
        MenuItem(t("parts.adjust"), ask("adjust"), ft.Icons.TUNE_ROUNDED),
        *([MenuItem(t("parts.transfer"), ask("transfer"), ft.Icons.SWAP_HORIZ_ROUNDED)] if at.quantity > 0 else []),
    ]


def sheet_at(name: str, client: Client, part: PartRow, place_id: UUID, on_done: Done) -> Sheet:
    sheets = {"count": count_sheet, "adjust": adjust_sheet, "transfer": transfer_sheet}
    return sheets[name](client, part, place_id, on_done)


# A transfer


def transfer_sheet(client: Client, part: PartRow, place_id: UUID, on_done: Done) -> Sheet:
    return Sheet(t("parts.transfer"), TransferForm(client, part, place_id, on_done, key=str(place_id)))


@component
def TransferForm(client: Client, part: PartRow, place_id: UUID, on_done: Done) -> ft.Control:
    others = [place for place in places_at(client) if place.id != place_id]
    form = use_form(f"transfer:{part.id}:{place_id}", {"quantity": "1", "to_place_id": str(others[0].id) if len(others) == 1 else None})

    async def transfer() -> None:
        if form.busy or not form.require("quantity", "to_place_id"):
            return
        fields = {"place_id": place_id, "to_place_id": form.get("to_place_id"), "arrival_id": uuid7(), "occurred_at": client.now()}
        command = movement(form, part, inv.TransferStock, **fields)
        if command and await submit(client, command, form, said="parts.transferred"):
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    return Stack(
        part_head(client, part),
        Meta(t("parts.from_place", place=place_name(client, place_id)), max_lines=3),
        quantity_field(form, part, t("parts.quantity")),
        *place_field(client, form, t("parts.to"), others, part, "to_place_id", maker=maker()),
        sender(form, PrimaryButton(t("parts.transfer_do"), transfer, busy=form.busy, icon=ft.Icons.SWAP_HORIZ_ROUNDED)),
        spacing=Space.m,
    )


# A minimum


def minimum_sheet(client: Client, part: PartRow, on_done: Done) -> Sheet:
    return Sheet(t("parts.minimum_title"), MinimumForm(client, part, on_done))


@component
def MinimumForm(client: Client, part: PartRow, on_done: Done) -> ft.Control:
    """Of one site; an empty one goes back to the part's own."""
    sites = by_name(client.sites.rows.values())
    site, set_site = use_state(sites[0].key if sites else "")
    own = stock_at(client, part.id, UUID(site)) if site else None
    known = exact_text(own.minimum) if own else ""
    form = use_form(f"minimum:{part.id}:{site}", {"minimum": known})

    async def save() -> None:
        text = (form.get("minimum") or "").strip()
        fields: dict[str, Any] = {"part_id": part.id, "site_id": site, "occurred_at": client.now()}
        command = (
            movement(form, part, inv.SetMinimum, "minimum", **fields) if text else made(form, inv.SetMinimum, {**fields, "minimum": None})
        )
        if command and await submit(client, command, form, said="parts.minimum_saved"):
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    pick = [Picker(t("equipment_list.site"), sites, site, set_site)] if has_several_sites(client) else []
    hint = t("parts.minimum_hint", minimum=amount(part, part.minimum_stock))
    return Stack(
        part_head(client, part, UUID(site) if site else None),
        *pick,
        TextInput(
            t("parts.minimum"), **form.field("minimum"), hint=hint, suffix=part.unit or None, keyboard_type=ft.KeyboardType.NUMBER,
            optional=True, on_submit=save,
        ),
        sender(form, PrimaryButton(t("common.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)),
        spacing=Space.m,
    )  # fmt: skip
