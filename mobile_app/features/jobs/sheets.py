"""What is asked on a job: a reason, a person."""

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.context import use_client
from mobile_app.domain.people import technicians
from mobile_app.domain.reasons import Saying
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.fields import PickList

HOLD_REASONS = ("part", "access", "help", "shift")
CANCEL_REASONS = ("duplicate", "not_needed", "mistake")


@component
def AssignForm(current: str | None, on_pick: Saying) -> ft.Control:
    client = use_client()
    return PickList([Choice("", t("domain.unassigned")), *technicians(client)], current or "", on_pick)
