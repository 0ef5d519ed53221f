"""Correcting a validated sheet: the former one stays readable as a revision."""

from collections.abc import Callable

import flet as ft

from mobile_app.core.i18n import format_datetime, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted
from mobile_app.domain.submit import made, sender, submit
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import CardHeader, KeyValues
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import use_form
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from shared_models.interventions.commands import ReviseIntervention
from shared_models.interventions.rows import InterventionRow, RevisionRead

WORDS = ("work_performed", "observations", "failure_cause")
"""What a correction may say anew, and what a former sheet shows."""


@component
def ReviseForm(client: Client, job: InterventionRow, on_done: Callable[[], None]) -> ft.Control:
    form = use_form(f"revise:{job.id}", {name: getattr(job, name) for name in WORDS} | {"reason": ""}, job.version)

    async def send() -> None:
        fields = {name: form.get(name, "") for name in (*WORDS, "reason", "version")}
        command = made(form, ReviseIntervention, {**fields, "occurred_at": client.now(), "intervention_id": job.id})
        if command and await submit(client, command, form, said="job.revised"):
            on_done()

    most = {name: text_limit(ReviseIntervention, name) for name in (*WORDS, "reason")}
    fields = [TextInput(t(f"needs_you.field.{name}"), **form.field(name), lines=2, max_length=most[name]) for name in WORDS]
    reason = TextInput(t("job.revise_reason"), **form.field("reason"), max_length=most["reason"])
    button = PrimaryButton(t("job.revise_send"), send, busy=form.busy, disabled=not form.get("reason", "").strip())
    return Stack(*fields, reason, sender(form, button))


def Revisions(revisions: list[RevisionRead]) -> list[ft.Control]:
    """The sheet as it stood before each correction, latest first."""
    return [_former(revision) for revision in sorted(revisions, key=lambda former: former.revision, reverse=True)]


def _former(revision: RevisionRead) -> ft.Control:
    written: list[tuple[str, str | ft.Control]] = [
        (t(f"needs_you.field.{name}"), Body(revision.snapshot[name])) for name in WORDS if revision.snapshot.get(name)
    ]
    head = CardHeader(t("job.former", number=revision.revision))
    meta = Meta(dotted(revision.by, format_datetime(revision.replaced_at), revision.reason))
    return Stack(head, meta, KeyValues(written, stacked=True), spacing=6)
