"""Which plans are worth what they take: what each suggests, with the figures behind it."""

from typing import Final
from urllib.parse import urlencode

import flet as ft

from mobile_app.core.i18n import format_number, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import dotted, place
from mobile_app.domain.plan_worth import TONES, worth_words
from mobile_app.features.kpis.asking import Asked
from mobile_app.features.kpis.frame import files, use_frame
from mobile_app.ui.address import use_place
from mobile_app.ui.cards import NoticeCard, RowCard, SectionHeader
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.choices import Choice, FilterBar, FilterMenu
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.shell import Page
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Tone
from shared_models.kpis.periods import Period
from shared_models.kpis.worth import PlansWorth, PlanWorth, Suggestion

PATH: Final = "/dashboard/plans"


class Judged(Asked):
    """Of the last twelve months, unless it says otherwise: a month has too few visits."""

    suggestion: Suggestion | None = None

    @property
    def span(self) -> Period:
        return super().span if self.period else Period.rolling

    @property
    def question(self) -> str:
        told = urlencode({"suggestion": self.suggestion}) if self.suggestion else ""
        return "&".join(filter(None, [super().question, told]))


@component
def WorthScreen() -> ft.Control:
    client, where = use_tables("sites", "lines", "classes", "equipment", "plans"), use_place(Judged)
    found = use_frame(client, where, PlansWorth, PATH, t("kpis.plans"))
    choices = [Choice(each, t(f"kpi.suggestion.{each}")) for each in Suggestion]
    chips = FilterBar([FilterMenu(t("kpis.suggestion"), choices, where.asked.suggestion, where.pick("suggestion"))])
    if found.data is None:
        return Page(*found.head, chips, max_width=720)
    rows = [_row(client, each) for each in found.data.plans]
    none = [] if rows else [EmptyState(ft.Icons.EVENT_REPEAT_ROUNDED, t("kpis.plans_none"), t("kpis.plans_none_body"))]
    rest = [Meta(n("kpis.in_file", found.data.total - len(rows)))] if found.data.total > len(rows) else []
    head = [SectionHeader(t("kpis.plans_judged"), format_number(found.data.total))] if rows else []
    about = NoticeCard(t("kpis.plans_why"), t("kpis.plans_why_body"), tone=Tone.info)
    saved = files(client, PATH, where.asked.question, t("kpis.plans")) if rows else []
    return Page(*found.head, chips, about, *saved, *head, *rows, *rest, *none, max_width=720)


def _row(client: Client, worth: PlanWorth) -> ft.Control:
    chip = StatusChip(t(f"kpi.suggestion.{worth.suggestion}"), TONES[worth.suggestion])
    where = place(client, worth.equipment_id) or dotted(worth.equipment_code, worth.equipment_name)
    return RowCard(worth.title, meta=where, note=worth_words(worth), chips=[chip], on_click=opener(f"/plans/{worth.id}"))
