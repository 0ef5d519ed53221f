"""What only the server has: who changed what and when, and jobs that ended long ago."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.errors import Offline, ProblemError
from mobile_app.core.i18n import format_datetime, format_time, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.context import go, use_client
from mobile_app.domain.lookup import dotted
from mobile_app.features.jobs.revise import Revisions
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import Card, CardHeader, LineItem
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonLines, SkeletonList
from mobile_app.ui.shell import Page
from mobile_app.ui.text import Meta
from shared_models.interventions.rows import HistoryEntry, InterventionRow, RevisionRead

LATE_SECONDS = 60


@component
def HistorySection(job_id: UUID) -> ft.Control:
    is_open, set_open = ft.use_state(False)
    if is_open:
        return History(job_id)
    return ft.Row([TextLink(t("job.history_show"), lambda: set_open(True))], alignment=ft.MainAxisAlignment.CENTER)


@component
def History(job_id: UUID) -> ft.Control:
    client = use_client()

    async def load() -> tuple[list[HistoryEntry], list[RevisionRead]]:
        path = f"/maintenance/interventions/{job_id}"
        return await client.api.list_of(HistoryEntry, f"{path}/history"), await client.api.list_of(RevisionRead, f"{path}/revisions")

    answer = use_server(load, [job_id])
    head = CardHeader(t("job.history"))
    if answer.error:
        key = "job.history_offline" if isinstance(answer.error, Offline) else "job.history_failed"
        return Card(ft.Column([head, Meta(t(key)), TextLink(t("common.try_again"), answer.reload)], spacing=4, tight=True))
    if answer.data is None:
        return Card(SkeletonLines(3))
    entries, revisions = answer.data
    return Card(ft.Column([head, *map(_line, entries), *Revisions(revisions)], spacing=2, tight=True))


def _line(entry: HistoryEntry) -> ft.Control:
    late = (entry.received_at - entry.occurred_at).total_seconds() > LATE_SECONDS
    received = t("job.received_at", time=format_time(entry.received_at)) if late else ""
    step = next((name.removeprefix("step.") for name in entry.changes if name.startswith("step.")), "")
    meta = dotted(step, entry.by, format_datetime(entry.occurred_at), received)
    return LineItem(t(f"audit.{entry.action}"), meta=meta, icon=ft.Icons.HISTORY_ROUNDED)


@component
def RemoteJob(job_id: UUID, show: Callable[..., ft.Control]) -> ft.Control:
    """A job that is no longer on the device."""
    client = use_client()

    async def load() -> InterventionRow:
        return InterventionRow.model_validate(await client.api.get(f"/maintenance/interventions/{job_id}"))

    answer = use_server(load, [job_id])
    if answer.data:
        return show(client, answer.data, read_only=True)
    if answer.error:
        return _missing(answer.error, answer.reload)
    return Page(SkeletonList())


def _missing(error: Exception, reload: Any) -> ft.Control:
    if isinstance(error, ProblemError):
        return EmptyState(
            ft.Icons.SEARCH_OFF_ROUNDED, t("job.unknown"), t("job.unknown_body"), action=t("jobs.title"), on_action=lambda: go("/jobs")
        )
    return ErrorState(t("job.not_here"), t("job.not_here_body"), on_retry=reload)
