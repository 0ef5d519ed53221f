"""What moves on the shelves, asked for in a sheet: the part on top, then how many, and where."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.parts import Kept, amount, kept_one, places_to_choose
from mobile_app.domain.submit import made
from mobile_app.ui import environment
from mobile_app.ui.choices import ChoiceGrid
from mobile_app.ui.fields import Field
from mobile_app.ui.forms import Form
from mobile_app.ui.numbers import QuantityInput, parse_exact
from mobile_app.ui.pickers import Maker, Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.inventory.quantities import has_more_decimals
from shared_models.inventory.rows import PartRow, PlaceRow
from shared_models.problems import FieldProblem, Problem

M = TypeVar("M", bound=Command)
FEW = 4
"""Places that are all in sight; of more one is picked."""


def part_head(client: Client, part: PartRow, site_id: UUID | None = None) -> ft.Control:
    """Which part is meant: two lines at most, so that what is asked stays in sight."""
    own = kept_one(client, part, site_id)
    return Stack(Strong(part.name, max_lines=2), Meta(f"{part.part_number} · {on_hand(own)}", max_lines=2), spacing=2)


def on_hand(own: Kept) -> str:
    return t("parts.on_hand", quantity=amount(own.part, own.on_hand))


def quantity_field(form: Form, part: PartRow, label: str, name: str = "quantity", **more: Any) -> ft.Control:
    """What is asked first takes the keyboard, where there is one."""
    typed, put = form.get(name) or "", lambda text: form.set(name, text)
    focus = not environment.current().has_touch
    return QuantityInput(label, typed, put, unit=part.unit, error=form.error(name), autofocus=focus, **more)


def place_field(
    client: Client,
    form: Form,
    label: str,
    places: Sequence[PlaceRow],
    part: PartRow | None,
    name: str = "place_id",
    maker: Maker | None = None,
) -> list[ft.Control]:
    """Nothing to ask where there is one."""
    if len(places) == 1 and form.get(name) == str(places[0].id) and not form.error(name):
        return []
    choices, pick = places_to_choose(client, places, part), lambda key: form.set(name, key)
    if 1 < len(choices) <= FEW:
        return [Field(label, ChoiceGrid(choices, form.get(name), pick), error=form.error(name))]
    return [Picker(label, choices, form.get(name), pick, error=form.error(name), none=t("parts.no_place"), maker=maker)]


def told(form: Form, name: str = "quantity") -> str | Decimal | None:
    """As a number where it is one, else as it was typed, which the command refuses."""
    text = str(form.get(name) or "").strip()
    value = parse_exact(text)
    return (text or None) if value is None else value


def movement(form: Form, part: PartRow, kind: type[M], of: str = "quantity", *, sign: int = 1, **fields: Any) -> M | None:
    """The command; None with what is wrong shown at its fields."""
    value = told(form, of)
    if value is None:
        form.require(of)
        return None
    if isinstance(value, Decimal) and has_more_decimals(value, part.decimals):
        form.refuse(_too_fine(part, of))
        return None
    own = {"movement_id": uuid7()} if "movement_id" in kind.model_fields else {}
    return made(form, kind, {"part_id": part.id, of: value * sign if isinstance(value, Decimal) else value, **own, **fields})


def _too_fine(part: PartRow, field: str) -> Problem:
    words = t("problem.quantity_too_fine.detail", decimals=part.decimals)
    wrong = FieldProblem(field=field, code="quantity_too_fine", message=words)
    return Problem(type="", title="", status=422, code="quantity_too_fine", errors=[wrong])


Done = Callable[[], None]
