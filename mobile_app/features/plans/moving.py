"""Moving one date, or giving it to somebody: the series stays as it is."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, t
from mobile_app.domain.client import Client
from mobile_app.domain.people import workers_at
from mobile_app.features.plans.commands import PlanCommands
from mobile_app.features.plans.dates import NextDate
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput, TimeInput
from mobile_app.ui.hooks import use_state
from mobile_app.ui.pickers import PickList
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.plans.rows import PlanRow


@component
def MoveForm(found: NextDate, commands: PlanCommands, close: Callable[[], None]) -> ft.Control:
    day, set_day = use_state(found.due.date())
    time, set_time = use_state(found.due.time())
    to = datetime.combine(day, time)

    async def send(target: datetime) -> None:
        close()
        await commands.move(found.original_due, target)

    back = TextLink(t("plans.move_back", day=format_date(found.original_due.date())), partial(send, found.original_due))
    return Stack(
        Meta(t("plans.move_hint")),
        DateInput(t("plans.move_day"), day, set_day),
        TimeInput(t("plans.due_time"), time, set_time),
        PrimaryButton(t("plans.move_send"), partial(send, to), disabled=to == found.due),
        *([back] if found.reason.moved_from is not None else []),
    )


@component
def AssignDate(client: Client, plan: PlanRow, found: NextDate, commands: PlanCommands, close: Callable[[], None]) -> ft.Control:
    """Empty: whoever the plan names."""
    own = found.occurrence.assigned_technician_id if found.occurrence else None

    async def pick(key: str) -> None:
        close()
        await commands.assign(found.original_due, UUID(key) if key else None)

    workers = workers_at(client, plan.site_id, team=plan.team_id, now=own)
    return PickList([Choice("", t("plans.as_planned")), *workers], str(own) if own else "", pick)
