"""Correcting a validated sheet: the former one stays readable as a revision."""

from collections.abc import Callable
from typing import Any

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import format_datetime, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.context import carry_out
from mobile_app.domain.lookup import dotted
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import CardHeader, KeyValues
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_draft
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from shared_models.interventions.commands import ReviseIntervention
from shared_models.interventions.rows import InterventionRow, RevisionRead

WORDS = ("work_performed", "observations", "failure_cause")
"""What a correction may say anew, and what a former sheet shows."""


@component
def ReviseForm(client: Client, job: InterventionRow, on_done: Callable[[], None]) -> ft.Control:
    draft = use_draft(f"revise:{job.id}", {name: getattr(job, name) for name in WORDS} | {"reason": ""})

    async def send() -> None:
        words: dict[str, Any] = {name: draft.get(name, "") for name in WORDS}
        command = ReviseIntervention(
            occurred_at=client.now(), intervention_id=job.id, version=job.version, reason=draft.get("reason").strip(), **words
        )
        if await carry_out(client, command, "job.revised"):
            await draft.clear()
            on_done()

    most = {name: text_limit(ReviseIntervention, name) for name in (*WORDS, "reason")}
    fields = [
        TextInput(t(f"needs_you.field.{name}"), draft.get(name, ""), draft.setter(name), lines=2, max_length=most[name]) for name in WORDS
    ]
    reason = TextInput(t("job.revise_reason"), draft.get("reason", ""), draft.setter("reason"), max_length=most["reason"])
    button = PrimaryButton(t("job.revise_send"), send, disabled=not draft.get("reason", "").strip())
    return Stack(*fields, reason, button)


def Revisions(revisions: list[RevisionRead]) -> list[ft.Control]:
    """The sheet as it stood before each correction, latest first."""
    return [_former(revision) for revision in sorted(revisions, key=lambda former: former.revision, reverse=True)]


def _former(revision: RevisionRead) -> ft.Control:
    told: list[tuple[str, str | ft.Control]] = [
        (t(f"needs_you.field.{name}"), Body(revision.snapshot[name])) for name in WORDS if revision.snapshot.get(name)
    ]
    head = CardHeader(t("job.former", number=revision.revision))
    meta = Meta(dotted(revision.by, format_datetime(revision.replaced_at), revision.reason))
    return Stack(head, meta, KeyValues(told, stacked=True), spacing=6)
