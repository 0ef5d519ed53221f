"""What a planner does to an entry: another day, another person, leave it out, make its job now. Each can be undone at once."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.agenda import Whole, is_moved, is_series_of
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_client
from mobile_app.domain.foretelling.plans import course_of
from mobile_app.domain.lookup import name_of, shown_rows
from mobile_app.domain.people import may_work_at, workers_at
from mobile_app.domain.submit import submit
from mobile_app.features.calendar.entries import said_day, time_of
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput, TimeInput
from mobile_app.ui.feedback import toast
from mobile_app.ui.hooks import use_state
from mobile_app.ui.pickers import PickList
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.interventions.commands import AssignIntervention, CancelIntervention, UpdateIntervention
from shared_models.plans.commands import AssignOccurrence, GeneratePlan, MoveOccurrence, SkipOccurrence
from shared_models.plans.dates import room_of

SKIP_REASONS = ("stopped", "recent", "season")


def why_fixed(entry: Whole) -> str:
    """Why an entry cannot be moved; empty when it can."""
    if entry.is_forecast:
        return t("calendar.fixed_forecast")
    return "" if entry.is_to_do else t("calendar.fixed_over")


def overtakes(client: Client, entry: Whole, moment: datetime) -> str:
    """Which other date of the series stands in the way; empty when none does."""
    if entry.plan is None or entry.original_due is None or not is_series_of(entry.plan):
        return ""
    before, after = room_of(course_of(shown_rows(client), entry.plan, client.now()), entry.original_due)
    if before is not None and moment <= before:
        return t("calendar.past_before", day=said_day(before.date()))
    if after is not None and moment >= after:
        return t("calendar.past_after", day=said_day(after.date()))
    return ""


class Moves:
    """Verbs on one entry; each says on the screen what it has done, and offers to undo it."""

    def __init__(self, client: Client, entry: Whole) -> None:
        self._client, self._entry = client, entry

    def _said(self, **fields: Any) -> dict[str, Any]:
        return {"plan_id": self._entry.plan_id, "original_due": self._entry.original_due, "occurred_at": self._client.now(), **fields}

    async def to_day(self, day: date) -> bool:
        return await self.to(datetime.combine(day, self._entry.due.time()))

    async def to(self, moment: datetime) -> bool:
        before = self._entry.due
        if moment == before:
            return False
        if why := why_fixed(self._entry) or overtakes(self._client, self._entry, moment):
            toast(why, seconds=6)
            return False
        if not await submit(self._client, self._moving(moment)):
            return False
        said = t("calendar.moved_to", title=self._entry.title, day=said_day(moment.date()), time=time_of(moment))
        toast(said, undo=partial(self._back, before))
        return True

    async def _back(self, moment: datetime) -> None:
        await submit(self._client, self._moving(moment), said="calendar.moved_back")

    def _moving(self, moment: datetime) -> Command:
        if self._entry.original_due is not None and self._entry.plan_id is not None:
            return MoveOccurrence(**self._said(to=moment))
        job = self._entry.job
        assert job
        start = moment.astimezone()
        length = job.scheduled_end - job.scheduled_start if job.scheduled_end and job.scheduled_start else None
        end = start + length if length else None
        return UpdateIntervention(intervention_id=job.id, occurred_at=self._client.now(), scheduled_start=start, scheduled_end=end)

    async def hand_to(self, technician: str | None) -> bool:
        """To a person, or with None to nobody in particular."""
        if why := why_fixed(self._entry):
            toast(why, seconds=6)
            return False
        before, after = self._entry.technician_id, UUID(technician) if technician else None
        if after and not may_work_at(self._client, after, self._entry.site_id):
            toast(t("calendar.of_another_site", who=name_of(self._client, after)), seconds=6)
            return False
        if before == after or not await submit(self._client, self._handing(after)):
            return False
        name = name_of(self._client, after) or t("calendar.nobody")
        toast(t("calendar.handed", title=self._entry.title, who=name), undo=partial(self._hand_back, before))
        return True

    async def _hand_back(self, technician: UUID | None) -> None:
        await submit(self._client, self._handing(technician), said="calendar.handed_back")

    def _handing(self, technician: UUID | None) -> Command:
        if self._entry.original_due is not None and self._entry.plan_id is not None:
            return AssignOccurrence(**self._said(technician_id=technician))
        assert self._entry.job
        return AssignIntervention(intervention_id=self._entry.job.id, occurred_at=self._client.now(), technician_id=technician)

    async def skip(self, reason: str) -> bool:
        job = self._entry.job
        if job is not None:  # its job stands for the date
            command: Command = CancelIntervention(intervention_id=job.id, occurred_at=self._client.now(), reason=reason)
        else:
            command = SkipOccurrence(**self._said(reason=reason))
        return await submit(self._client, command, said="calendar.skipped")

    async def generate(self) -> UUID | None:
        """The job's id, once it is kept."""
        job_id = uuid7()
        assert self._entry.plan_id
        command = GeneratePlan(plan_id=self._entry.plan_id, intervention_id=job_id, occurred_at=self._client.now())
        return job_id if await submit(self._client, command, said="calendar.generated") else None


@component
def MoveForm(entry: Whole, on_move: Callable[[datetime], Awaitable[Any]], on_tap_day: Callable[[], None] | None) -> ft.Control:
    """A date and a time; or, on a touch screen, a tap on the calendar."""
    day, set_day = use_state(entry.due.date())
    at, set_at = use_state(entry.due.time())
    chosen = datetime.combine(day, at)

    async def move() -> None:
        await on_move(chosen)

    back = entry.original_due if is_moved(entry) else None
    parts: list[ft.Control] = [
        Meta(t("calendar.move_hint"), max_lines=None),
        DateInput(t("calendar.move_day"), day, set_day),
        TimeInput(t("calendar.move_time"), at, set_at),
        PrimaryButton(t("calendar.move_save"), move, disabled=chosen == entry.due, icon=ft.Icons.EVENT_AVAILABLE_ROUNDED),
    ]
    if back is not None:
        parts.append(TextLink(t("calendar.move_reset", day=said_day(back.date())), partial(on_move, back)))
    if on_tap_day is not None:
        parts.append(TextLink(t("calendar.move_by_tap"), on_tap_day))
    return Stack(*parts, spacing=Space.m)


@component
def HandForm(entry: Whole, on_pick: Callable[[str | None], Awaitable[Any]]) -> ft.Control:
    client = use_client()
    current = str(entry.technician_id) if entry.technician_id else ""
    choices = [Choice("", t("calendar.nobody")), *workers_at(client, entry.site_id, team=entry.team_id, now=entry.technician_id)]
    return PickList(choices, current, lambda key: on_pick(key or None))
