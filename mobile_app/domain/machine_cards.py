"""What one wants to know of a machine while looking at something else: where it stands, and its last year."""

from datetime import datetime, timedelta
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_hours, n, t
from mobile_app.domain.cards import class_icon, status_chip
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.lookup import dotted, stands
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.charts import LifeStrip, Span
from mobile_app.ui.chips import IconTile
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C, Tone
from shared_models.equipment.life import EquipmentLifeRow

YEAR = timedelta(days=365)


def machine_line(client: Client, equipment_id: UUID) -> ft.Control:
    """The machine, one tap away."""
    machine = client.equipment.get(equipment_id)
    if machine is None:
        return Meta(t("domain.machine_unknown"))
    tile = IconTile(class_icon(client, machine.class_id), Tone.primary)
    where = Meta(dotted(machine.code, stands(client, machine.id)))
    chip = ft.Container(ft.Row([status_chip(machine, client.now())], wrap=True), padding=ft.Padding(0, 4, 0, 0))
    words = ft.Column([Strong(machine.name), where, chip], spacing=1, tight=True, expand=True)
    row = ft.Row([tile, words, ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=C.ink2)], spacing=12)
    return Card(row, padding=12, on_click=opener(f"/equipment/{machine.id}"), label=dotted(machine.name, stands(client, machine.id)))


def life_card(life: EquipmentLifeRow | None, now: datetime) -> list[ft.Control]:
    """Stops and jobs of the last twelve months on one line."""
    if life is None:
        return []
    span = Span(now - YEAR, now)
    stops = [Span(max(stop.started_at, span.start), stop.ended_at or now) for stop in life.stops]
    stops = [stop for stop in stops if stop.end > span.start]
    down = sum((stop.end - stop.start for stop in stops), timedelta())
    figure = dotted(n("machine.stops", len(stops)), format_hours(down)) if stops else t("machine.no_stop")
    jobs = [job.completed_at for job in life.jobs if job.completed_at > span.start]
    parts: list[ft.Control] = [CardHeader(t("machine.year"), figure), LifeStrip(span, stops, jobs)]
    return [Card(Stack(*parts, spacing=12))]
