"""The meters on a machine's page: what they show, how they turn; a reading in two taps."""

from collections.abc import Callable
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_client, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.meter_reset import reset_sheet
from mobile_app.domain.meters import last_shown, since_when, use
from mobile_app.features.equipment.meter_form import meter_sheet
from mobile_app.features.equipment.meter_history import history_sheet
from mobile_app.features.equipment.meter_reading import reading_sheet
from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, IconAction, spoken, tap
from mobile_app.ui.cards import Card, CardHeader, Divider
from mobile_app.ui.charts import Curve, Dot
from mobile_app.ui.component import component, memo
from mobile_app.ui.hooks import use_clock, use_maybe
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import BOLD, Radius, Size
from shared_models.meters.rows import MeterKind, MeterRow
from shared_models.permissions import Permission

Opening = Callable[..., Handler]
READ, RESET, HISTORY, EDIT, NEW = "read", "reset", "history", "edit", "new"
_CURVE_WIDTH = 84
_BESIDE = 13
"""Characters of a reading that leave room for a curve; a longer one would be broken."""


def meters_of(client: Client, equipment_id: UUID) -> list[MeterRow]:
    """Those in use by name; then, for who may put them back in use, the others."""
    found = client.tables.meters.having(equipment_id=[equipment_id])
    shown = [meter for meter in found if meter.is_active or client.may(Permission.equipment_write)]
    return sorted(shown, key=lambda meter: (not meter.is_active, meter.name.casefold()))


def may_read(client: Client) -> bool:
    return client.may(Permission.maintenance_write) or client.may(Permission.maintenance_update_assigned)


@memo
@component
def MetersSection(equipment_id: UUID) -> ft.Control:
    """Holds the sheets, which the rows' changes leave alone."""
    client = use_client()
    asked, set_asked = use_maybe(tuple[str, UUID | None])

    def close() -> None:
        set_asked(None)

    def opening(what: str, meter: MeterRow | None = None) -> Handler:
        return lambda: set_asked((what, meter.id if meter else None))

    use_sheet(_sheet(client, equipment_id, asked, close), close)
    return MetersCard(equipment_id, opening)


@component
def MetersCard(equipment_id: UUID, opening: Opening) -> ft.Control:
    client = use_tables("meters")
    use_clock(60)
    meters = meters_of(client, equipment_id)
    may_write = client.may(Permission.equipment_write)
    if not meters and not may_write:
        return ft.Container()
    add = IconAction(ft.Icons.ADD_ROUNDED, t("meters.new"), opening(NEW)) if may_write else ""
    lines: list[ft.Control] = [CardHeader(t("meters.title"), add)]
    for meter in meters:
        lines += [Divider()] if len(lines) > 1 else []
        lines.append(_line(client, meter, opening))
    if not meters:
        lines.append(Meta(t("meters.none")))
    return Card(Stack(*lines, spacing=6))


def _sheet(client: Client, equipment_id: UUID, asked: tuple[str, UUID | None] | None, close: Handler) -> Sheet | None:
    if asked is None:
        return None
    what, meter_id = asked
    if what == NEW:
        return meter_sheet(client, equipment_id, None, close)
    meter = client.tables.meters.get(meter_id)
    if meter is None:
        return None
    if what == EDIT:
        return meter_sheet(client, equipment_id, meter, close)
    return {READ: reading_sheet, RESET: reset_sheet, HISTORY: history_sheet}[what](client, meter, close)


def _line(client: Client, meter: MeterRow, opening: Opening) -> ft.Control:
    takes_readings = meter.is_active and may_read(client)
    face = ft.Container(
        _face(client, meter), padding=ft.Padding.symmetric(vertical=8), border_radius=Radius.tile, ink=True,
        on_click=tap(opening(READ if takes_readings else HISTORY, meter)),
    )  # fmt: skip
    said = dotted(meter.name, last_shown(meter), since_when(meter, client.now()), use(meter), t("meters.read") if takes_readings else "")
    return ft.Row([spoken(face, said, expand=True), _menu(client, meter, opening)], spacing=0)


def _face(client: Client, meter: MeterRow) -> ft.Control:
    value = ft.Text(last_shown(meter), size=22 if meter.last_value is not None else Size.body, weight=BOLD)
    when = dotted(since_when(meter, client.now()), use(meter)) if meter.is_active else t("meters.out_of_use")
    words = ft.Column([Meta(meter.name), value, *([Meta(when)] if when else [])], spacing=0, tight=True, expand=True)
    has_room = len(last_shown(meter)) <= _BESIDE and not environment.current().has_big_text
    dots = curve_of(meter) if has_room else []
    curve = [Curve(dots, label="", height=44, width=_CURVE_WIDTH)] if dots else []
    return ft.Row([words, *curve], spacing=12)


def curve_of(meter: MeterRow) -> list[Dot]:
    """A counter's total, which runs on through resets; a gauge's value."""
    return [Dot(reading.read_at, reading.total) for reading in reversed(meter.readings)]


def _menu(client: Client, meter: MeterRow, opening: Opening) -> ft.Control:
    items = [MenuItem(t("meters.history"), opening(HISTORY, meter), ft.Icons.SHOW_CHART_ROUNDED)]
    if meter.kind is MeterKind.counter and meter.is_active and may_read(client):
        items.append(MenuItem(t("meters.reset"), opening(RESET, meter), ft.Icons.RESTART_ALT_ROUNDED))
    if client.may(Permission.equipment_write):
        items.append(MenuItem(t("meters.edit"), opening(EDIT, meter), ft.Icons.EDIT_OUTLINED))
    return MoreMenu(items, label=t("meters.more", meter=meter.name))
