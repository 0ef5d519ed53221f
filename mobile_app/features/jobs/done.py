"""A job is closed: that it is, who looks at it now, and what comes next."""

import flet as ft

from mobile_app.core.i18n import format_duration, t
from mobile_app.domain.cards import JobCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.lookup import dotted, place
from mobile_app.domain.sync_badge import top_bar
from mobile_app.domain.today import next_job
from mobile_app.features.jobs.history import RemoteJob
from mobile_app.ui.buttons import ActionRow, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.feedback import Achieved
from mobile_app.ui.shell import Page
from mobile_app.ui.theme import Space
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import labour

WIDTH = 560


@component
def DoneScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "lines", "sites", "users", "teams", "plans")
    job_id = id_of(ft.use_route_params()["job_id"])
    job = client.interventions.get(job_id)
    return Done(client, job) if job is not None else RemoteJob(job_id, Done)


@component
def Done(client: Client, job: InterventionRow, *, read_only: bool = False) -> ft.Control:
    del read_only
    following = next_job(client, job.id)
    spent = format_duration(labour(job.actions, client.now()))
    words = dotted(job.title, place(client, job.equipment_id), spent)
    body = t("close.done_validated" if job.is_validated else "close.done_body")
    parts = [top_bar("/today"), Achieved(t("close.done"), words, body)]
    if following is not None:
        onward = JobCard(client, following, on_open=opener(f"/jobs/{following.id}"))
        parts += [SectionHeader(t("close.next")), onward]
    sheet = ft.Row([TextLink(t("close.see"), opener(f"/jobs/{job.id}"))], alignment=ft.MainAxisAlignment.CENTER)
    return Page(*parts, sheet, footer=_footer(following), spacing=Space.m, max_width=WIDTH)


def _footer(following: InterventionRow | None) -> ft.Control:
    """Straight on to the next; the day's list where nothing presses."""
    if following is None:
        return ActionRow(PrimaryButton(t("app.today"), opener("/today"), icon=ft.Icons.TODAY_ROUNDED, expand=1))
    back = SecondaryButton(t("app.today"), opener("/today"), icon=ft.Icons.TODAY_ROUNDED, expand=1)
    on = PrimaryButton(t("close.go_on"), opener(f"/jobs/{following.id}"), trailing_icon=ft.Icons.ARROW_FORWARD_ROUNDED, expand=1)
    return ActionRow(back, on)
