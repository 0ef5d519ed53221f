"""What a part is described by: names and values of one's own, beginning with those that parts of its category have."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_number, t
from mobile_app.domain.client import Client
from mobile_app.domain.specifications import as_typed
from mobile_app.ui import environment
from mobile_app.ui.buttons import IconAction, TextLink
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form
from mobile_app.ui.stack import Stack
from shared_models.inventory.rows import PartRow

NAMED: Final = 60
VALUED: Final = 100
OFFERED: Final = 6

Pairs = list[list[str]]


def pairs_of(specifications: dict[str, Any]) -> Pairs:
    """As a form keeps them: a name may still be being typed."""
    return [[name, _typed(value)] for name, value in specifications.items()]


def _typed(value: Any) -> str:
    is_figure = isinstance(value, int | float) and not isinstance(value, bool)
    return format_number(value, len(f"{value:.9f}".rstrip("0").partition(".")[2])) if is_figure else str(value)


def specifications_of(pairs: Pairs) -> dict[str, Any]:
    return as_typed({name.strip(): value for name, value in pairs if name.strip()})


def are_named(form: Form) -> bool:
    """Every value has a name, and no name is there twice."""
    return not any(_wrong(form.get("pairs") or [], at) for at in range(len(form.get("pairs") or [])))


def _wrong(pairs: Pairs, at: int) -> str:
    name, value = (text.strip() for text in pairs[at])
    if not name:
        return t("common.required") if value else ""
    return t("parts.spec_twice") if any(name == other.strip() for other, _ in pairs[:at]) else ""


def usual(parts: Iterable[PartRow], category_id: Any) -> list[str]:
    """What most parts of the category are described by."""
    own = (part for part in parts if part.category_id and str(part.category_id) == str(category_id))
    return [name for name, _ in Counter(name for part in own for name in part.specifications).most_common(OFFERED)]


@component
def Specifications(client: Client, form: Form) -> ft.Control:
    pairs: Pairs = form.get("pairs") or []
    names = {name.strip() for name, _ in pairs}
    offered = [name for name in usual(client.tables.parts.rows.values(), form.get("category_id")) if name not in names]

    def change(at: int, place: int, text: str) -> None:
        own = [text if x == place else old for x, old in enumerate(pairs[at])]
        form.set("pairs", [own if y == at else pair for y, pair in enumerate(pairs)])

    def drop(at: int) -> None:
        form.set("pairs", [pair for y, pair in enumerate(pairs) if y != at])

    def add(name: str) -> None:
        form.set("pairs", [*pairs, [name, ""]])

    links = [TextLink(name, partial(add, name)) for name in offered]
    return Stack(
        SectionHeader(t("machine_form.specifications")),
        *(_line(pair, at, _wrong(pairs, at), partial(change, at), partial(drop, at)) for at, pair in enumerate(pairs)),
        ft.Row([*links, TextLink(t("parts.add_spec"), partial(add, ""))], wrap=True, spacing=16, run_spacing=4),
    )


def _line(pair: list[str], at: int, wrong: str, change: Any, drop: Any) -> ft.Control:
    name = TextInput(t("parts.spec_name"), pair[0], partial(change, 0), error=wrong, max_length=NAMED)
    value = TextInput(t("parts.spec_value"), pair[1], partial(change, 1), max_length=VALUED)
    away = IconAction(ft.Icons.CLOSE_ROUNDED, t("parts.remove_spec", name=pair[0] or str(at + 1)), drop)
    foot = ft.Container(away, padding=ft.Padding(left=0, top=26, right=0, bottom=0))
    is_narrow = environment.current().has_big_text
    fields = [ft.Container(Stack(name, value), expand=True)] if is_narrow else [ft.Container(name, expand=3), ft.Container(value, expand=2)]
    return ft.Row([*fields, foot], spacing=8, vertical_alignment=ft.CrossAxisAlignment.START, key=f"spec{at}")
