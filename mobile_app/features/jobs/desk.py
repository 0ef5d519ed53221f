"""All jobs on a desk: a dense table instead of cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_moment, t
from mobile_app.domain import marks
from mobile_app.domain.cards import due
from mobile_app.domain.client import Client
from mobile_app.domain.columns import site_column
from mobile_app.domain.lookup import doer, dotted, line_of, machine, natural, number_of, place
from mobile_app.domain.views import URGENCY
from mobile_app.ui.address import Place
from mobile_app.ui.cards import Trailing
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.table import Cell, Column, Table, TablePage
from mobile_app.ui.theme import Tone
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionListItem, InterventionRow, Priority

Listed = InterventionRow | InterventionListItem


def JobsDesk(
    client: Client, where: Place[Any], jobs: Sequence[Listed], head: ft.Control, filters: ft.Control, more: ft.Control | None
) -> ft.Control:
    """The whole width, every job of the filter, sortable."""
    table = Table(
        _columns(client),
        jobs,
        lambda job: str(job.id),
        place=where,
        route=lambda key: where.to(f"/jobs/{key}"),
        more=more,
        row_label=lambda job: dotted(job.title, number_of(job), place(client, job.equipment_id)),
        empty=EmptyState(ft.Icons.ASSIGNMENT_TURNED_IN_OUTLINED, t("jobs.none"), t("jobs.none_body")),
    )
    return TablePage(head, filters, table=table)


def _columns(client: Client) -> list[Column]:
    """Of many machines each is read in part, which is all that the orders ask."""

    def part_of_machine(job: Listed) -> Any:
        return client.equipment.rows.part_of(job.equipment_id, "name", "production_line_id")

    def name_of_machine(job: Listed) -> str:
        found = part_of_machine(job)
        return found.name if found else t("domain.machine_unknown")

    def name_of_line(job: Listed) -> str:
        found = part_of_machine(job)
        line = client.lines.get(found.production_line_id) if found else None
        return line.name if line else ""

    return [
        Column("number", t("jobs.number"), number_of, sort=lambda job: job.number, width=140, roomy=True),
        Column("title", t("jobs.job"), lambda job: job.title, sort=lambda job: natural(job.title), flex=6, strong=True),
        Column(
            "machine",
            t("jobs.machine"),
            lambda job: machine(client, job.equipment_id),
            sort=lambda job: natural(name_of_machine(job)),
            flex=4,
        ),
        *site_column(client),
        Column(
            "line",
            t("jobs.line"),
            lambda job: line_of(client, job.equipment_id),
            sort=lambda job: natural(name_of_line(job)) or None,
        ),
        Column("state", t("jobs.state"), _state, sort=lambda job: job.status, width=118),
        Column("priority", t("jobs.priority"), _priority, sort=lambda job: URGENCY[job.priority], width=84),
        Column("type", t("jobs.type"), _type, sort=lambda job: job.intervention_type, roomy=True),
        Column(
            "who",
            t("jobs.technician"),
            lambda job: _who(client, job),
            sort=lambda job: natural(_doer(client, job)) or None,
            flex=3,
        ),
        Column("due", t("jobs.due"), lambda job: _due(client, job), sort=_instant, width=104),
    ]


def _state(job: Listed) -> marks.Mark:
    if job.is_validated:
        return marks.VALIDATED
    is_returned = not isinstance(job, InterventionListItem) and job.status == InterventionStatus.in_progress and job.returned_at is not None
    return marks.RETURNED if is_returned else marks.JOB[job.status]


def _type(job: Listed) -> str:
    return marks.TYPE[job.intervention_type].word


def _priority(job: Listed) -> Cell:
    mark = marks.PRIORITY[job.priority]
    return Cell(mark.word, mark.tone if URGENCY[job.priority] < URGENCY[Priority.medium] else None)


def _doer(client: Client, job: Listed) -> str:
    return doer(client, job.assigned_technician_id, None if isinstance(job, InterventionListItem) else job.assigned_team_id)


def _who(client: Client, job: Listed) -> Cell:
    name = _doer(client, job)
    return Cell(name or t("domain.unassigned"), None if name else Tone.off)


def _due(client: Client, job: Listed) -> Cell:
    """When it is due while it is open; afterwards, when it ended."""
    if isinstance(job, InterventionListItem) or (job.status not in OPEN and job.actual_end):
        return Cell(format_moment(job.actual_end or job.created_at, client.now()))
    word = due(job, client.now())
    return Cell(word.word, word.tone, strong=True) if isinstance(word, Trailing) else Cell(word)


def _instant(job: Listed) -> datetime | None:
    return job.actual_end if job.status not in OPEN else job.scheduled_start or job.created_at
