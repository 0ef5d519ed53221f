"""The last Today as a small picture, which the page draws at the next start before Python runs (`assets/web/boot.js`)."""

from typing import Any

from mobile_app.core.i18n import format_date_long, t
from mobile_app.domain.cards import due
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import number_of, place
from mobile_app.domain.today import first_of, today_of
from mobile_app.ui.cards import Trailing
from shared_models.interventions.rows import InterventionRow

MOST = 6


def today_card(client: Client) -> dict[str, Any] | None:
    """None while nobody is signed in."""
    if client.session.user is None:
        return None
    today = today_of(client)
    jobs = first_of(client, [*today.begun, *today.late, *today.due, *today.soon, *today.later, *today.others], MOST)
    card: dict[str, Any] = {
        "title": t("today.title"),
        "subtitle": format_date_long(client.now()),
        "section": t("today.list") if jobs else "",
        "items": [_item(client, job) for job in jobs],
    }
    for job in first_of(client, today.running, 1):
        label = f"{t('domain.job.in_progress')} · {number_of(job)}"
        card["lead"] = {"label": label, "title": job.title, "subtitle": place(client, job.equipment_id)}
    return card


def _item(client: Client, job: InterventionRow) -> dict[str, str]:
    when = due(job, client.now(), client.tables.plans.get(job.scheduled_maintenance_id))
    word, tone = (when.word, when.tone.value) if isinstance(when, Trailing) else (when, "off")
    return {"title": job.title, "subtitle": place(client, job.equipment_id), "badge": word, "tone": tone}
