"""What somebody has done since Monday, by what the device holds."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_hours, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.due import local_day
from mobile_app.domain.today import today_of
from mobile_app.domain.views import OpenJob
from mobile_app.ui.cards import SectionHeader, StatTile, TileGrid
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import labour
from shared_models.permissions import Role


class Week(NamedTuple):
    done: int
    worked: timedelta


def week_of(jobs: list[InterventionRow], user_id: UUID, since: datetime, now: datetime) -> Week:
    """Jobs on which `user_id` has worked and that ended since then, and the time worked since."""
    own = [[action for action in job.actions if action.user_id == user_id and (action.ended_at or now) > since] for job in jobs]
    cut = [action.model_copy(update={"started_at": max(action.started_at, since)}) for actions in own for action in actions]
    over = [job.status is InterventionStatus.completed and job.actual_end is not None and job.actual_end >= since for job in jobs]
    done = sum(bool(ended and (job.completed_by == user_id or worked)) for job, ended, worked in zip(jobs, over, own, strict=True))
    return Week(done, labour(cut, now))


def my_week(client: Client) -> list[ft.Control]:
    """For whom it is: the one who works, without a network too."""
    if client.user.role is not Role.technician:
        return []
    now = client.now()
    monday = local_day(now) - timedelta(days=local_day(now).weekday())
    since = datetime(monday.year, monday.month, monday.day).astimezone(UTC)
    week, today = week_of(list(client.interventions.rows.values()), client.user.id, since, now), today_of(client)
    mine = f"/jobs?technician={client.user.id}"
    tiles = [
        StatTile(t("kpis.week.done"), str(week.done), t("kpis.week.done_note")),
        StatTile(t("kpis.week.worked"), format_hours(week.worked), t("kpis.week.worked_note")),
        StatTile(t("kpis.week.begun"), str(len(today.running) + len(today.begun)), t("kpis.week.begun_note"), on_click=opener("/today")),
        StatTile(t("kpis.week.late"), str(_late(client, today.late)), t("kpis.week.late_note"), on_click=opener(f"{mine}&due=late")),
    ]
    return [SectionHeader(t("kpis.week.title")), TileGrid(tiles, least=150, most=4, spacing=10, equal=True)]


def _late(client: Client, jobs: list[OpenJob]) -> int:
    return sum(job.assigned_technician_id == client.user.id for job in jobs)
