"""What is asked about an order: a line of it, what else it says, and the goods that come on it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_money, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import by_name
from mobile_app.domain.moving import Done, movement, part_head, place_field, quantity_field, told
from mobile_app.domain.parts import amount, places_at, places_with
from mobile_app.domain.submit import made, sender, submit
from mobile_app.features.inventory.order_words import typed
from mobile_app.ui.buttons import DangerButton, PrimaryButton
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput
from mobile_app.ui.feedback import SkeletonLines
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.pickers import Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.buying.commands import AskedLine, ReceiveOrderLine, WriteOrder
from shared_models.buying.rows import OrderLine, PurchaseOrderRow
from shared_models.inventory.rows import PartRow
from shared_models.problems import Problem


def as_it_is(order: PurchaseOrderRow) -> dict[str, Any]:
    """What saves a draft unchanged."""
    kept = ("site_id", "supplier_id", "expected_on", "notes", "version")
    return {"order_id": order.id, "lines": [asked(line) for line in order.lines], **{name: getattr(order, name) for name in kept}}


def asked(line: OrderLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in AskedLine.model_fields}


def at_line(place: int) -> Callable[[Problem], Problem]:
    """What is refused of the line stands at the fields of its form."""

    def placed(problem: Problem) -> Problem:
        errors = [each.model_copy(update={"field": each.field.removeprefix(f"lines.{place}.")}) for each in problem.errors]
        return problem.model_copy(update={"errors": errors})

    return placed


def _price(form: Form, label: str, currency: str, **more: Any) -> ft.Control:
    return TextInput(label, **form.field("unit_price"), suffix=currency, keyboard_type=ft.KeyboardType.NUMBER, optional=True, **more)


def _worth(form: Form, currency: str) -> str:
    quantity, price = told(form), told(form, "unit_price")
    both = isinstance(quantity, Decimal) and isinstance(price, Decimal)
    return t("orders.worth", amount=format_money(Decimal(quantity) * Decimal(price), currency)) if both and quantity and price else ""


def new_line(order: PurchaseOrderRow, part: PartRow) -> OrderLine:
    """By what its supplier offers."""
    offer = next((offer for offer in part.offers if offer.supplier_id == order.supplier_id), None)
    price = offer.price if offer and offer.price is not None else part.unit_price
    quantity = (offer.pack_size if offer else None) or Decimal(1)
    return OrderLine(part_id=part.id, quantity=quantity, unit_price=price, reference=offer.reference if offer else "")


@component
def LineForm(client: Client, order: PurchaseOrderRow, line: OrderLine, part: PartRow, on_done: Done) -> ft.Control:
    """Of a draft; a line of a part that it has already changes that one."""
    place = next((at for at, each in enumerate(order.lines) if each.part_id == part.id), len(order.lines))
    initial = {"quantity": typed(line.quantity), "unit_price": typed(line.unit_price), "reference": line.reference}
    form = use_form(f"order-line:{order.id}:{part.id}", initial)

    async def save() -> None:
        if form.busy or not form.require("quantity"):
            return
        new = {"part_id": part.id, "quantity": told(form), "unit_price": told(form, "unit_price"), "reference": form.get("reference") or ""}
        lines: list[Any] = [asked(each) for each in order.lines]
        lines[place : place + 1] = [new]
        await _send(lines, "orders.saved")

    async def drop() -> None:
        await _send([asked(each) for each in order.lines if each.part_id != part.id], "orders.line_gone")

    async def _send(lines: list[Any], said: str) -> None:
        command = made(form, WriteOrder, {**as_it_is(order), "lines": lines, "occurred_at": client.now()})
        if command and await submit(client, command, form, said=said, placed=at_line(place)):
            on_done()

    if not form.ready:
        return SkeletonLines(4)
    gone = [DangerButton(t("orders.line_drop"), drop, quiet=True)] if place < len(order.lines) else []
    return Stack(
        part_head(client, part, order.site_id),
        quantity_field(form, part, t("parts.quantity"), on_submit=save),
        _price(form, t("orders.price"), order.currency if order.lines else part.currency, hint=_worth(form, part.currency)),
        TextInput(t("orders.reference"), **form.field("reference"), optional=True, max_length=text_limit(AskedLine, "reference")),
        sender(form, PrimaryButton(t("common.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)),
        *gone,
        spacing=Space.m,
    )


@component
def DetailsForm(client: Client, order: PurchaseOrderRow, on_done: Done) -> ft.Control:
    """Of a draft: whom it goes to, when it is wanted, and what they should know."""
    initial = {
        "supplier_id": str(order.supplier_id), "expected_on": order.expected_on.isoformat() if order.expected_on else None,
        "notes": order.notes, "version": order.version,
    }  # fmt: skip
    form = use_form(f"order:{order.id}", initial, order.version)

    async def save() -> None:
        if form.busy or not form.require("supplier_id"):
            return
        fields = {name: form.get(name) for name in ("supplier_id", "expected_on", "notes", "version")}
        command = made(form, WriteOrder, {**as_it_is(order), **fields, "occurred_at": client.now()})
        if command and await submit(client, command, form, said="orders.saved"):
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    suppliers = by_name(row for row in client.tables.suppliers.rows.values() if row.is_active or row.id == order.supplier_id)
    day = form.get("expected_on")
    return Stack(
        Picker(
            t("orders.supplier"), suppliers, form.get("supplier_id"), partial(form.set, "supplier_id"), error=form.error("supplier_id"),
        ),
        DateInput(
            t("orders.wanted_on"), date.fromisoformat(day) if day else None, lambda value: form.set("expected_on", value.isoformat()),
            error=form.error("expected_on"), optional=True, on_clear=lambda: form.set("expected_on", None),
        ),
        TextInput(t("orders.notes"), **form.field("notes"), lines=3, optional=True, max_length=text_limit(WriteOrder, "notes")),
        sender(form, PrimaryButton(t("common.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)),
        spacing=Space.m,
    )  # fmt: skip


@component
def GoodsInForm(
    client: Client, order: PurchaseOrderRow, line: OrderLine, part: PartRow, document: str, on_done: Callable[[str], None]
) -> ft.Control:
    """What is missing, into the place where the part lies, at the line's price: each can be said otherwise.

    `document` is the delivery note of the line before.
    """
    places = places_at(client, order.site_id)
    first = next(iter(places_with(client, part, order.site_id)), None)
    initial = {
        "quantity": typed(line.missing or line.quantity), "place_id": str(first.id) if first else None,
        "unit_price": typed(line.unit_price if line.unit_price is not None else part.unit_price), "reference_document": document,
    }  # fmt: skip
    form = use_form(f"goods-in:{order.id}:{part.id}:{order.version}", initial)

    async def receive() -> None:
        if form.busy or not form.require("quantity", "place_id"):
            return
        note = (form.get("reference_document") or "").strip()
        fields: dict[str, Any] = {"order_id": order.id, "place_id": form.get("place_id"), "occurred_at": client.now()}
        command = movement(
            form, part, ReceiveOrderLine, **fields, unit_price=told(form, "unit_price"), reference_document=note
        )  # fmt: skip
        if command and await submit(client, command, form, said="orders.received"):
            on_done(note)

    if not form.ready:
        return SkeletonLines(4)
    return Stack(
        part_head(client, part, order.site_id),
        Meta(t("orders.came", came=amount(part, line.received), ordered=amount(part, line.quantity)), max_lines=2),
        quantity_field(form, part, t("parts.quantity"), on_submit=receive),
        *place_field(client, form, t("parts.into"), places, part),
        _price(form, t("orders.price_paid"), order.currency, hint=_worth(form, order.currency)),
        TextInput(
            t("orders.document"), **form.field("reference_document"), optional=True,
            max_length=text_limit(ReceiveOrderLine, "reference_document"),
        ),
        sender(form, PrimaryButton(t("orders.receive_do"), receive, busy=form.busy, icon=ft.Icons.MOVE_TO_INBOX_ROUNDED)),
        spacing=Space.m,
    )  # fmt: skip
