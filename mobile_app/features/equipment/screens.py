"""The machine page and the list of machines."""

from collections.abc import Callable

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, go, id_of, use_tables
from mobile_app.domain.labels import LabelsOf, labels_sheet
from mobile_app.domain.life import life_of
from mobile_app.domain.machine_cards import fixes_card, life_card, repeat_notice
from mobile_app.domain.missing import Missing
from mobile_app.domain.papers import documents_card, photo_sheet, use_documents
from mobile_app.domain.part_cards import FittingParts
from mobile_app.domain.plan_cards import NextDues
from mobile_app.domain.printing import print_button
from mobile_app.domain.sync_badge import top_bar
from mobile_app.features.equipment import machine as parts
from mobile_app.features.equipment.form import EquipmentFormScreen
from mobile_app.features.equipment.history import HistorySection
from mobile_app.features.equipment.list import EquipmentListScreen, Pane
from mobile_app.features.equipment.meters import MetersSection
from mobile_app.features.equipment.report import report_sheet
from mobile_app.features.equipment.sheets import start_sheet, status_sheet
from mobile_app.ui.buttons import Handler, IconAction
from mobile_app.ui.cards import NoticeCard, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import use_async, use_breakpoint, use_clock, use_drawn, use_shortcut
from mobile_app.ui.scrolling import comes_back
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, TwoPane, has_room_beside
from mobile_app.ui.stack import Columns
from mobile_app.ui.theme import Tone
from shared_models.equipment.commands import PAPERS
from shared_models.equipment.rows import EquipmentRow
from shared_models.permissions import Permission

__all__ = ["EquipmentFormScreen", "EquipmentListScreen", "MachineScreen"]

SHEETS: dict[str, Callable[[Client, EquipmentRow, Callable[[], None]], Sheet]] = {
    "start": start_sheet,
    "report": report_sheet,
    "status": status_sheet,
    "photo": lambda client, machine, close: photo_sheet(client, PAPERS, machine, close),
    "labels": lambda client, machine, on_done: labels_sheet(client, LabelsOf((machine.id,)), on_done),
}


@component
def MachineScreen() -> ft.Control:
    client = use_tables("equipment", "interventions", "lines", "classes", "users", "details", "plans", "teams", "requests", "sites")
    equipment_id = id_of(ft.use_route_params()["equipment_id"])
    machine = client.equipment.get(equipment_id)
    if machine is None:
        return Missing(parts.unknown_machine(), (EquipmentRow, f"/equipment/{equipment_id}"))
    detail = Machine(client, machine, key=str(equipment_id))
    return TwoPane(Pane(client, equipment_id), detail) if has_room_beside() else detail


@component
def Machine(client: Client, machine: EquipmentRow) -> ft.Control:
    sheet, set_sheet = ft.use_state("")
    jobs = parts.jobs_of(client, machine.id)
    life = use_async(lambda: life_of(client, machine.id), [machine.id, client.details.version]).data
    documents = use_documents(client, PAPERS, machine.id)
    size = use_breakpoint()
    is_whole = use_drawn() or size == Breakpoint.desktop or comes_back("body")  # the rest is below what fits on a screen
    use_clock(60)

    def close() -> None:
        set_sheet("")

    shown: Sheet | None = SHEETS[sheet](client, machine, close) if sheet else None
    use_sheet(shown, close)
    use_shortcut("S", lambda: set_sheet("start"), t("machine.start"))
    use_shortcut("R", lambda: set_sheet("report"), t("machine.report"))
    now = client.now()
    first = [
        parts.identity(client, machine, lambda: set_sheet("photo")),
        *_label_first(client, machine, lambda: set_sheet("labels")),
        *repeat_notice(client, life, jobs),
        parts.actions(client, jobs, lambda: set_sheet("start"), lambda: set_sheet("report"), lambda: set_sheet("status")),
        *_section("machine.open_jobs", parts.open_jobs_section(client, jobs)),
        *_section("machine.requests", parts.requests_section(client, machine.id)),
        MetersSection(machine.id),
        *NextDues(client, machine.id, may_plan=client.may(Permission.maintenance_write)),
    ]
    bar = _bar(client, machine, lambda: set_sheet("labels"))
    width = None if has_room_beside() else 720
    if not is_whole:
        return Page(bar, *first, max_width=width)
    past = [*life_card(life, now), *fixes_card(client, machine.id, life), FittingParts(client, machine)]
    papers = [*documents_card(client, documents), *parts.facts_card(client, machine), *_paper(client, machine)]
    history = HistorySection(machine.id)
    if size < Breakpoint.desktop:
        return Page(bar, *first, *past, *papers, history, max_width=width)
    return Page(bar, Columns([*first, *papers], [*past, history], (5, 6)), max_width=1180)


def _paper(client: Client, machine: EquipmentRow) -> list[ft.Control]:
    return print_button(client, "machine.print", f"/equipment/{machine.id}/file.pdf", machine.code)


def _bar(client: Client, machine: EquipmentRow, on_print: Handler) -> ft.Control:
    if not client.may(Permission.equipment_write):
        return top_bar("/equipment")
    return top_bar(
        "/equipment",
        *([IconAction(ft.Icons.QR_CODE_2_ROUNDED, t("machine.print_label"), on_print)] if machine.label_codes else []),
        IconAction(ft.Icons.EDIT_OUTLINED, t("machine.edit"), lambda: go(f"/equipment/{machine.id}/edit")),
    )


def _label_first(client: Client, machine: EquipmentRow, on_print: Handler) -> list[ft.Control]:
    """On a machine that was just made: the way to its label, once the server has given one."""
    if not asked("made") or not machine.label_codes or not client.may(Permission.equipment_write):
        return []
    return [
        NoticeCard(
            t("machine.label_first"), t("machine.label_first_body"), tone=Tone.primary, icon=ft.Icons.QR_CODE_2_ROUNDED, on_click=on_print
        )
    ]  # fmt: skip


def _section(title: str, cards: list[ft.Control]) -> list[ft.Control]:
    return [SectionHeader(t(title), str(len(cards))), *cards] if cards else []
