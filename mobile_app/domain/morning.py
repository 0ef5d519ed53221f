"""The ready light where jobs are shown: on a job's page with each of its reasons, and of a morning's jobs together."""

from collections.abc import Sequence

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.lookup import dotted, place
from mobile_app.domain.papers import use_documents
from mobile_app.domain.readiness import ICON, Answer, Asked, Lights, Readiness, light_of
from mobile_app.domain.reserved import book_of_jobs
from mobile_app.domain.views import OpenJob
from mobile_app.ui.cards import Card, CardHeader, LineItem
from mobile_app.ui.component import component
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, Tone
from shared_models.equipment.commands import PAPERS
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow

TABLES = (
    "interventions", "equipment", "users", "teams", "plans", "checklists", "parts", "stocks", "orders", "reservations", "lines", "sites",
)  # fmt: skip
MOST = 6
WAITING = frozenset({InterventionStatus.pending, InterventionStatus.on_hold})


@component
def ReadyCard(client: Client, job: InterventionRow) -> ft.Control:
    """All four, each with its reason."""
    use_tables(*TABLES)
    documents = use_documents(client, PAPERS, job.equipment_id)
    light = light_of(client, job, documents)
    if not light.is_known:
        return ft.Container()
    chip = light.mark.chip()
    return Card(Stack(CardHeader(t("ready.title"), chip), *[_answer(answer) for answer in light.answers], spacing=6))


def _answer(answer: Answer) -> ft.Control:
    """The sign says it too, for whoever sees no colours; the words tell which of the four is meant."""
    sign = ft.Icons.CHECK_CIRCLE_ROUNDED if answer.is_there else ft.Icons.ERROR_OUTLINE_ROUNDED
    said = t("ready.is_there" if answer.is_there else "ready.is_lacking")
    mark = ft.Icon(sign, size=20, color=C.ok if answer.is_there else C.warning, semantics_label=said)
    words = ft.Column([Meta(t(f"ready.{answer.asked}_title")), ft.Text(answer.words)], spacing=0, tight=True, expand=True)
    row = ft.Row([ft.Icon(ICON[answer.asked], size=20, color=C.ink2), words, mark], spacing=12)
    return ft.Container(row, padding=ft.Padding.symmetric(vertical=4))


@component
def Morning(client: Client, jobs: Sequence[OpenJob]) -> ft.Control:
    """Which of these can really begin, and what the others lack."""
    use_tables(*TABLES)
    waiting = [job for job in jobs if job.status in WAITING]
    lights = Lights(client, book_of_jobs(client, waiting))
    found = [lights.among_many(job) for job in waiting]
    if not found or not all(light.is_known for light in found):
        return ft.Container()
    ready = [light for light in found if light.is_ready]
    shown = [*sorted((light for light in found if not light.is_ready), key=_lacks_parts), *ready][:MOST]
    head = CardHeader(t("ready.morning"), t("ready.count", ready=len(ready), total=len(found)))
    rest = [Meta(n("common.more_matches", len(found) - len(shown)))] if len(found) > len(shown) else []
    return Card(Stack(head, *[_line(client, light) for light in shown], *rest, spacing=2))


def _lacks_parts(light: Readiness) -> bool:
    """What the storekeeper can do something about comes first."""
    return all(answer.is_there for answer in light.answers if answer.asked is Asked.parts)


def _line(client: Client, light: Readiness) -> ft.Control:
    tone = light.mark.tone
    meta = dotted(place(client, light.job.equipment_id), *light.lacks)
    icon = ft.Icon(light.mark.icon, size=22, color=C.ok if tone is Tone.ok else C.warning, semantics_label=light.mark.word)
    return LineItem(light.job.title, meta=meta, leading=icon, on_click=opener(f"/jobs/{light.job.id}"))
