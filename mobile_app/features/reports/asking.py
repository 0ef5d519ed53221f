"""What a report is asked for: its kind, its days, a site or all of them, and its language."""

from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, language, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener, use_tables
from mobile_app.domain.due import local_day
from mobile_app.domain.lookup import by_name, has_several_sites
from mobile_app.domain.submit import sender, submit
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.choices import Choice, ChoiceChips, Segments
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput
from mobile_app.ui.feedback import DraftNotice, EmptyState, SkeletonList
from mobile_app.ui.fields import Field
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.pickers import Picker
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.ids import uuid7
from shared_models.kpis.periods import Days, Period, days_of
from shared_models.permissions import Permission
from shared_models.reports.periods import last_whole
from shared_models.reports.rows import AskReport, ReportKind

WIDE: Final = 720
LANGUAGES: Final = (Choice("fr", "Français"), Choice("en", "English"))
CUSTOM: Final = "custom"
SPANS: Final = {
    "last_month": (last_whole, Period.month), "month": (days_of, Period.month), "last_week": (last_whole, Period.week),
    "week": (days_of, Period.week), "last_quarter": (last_whole, Period.quarter), "last_year": (last_whole, Period.year),
    "year": (days_of, Period.year),
}  # fmt: skip


def days_asked(span: str, today: date) -> Days | None:
    """None for days that are chosen one by one."""
    if span not in SPANS:
        return None
    of, period = SPANS[span]
    return of(period, today)


@component
def NewReportScreen() -> ft.Control:
    client = use_tables("sites")
    form = use_form("report:new", _initial())
    if not client.may(Permission.reports_generate):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("people.not_yours"), t("people.not_yours_body"))

    async def ask() -> None:
        async def asking() -> None:
            await client.api.post("/reports", AskReport.model_validate(_asked(client, form)))

        if await submit(client, asking(), form, said="reports_app.asked"):
            go("/reports")

    head = PageHeader(t("reports_app.new"), on_back=opener("/reports"))
    if not form.ready:
        return Page(head, SkeletonList(3), max_width=WIDE)
    kept = [DraftNotice(form.start_over)] if form.draft.restored else []
    button = PrimaryButton(t("reports_app.ask"), ask, busy=form.busy, icon=ft.Icons.PICTURE_AS_PDF_ROUNDED)
    return Page(head, *kept, *_fields(client, form), footer=sender(form, button), max_width=WIDE)


def _initial() -> dict[str, Any]:
    return {
        "id": str(uuid7()), "kind": ReportKind.maintenance.value, "span": "last_month", "since": "", "until": "", "site_id": "",
        "lang": language(),
    }  # fmt: skip


def _asked(client: Client, form: Form) -> dict[str, Any]:
    days = days_asked(form.get("span"), local_day(client.now()))
    chosen = (form.get("since") or None, form.get("until") or None)
    since, until = (days.since, days.until - timedelta(days=1)) if days else chosen
    return {
        "id": UUID(form.get("id")), "kind": form.get("kind"), "since": since, "until": until, "site_id": form.get("site_id") or None,
        "lang": form.get("lang"),
    }  # fmt: skip


def _fields(client: Client, form: Form) -> list[ft.Control]:
    kinds = [Choice(kind.value, t(f"report.kind.{kind}"), note=t(f"report.kind.{kind}.body")) for kind in ReportKind]
    spans = [Choice(span, t(f"reports_app.span.{span}")) for span in (*SPANS, CUSTOM)]
    everywhere = [Choice("", t("reports_app.all_sites"))]
    fields: list[ft.Control] = [
        Picker(t("reports_app.kind"), kinds, form.get("kind"), partial(form.set, "kind")),
        Field(t("reports_app.period"), Stack(ChoiceChips(spans, form.get("span"), partial(form.set, "span")), *_days(client, form))),
    ]
    if has_several_sites(client):
        sites = [*everywhere, *by_name(client.sites.rows.values())]
        fields.append(Picker(t("reports_app.site"), sites, form.get("site_id"), partial(form.set, "site_id"), error=form.error("site_id")))
    return [*fields, Field(t("reports_app.lang"), Segments(LANGUAGES, form.get("lang"), partial(form.set, "lang")))]


def _days(client: Client, form: Form) -> list[ft.Control]:
    """Which days that is, or two to choose."""
    days = days_asked(form.get("span"), local_day(client.now()))
    if days is not None:
        return [Meta(t("reports_app.days", since=format_date(days.since), until=format_date(days.until - timedelta(days=1))))]
    return [_day(form, "since"), _day(form, "until")]


def _day(form: Form, name: str) -> ft.Control:
    said = form.get(name)

    def pick(day: date) -> None:
        form.set(name, day.isoformat())

    return DateInput(t(f"reports_app.{name}"), date.fromisoformat(said) if said else None, pick, error=form.error(name))
