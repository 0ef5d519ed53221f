"""What one wants to know of a machine while looking at something else: where it stands, and its last year."""

from datetime import datetime, timedelta
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, format_duration, format_hours, n, t
from mobile_app.domain.cards import RepeatCard, class_icon, status_chip
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.lookup import dotted, failure_item, item_name, parts_of_job, stands
from mobile_app.ui.cards import Card, CardHeader, LineItem
from mobile_app.ui.charts import LifeStrip, Span
from mobile_app.ui.chips import IconTile
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C, Tone
from shared_models.equipment.life import EquipmentLifeRow, Fix, fixes, repeat_failure
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import InterventionRow, InterventionType

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


def repeat_notice(client: Client, life: EquipmentLifeRow | None, jobs: list[InterventionRow]) -> list[ft.Control]:
    """Shown while a breakdown is open: how often it came back, and how long the last repair held."""
    broken = next((j for j in jobs if j.status in OPEN and j.intervention_type == InterventionType.corrective), None)
    if life is None or broken is None:
        return []
    past = [job for job in life.jobs if job.id != broken.id]
    last = max((j for j in past if j.mode_id), key=lambda job: job.completed_at, default=None)
    mode = broken.mode_id or (last.mode_id if last else None)
    notice = repeat_failure(past, client.now(), mode)
    return [RepeatCard(client, notice)] if notice else []


def fixes_card(client: Client, equipment_id: UUID, life: EquipmentLifeRow | None) -> list[ft.Control]:
    """“What mended it”: one line for each failure mode and remedy, latest first."""
    found = fixes(life.jobs) if life else []
    if not found:
        return []
    lines = [_fix_line(client, equipment_id, fix) for fix in found]
    return [Card(Stack(CardHeader(t("machine.fixes")), *lines, spacing=4))]


def _fix_line(client: Client, equipment_id: UUID, fix: Fix) -> ft.Control:
    job = fix.job
    mode = item_name(failure_item(client, equipment_id, job.mode_id))
    remedy = item_name(failure_item(client, equipment_id, job.remedy_id))
    said = job.work_performed.split("\n")[0] or dotted(mode, remedy) or job.title
    meta = dotted(
        mode, ", ".join(parts_of_job(client, job.id)), format_date(job.completed_at), format_duration(job.labour_minutes), job.technician
    )
    return LineItem(
        said,
        meta=meta,
        trailing=f"×{fix.count}",
        icon=ft.Icons.BUILD_CIRCLE_OUTLINED,
        on_click=opener(f"/jobs/{job.id}"),
    )
