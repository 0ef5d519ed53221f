"""A reason in one tap, or in one's own words: to hold, cancel, return or decline."""

from collections.abc import Awaitable, Callable, Sequence

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.core.limits import text_limit
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.component import component
from mobile_app.ui.fields import TextInput
from mobile_app.ui.hooks import use_draft
from mobile_app.ui.stack import Stack
from shared_models.interventions.commands import HoldIntervention

MOST = text_limit(HoldIntervention, "reason")
Saying = Callable[[str], Awaitable[bool]]
"""Sends what was said; whether it was taken."""


@component
def ReasonForm(
    key: str, presets: Sequence[str], prefix: str, confirm: str, on_send: Saying, *, question: ft.Control | None = None, ready: bool = True
) -> ft.Control:
    """`presets` are the ends of keys below `prefix`; what is being written is kept as the draft `key`.

    `question` is asked besides, and `ready` once it is answered.
    """
    draft = use_draft(key, {"reason": ""})
    reason = draft.get("reason", "")
    choices = [Choice(t(f"{prefix}.{preset}"), t(f"{prefix}.{preset}")) for preset in presets]

    async def send() -> None:
        if reason.strip() and await on_send(reason.strip()):
            await draft.clear()

    return Stack(
        ChoiceChips(choices, reason, draft.setter("reason")),
        TextInput(t("domain.reason_own"), reason, draft.setter("reason"), lines=2, max_length=MOST),
        *([question] if question else []),
        PrimaryButton(confirm, send, disabled=not (ready and reason.strip())),
    )
