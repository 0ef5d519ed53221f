"""What suppliers sell a part as: a card each."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.ui.buttons import IconAction, TextLink
from mobile_app.ui.cards import Card
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.forms import Form
from mobile_app.ui.numbers import exact_text
from mobile_app.ui.pickers import Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import Space
from shared_models.inventory.rows import Offer

FIGURES: Final = ("price", "pack_size", "lead_days")


def blank_offer() -> dict[str, Any]:
    return {"supplier_id": None, "reference": "", "pack_size": "", "lead_days": "", "price": "", "is_preferred": False}


def offer_of(offer: Offer) -> dict[str, Any]:
    """As a form keeps it: figures as they are typed."""
    days = None if offer.lead_days is None else Decimal(offer.lead_days)
    typed = {"price": exact_text(offer.price, 2), "pack_size": exact_text(offer.pack_size), "lead_days": exact_text(days)}
    return {**offer.model_dump(mode="json"), **typed}


@component
def Offers(form: Form, suppliers: list[Choice]) -> ft.Control:
    offers: list[dict[str, Any]] = form.get("offers") or []

    def change(at: int, name: str, value: Any) -> None:
        """One is preferred, the others are not."""
        others = {"is_preferred": False} if name == "is_preferred" and value else {}
        form.set("offers", [{**offer, name: value} if place == at else {**offer, **others} for place, offer in enumerate(offers)])

    def drop(at: int) -> None:
        form.set("offers", [offer for place, offer in enumerate(offers) if place != at])

    cards = [_card(form, suppliers, offer, at, partial(change, at), partial(drop, at)) for at, offer in enumerate(offers)]
    add = TextLink(t("parts.add_offer"), lambda: form.set("offers", [*offers, blank_offer()]))
    return Field(t("parts.offers"), Stack(*cards, ft.Row([add]), spacing=10), error=form.error("offers"), optional=True)


def _card(
    form: Form, suppliers: list[Choice], offer: dict[str, Any], at: int, change: Callable[[str, Any], None], drop: Callable[[], None]
) -> ft.Control:
    number = at + 1
    supplier = Picker(
        t("parts.supplier"),
        suppliers,
        offer.get("supplier_id"),
        partial(change, "supplier_id"),
        error=form.error(f"offers.{at}.supplier_id"),
    )
    reference = TextInput(
        t("parts.their_reference"), offer.get("reference") or "", partial(change, "reference"), optional=True,
        max_length=text_limit(Offer, "reference"), error=form.error(f"offers.{at}.reference"),
    )  # fmt: skip
    figures = [
        TextInput(
            t(f"parts.offer_{name}"), str(offer.get(name) or ""), partial(change, name), optional=True,
            keyboard_type=ft.KeyboardType.NUMBER, error=form.error(f"offers.{at}.{name}"),
        )
        for name in FIGURES
    ]  # fmt: skip
    preferred = Toggle(t("parts.preferred"), bool(offer.get("is_preferred")), partial(change, "is_preferred"))
    away = IconAction(ft.Icons.DELETE_OUTLINE_ROUNDED, t("parts.remove_offer", number=number), drop)
    foot = ft.Row([ft.Container(preferred, expand=True), away], spacing=8)
    return Card(Stack(supplier, reference, *figures, foot, spacing=Space.m), key=f"offer{at}")
