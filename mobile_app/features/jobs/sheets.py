"""What is asked on a job: a reason, a person."""

import flet as ft

from mobile_app.core.client import Client
from mobile_app.core.i18n import t
from mobile_app.domain.context import use_client
from mobile_app.domain.reasons import Saying
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.fields import PickList
from shared_models.permissions import Permission, may

HOLD_REASONS = ("part", "access", "help", "shift")
CANCEL_REASONS = ("duplicate", "not_needed", "mistake")


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
