"""The next twelve dates while a plan is being written, each with its reason; nothing is asked of the network."""

from datetime import date

import flet as ft

from mobile_app.core.i18n import capital, format_date_long, t
from mobile_app.domain.client import Client
from mobile_app.domain.due_marks import frequency_words, local_day, why_sentence
from mobile_app.features.plans.dates import previewed
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.component import component
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C
from shared_models.plans.commands import CreatePlan, UpdatePlan
from shared_models.plans.planning import DueReason


@component
def Preview(client: Client, command: CreatePlan | UpdatePlan | None) -> ft.Control:
    if command is None:
        return _card([Meta(t("plans.preview_none"))])
    what_counts = command.model_dump_json(exclude={"command_id", "occurred_at", "title", "description", "parts"})
    reasons = ft.use_memo(lambda: previewed(client, command), [what_counts, client.tables.meters.revision])
    today = local_day(client.now())
    lines = [_line(reason, number, today) for number, reason in enumerate(reasons)]
    head: list[ft.Control] = [Strong(capital(frequency_words(command)))]
    if any(reason.is_forecast for reason in reasons):
        head.append(Meta(t("plans.preview_forecast"), max_lines=None))
    return _card([*head, *(lines or [Meta(t("plans.no_date"))])])


def _card(controls: list[ft.Control]) -> ft.Control:
    head = CardHeader(t("plans.preview"))
    column = Stack(head, *controls, spacing=12)
    return Card(column)


def _line(reason: DueReason, number: int, today: date) -> ft.Control:
    day = f"{format_date_long(reason.due.date())}{f' {reason.due.year}' if reason.due.year != today.year else ''}"
    count = ft.Container(Meta(str(number + 1)), width=22, padding=ft.Padding(left=0, top=2, right=0, bottom=0))
    past = [Meta(t("plans.already_past"), color=C.bad)] if reason.due.date() < today else []
    why = why_sentence(reason.model_copy(update={"is_forecast": False}))  # said once, above
    said = ft.Column([Strong(day), *past, Meta(why, max_lines=None)], spacing=1, tight=True, expand=True)
    return ft.Row([count, said], spacing=6, vertical_alignment=ft.CrossAxisAlignment.START)
