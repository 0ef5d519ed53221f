"""What a job has from its plan: its date and why, what to bring, what was missed before it."""

import flet as ft

from mobile_app.core.i18n import format_duration, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.due_marks import DueLine, local_day, why_sentence
from mobile_app.domain.part_cards import required_line
from mobile_app.ui import environment
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import Card, CardHeader
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import Tone
from shared_models.interventions.lifecycle import OPEN
from shared_models.interventions.rows import InterventionRow


def _card(*controls: ft.Control, spacing: float = 8) -> ft.Control:
    return Card(Stack(*controls, spacing=spacing))


def due_card(client: Client, job: InterventionRow) -> list[ft.Control]:
    """“Pourquoi cette date ?”, and the plan behind it."""
    if job.due_local is None:
        return []
    plan = client.tables.plans.get(job.scheduled_maintenance_id)
    lead = plan.lead_days if plan else 0
    link: ft.Control | str = TextLink(t("planned.plan"), opener(f"/plans/{plan.id}")) if plan else ""
    below = environment.current().has_big_text
    parts: list[ft.Control] = [CardHeader(t("planned.due"), "" if below else link)]
    if job.status in OPEN:
        parts.append(DueLine(job.due_local.date(), local_day(client.now()), lead))
    if job.due_reason is not None:
        parts += [Strong(t("planned.why"), size=13), Meta(why_sentence(job.due_reason), max_lines=None)]
    chips = _chips(job)
    if chips:
        parts.append(ft.Row(chips, spacing=6, run_spacing=6, wrap=True))
    if isinstance(link, ft.Control) and below:
        parts.append(ft.Row([link]))
    return [_card(*parts)]


def _chips(job: InterventionRow) -> list[ft.Control]:
    chips: list[ft.Control] = []
    missed = job.due_reason.missed if job.due_reason else 0
    if missed:
        chips.append(StatusChip(n("planned.missed", missed), Tone.bad, icon=ft.Icons.EVENT_BUSY_ROUNDED))
    if job.estimated_duration:
        duration = format_duration(job.estimated_duration)
        chips.append(StatusChip(t("planned.duration", duration=duration), Tone.off, icon=ft.Icons.HOURGLASS_EMPTY_ROUNDED))
    asked = {"photo": job.needs_photo, "signature": job.needs_signature}
    icons = {"photo": ft.Icons.PHOTO_CAMERA_OUTLINED, "signature": ft.Icons.DRAW_OUTLINED}
    chips += [StatusChip(t(f"planned.needs_{name}"), Tone.warning, icon=icons[name]) for name, is_on in asked.items() if is_on]
    return chips


def unlisted_parts_card(client: Client, job: InterventionRow) -> list[ft.Control]:
    """What to take along that no catalogue has: the others are reserved."""
    unlisted = [part for part in job.required_parts if part.part_id is None]
    if not unlisted or job.status not in OPEN:
        return []
    lines = [required_line(client, part, job.site_id) for part in unlisted]
    return [_card(CardHeader(t("planned.parts")), Stack(*lines, spacing=0), spacing=4)]
