"""What is asked on a job: a reason, a person."""

from collections.abc import Sequence

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import t
from mobile_app.domain.context import use_client
from mobile_app.features.jobs.commands import Saying
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.component import component
from mobile_app.ui.fields import PickList, TextInput
from mobile_app.ui.hooks import use_draft
from mobile_app.ui.theme import Space
from shared_models.permissions import Permission, may

HOLD_REASONS = ("part", "access", "help", "shift")
CANCEL_REASONS = ("duplicate", "not_needed", "mistake")


@component
def ReasonForm(key: str, presets: Sequence[str], prefix: str, confirm: str, on_send: Saying) -> ft.Control:
    """A reason in one tap, or in one's own words."""
    draft = use_draft(key, {"reason": ""})
    reason = draft.get("reason", "")
    choices = [Choice(t(f"{prefix}.{preset}"), t(f"{prefix}.{preset}")) for preset in presets]

    async def send() -> None:
        if reason.strip() and await on_send(reason.strip()):
            await draft.clear()

    return ft.Column(
        [
            ChoiceChips(choices, reason, draft.setter("reason")),
            TextInput(t("job.reason_own"), reason, draft.setter("reason"), lines=2),
            PrimaryButton(confirm, send, disabled=not reason.strip()),
        ],
        spacing=Space.l,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def technicians(client: Client) -> list[Choice]:
    """Who can be given work: oneself first, then by name."""
    mine = client.user.id
    people = [user for user in client.users.rows.values() if user.is_active and may(user.role, Permission.maintenance_update_assigned)]
    people.sort(key=lambda user: (user.id != mine, user.last_name))
    return [Choice(str(user.id), f"{user.first_name} {user.last_name}", note=t(f"sign_in.role.{user.role}")) for user in people]


@component
def AssignForm(current: str | None, on_pick: Saying) -> ft.Control:
    client = use_client()
    return PickList([Choice("", t("domain.unassigned")), *technicians(client)], current or "", on_pick)
