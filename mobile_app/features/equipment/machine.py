"""The machine page: what it is, how it stands, what is open, what broke and what mended it."""

from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, language, t
from mobile_app.domain import marks
from mobile_app.domain.cards import JobCard, RequestCard, class_icon, status_chip
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener
from mobile_app.domain.lookup import dotted, stands
from mobile_app.domain.papers import face
from mobile_app.domain.specifications import told
from mobile_app.domain.views import interventions_of
from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, IconAction, PrimaryButton
from mobile_app.ui.cards import Card, CardHeader, Copyable, KeyValues
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Title
from shared_models.equipment.commands import PAPERS
from shared_models.equipment.rows import Criticality, EquipmentRow, in_language
from shared_models.interventions.lifecycle import OPEN, InterventionStatus, State
from shared_models.interventions.rows import InterventionRow
from shared_models.labels.codes import grouped
from shared_models.requests.rows import RequestStatus


def identity(client: Client, machine: EquipmentRow, on_photo: Handler) -> ft.Control:
    """Photo or icon, name, code and where it stands, status and criticality."""
    picture = face(client, PAPERS, machine, class_icon(client, machine.class_id), on_photo)
    chips = [status_chip(machine, client.now())]
    if machine.criticality in {Criticality.high, Criticality.critical}:
        chips.append(marks.CRITICALITY[machine.criticality].chip())
    words = ft.Column(
        [
            Title(machine.name),
            Meta(dotted(machine.code or t("machine.code_later"), machine.model, stands(client, machine.id))),
            ft.Container(ft.Row(chips, spacing=6, run_spacing=6, wrap=True), padding=ft.Padding(0, 6, 0, 0)),
        ],
        spacing=1,
        tight=True,
        expand=True,
    )
    if environment.current().has_big_text:
        words.expand = None
        return ft.Column([picture, words], spacing=10, tight=True)
    return ft.Row([picture, words], spacing=14, vertical_alignment=ft.CrossAxisAlignment.START)


def actions(client: Client, jobs: list[InterventionRow], on_start: Handler, on_report: Handler, on_status: Handler) -> ft.Control:
    """The one thing to do here, then the two others."""
    mine = client.user.id
    open_jobs = [job for job in jobs if job.status in OPEN]
    first = next((job for job in open_jobs if job.assigned_technician_id in {mine, None}), None)
    if first is not None:
        main = PrimaryButton(t("machine.open_job"), opener(f"/jobs/{first.id}"), icon=ft.Icons.ASSIGNMENT_ROUNDED, expand=True)
    else:
        main = PrimaryButton(t("machine.start"), on_start, icon=ft.Icons.PLAY_ARROW_ROUNDED, expand=True)
    others = [
        IconAction(ft.Icons.REPORT_PROBLEM_OUTLINED, t("machine.report"), on_report, outlined=True, size=52),
        IconAction(ft.Icons.TUNE_ROUNDED, t("machine.change_status"), on_status, outlined=True, size=52),
    ]
    if first is not None:
        others.insert(0, IconAction(ft.Icons.ADD_ROUNDED, t("machine.new_job"), on_start, outlined=True, size=52))
    if environment.current().has_big_text:
        main.expand = None
        return Stack(main, ft.Row(list[ft.Control](others), spacing=10), spacing=10)
    return ft.Row([main, *others], spacing=10)


def open_jobs_section(client: Client, jobs: list[InterventionRow]) -> list[ft.Control]:
    """And what waits for validation."""
    waits = State(InterventionStatus.completed)
    open_jobs = [job for job in jobs if job.status in OPEN or job.state == waits]
    return [JobCard(client, job, with_machine=False, on_open=opener(f"/jobs/{job.id}")) for job in open_jobs[:5]]


def requests_section(client: Client, equipment_id: UUID) -> list[ft.Control]:
    """What operators have reported here and nobody has answered, with their photo."""
    found = client.requests.having(equipment_id=[equipment_id], status=[RequestStatus.new])
    latest = sorted(found, key=lambda request: request.created_at, reverse=True)
    return [RequestCard(client, request, with_machine=False, on_open=opener(f"/requests/{request.id}")) for request in latest[:5]]


def facts_card(client: Client, machine: EquipmentRow) -> list[ft.Control]:
    """Nameplate and specifications."""
    of_class = client.classes.get(machine.class_id)
    fields = {field.key: field for field in of_class.spec_fields} if of_class else {}
    rows: list[tuple[str, str | ft.Control]] = [(t("machine.class"), in_language(of_class.names, language()))] if of_class else []
    plate: tuple[tuple[str, str | ft.Control], ...] = (
        ("equipment_list.code", Copyable(machine.code) if machine.code else ""),
        ("machine.manufacturer", machine.manufacturer),
        ("machine.serial", Copyable(machine.serial_number) if machine.serial_number else ""),
        ("machine.installed", format_date(machine.installation_date) if machine.installation_date else ""),
        ("machine.warranty", format_date(machine.warranty_expiry) if machine.warranty_expiry else ""),
        ("machine.label", ", ".join(grouped(code) for code in machine.label_codes)),
    )
    rows += [(t(key), value) for key, value in plate if value]
    for key, value in machine.specifications.items():
        field = fields.get(key)
        name = in_language(field.names, language()) if field else key
        rows.append((name, told(value, field.unit if field else "")))
    return [Card(Stack(CardHeader(t("machine.facts")), KeyValues(rows), spacing=12))] if rows else []


def jobs_of(client: Client, equipment_id: UUID) -> list[InterventionRow]:
    return interventions_of(client.interventions.having(equipment_id=[equipment_id]), equipment_id)


def unknown_machine() -> ft.Control:
    return EmptyState(
        ft.Icons.SEARCH_OFF_ROUNDED,
        t("machine.unknown"),
        t("machine.unknown_body"),
        action=t("machine.all"),
        on_action=lambda: go("/equipment"),
    )
