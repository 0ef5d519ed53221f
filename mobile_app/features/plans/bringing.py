"""The parts that a plan's jobs are to have: of the catalogue, in their own unit; or a name, for what is in none."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_tables
from mobile_app.domain.part_cards import PartChoice
from mobile_app.domain.parts import parts_of
from mobile_app.ui.buttons import IconAction, SecondaryButton, TextLink
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.numbers import QuantityInput
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C, Space
from shared_models.inventory.rows import PartRow

Change = Callable[[str], Callable[[Any], None]]


@component
def Parts(client: Client, form: Form) -> ft.Control:
    use_tables("parts", "stocks", "places")
    choosing, choose = use_state(False)
    parts: list[dict[str, Any]] = form.get("parts", [])

    def change(at: int) -> Change:
        def put(name: str, value: Any) -> None:
            form.set("parts", [{**part, name: value} if place == at else part for place, part in enumerate(parts)])

        return lambda name: lambda value: put(name, value)

    def drop(at: int) -> Callable[[], None]:
        return lambda: form.set("parts", [part for place, part in enumerate(parts) if place != at])

    def pick(part: PartRow) -> None:
        choose(False)
        if all(known.get("part_id") != str(part.id) for known in parts):
            form.set("parts", [*parts, {"part_id": str(part.id), "name": part.name, "quantity": "1", "unit": ""}])

    machine = client.equipment.get(UUID(form.get("equipment_id"))) if form.get("equipment_id") else None
    likely = parts_of(client, machine) if machine else []
    sheet = Sheet(t("plans.add_part"), PartChoice(client, pick, likely, t("parts.likely")), tall=True) if choosing else None
    use_sheet(sheet, lambda: choose(False))
    rows = [_line(client, form, part, place, change(place), drop(place)) for place, part in enumerate(parts)]
    wrong = [Meta(form.error("parts"), color=C.bad, max_lines=None)] if form.error("parts") else []
    add = SecondaryButton(t("plans.add_part"), lambda: choose(True), icon=ft.Icons.ADD_ROUNDED)
    free = TextLink(t("plans.add_unlisted"), lambda: form.set("parts", [*parts, {"name": "", "quantity": "1", "unit": ""}]))
    return Stack(SectionHeader(t("plans.parts")), *rows, *wrong, ft.Row([add, free], spacing=12, wrap=True), spacing=Space.m)


def _line(
    client: Client, form: Form, part: dict[str, Any], place: int, change: Change, drop: Callable[[], None]
) -> ft.Control:  # fmt: skip
    known = client.tables.parts.get(UUID(part["part_id"])) if part.get("part_id") else None
    number = place + 1
    named = part.get("part_id")
    words = [Strong(known.name if known else part.get("name") or "", max_lines=2), Meta(known.part_number if known else "")]
    what: ft.Control = Stack(*words, spacing=0) if named else TextInput(t("plans.part_name", number=number), part["name"], change("name"))
    quantity = QuantityInput(
        t("plans.part_quantity"), str(part.get("quantity") or ""), change("quantity"), unit=known.unit if known else "",
        error=form.error(f"parts.{place}.quantity") or form.error(f"parts.{place}.part_id"),
    )  # fmt: skip
    typed = TextInput(t("plans.part_unit"), part.get("unit", ""), change("unit"), max_length=20, counter="")
    unit = [] if named else [ft.Container(typed, width=96)]
    remove = IconAction(ft.Icons.DELETE_OUTLINE_ROUNDED, t("plans.part_remove", number=number), drop)
    small = ft.Row(
        [ft.Container(quantity, expand=True), *unit, remove], spacing=8, vertical_alignment=ft.CrossAxisAlignment.END
    )  # fmt: skip
    return Stack(what, small, spacing=8, key=f"part{place}:{named or ''}")
