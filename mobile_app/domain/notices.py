"""What its reader has been told: how many wait, which come back when, and what can be done with each."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_time, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import id_of, use_tables
from mobile_app.domain.doing import does
from mobile_app.domain.due import local_day
from mobile_app.domain.submit import submit, submit_with_undo
from mobile_app.ui.feedback import toast
from mobile_app.ui.hooks import use_until
from shared_models.interventions.rows import Priority
from shared_models.notices.commands import AcknowledgeNotice, HearNotice, MuteNotice, ReadNotice, SnoozeNotice
from shared_models.notices.kinds import NoticeKind
from shared_models.notices.rows import NoticeRow

EVENING, MORNING, NIGHT_ENDS = time(18), time(7), time(5)


def comes_back(notice: NoticeRow, now: datetime) -> bool:
    """Whether it is put off until later."""
    return notice.snoozed_until is not None and notice.snoozed_until > now


def is_unread(notice: NoticeRow, now: datetime) -> bool:
    return notice.read_at is None and not notice.is_muted and not comes_back(notice, now)


def came_at(notice: NoticeRow, now: datetime) -> datetime:
    """When it came last: what was put off has come again."""
    again = notice.snoozed_until
    return max(notice.created_at, again) if again is not None and again <= now else notice.created_at


def unread(notices: Iterable[NoticeRow], now: datetime) -> list[NoticeRow]:
    return [notice for notice in notices if is_unread(notice, now)]


def next_return(notices: Iterable[NoticeRow], now: datetime) -> datetime | None:
    return min((notice.snoozed_until for notice in notices if notice.snoozed_until and comes_back(notice, now)), default=None)


def is_to_take_up(notice: NoticeRow) -> bool:
    """Whether somebody ought to say that they are on it."""
    return notice.priority is Priority.urgent and notice.acknowledged_at is None and not notice.is_muted


def use_notices() -> tuple[Client, list[NoticeRow]]:
    """A hook: the notices of this device, rendering again when they change and when one comes back."""
    client = use_tables(NoticeRow)
    rows = list(client.tables.notices.rows.values())
    use_until(next_return(rows, client.now()), client.now)
    return client, rows


def use_reading(address: str) -> None:
    """A hook of the frame: whoever goes to what a notice tells of has read it. One that comes while they are there has not been seen."""
    client = use_tables(NoticeRow)
    path, table = urlsplit(address).path, client.tables.notices

    async def read_here() -> None:
        now = client.now()
        for notice in unread(table.having(path=[path]), now):
            await submit(client, ReadNotice(notice_id=notice.id, occurred_at=now))

    ft.use_effect(read_here, [path, table.ready])


# What can be done


class Later(StrEnum):
    hour = "hour"
    evening = "evening"
    morning = "morning"


def later(now: datetime) -> dict[Later, datetime]:
    """When it may come back, by the reader's clock: in an hour, this evening while that is ahead, and when the next morning begins."""
    here = now.astimezone()
    today = here.date()
    morning = today if here.time() < NIGHT_ENDS else today + timedelta(days=1)
    times = {Later.hour: now + timedelta(hours=1), Later.evening: _at(today, EVENING), Later.morning: _at(morning, MORNING)}
    return {name: at for name, at in times.items() if name is not Later.evening or at > times[Later.hour]}


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour).astimezone()


def later_words(name: Later, until: datetime, now: datetime) -> str:
    """`this_morning` in the small hours."""
    key = "this_morning" if name is Later.morning and local_day(until) == local_day(now) else name
    return t(f"notifications.later.{key}", time=format_time(until))


async def read(client: Client, notices: Sequence[NoticeRow]) -> None:
    now = client.now()
    for notice in notices:
        await submit(client, ReadNotice(notice_id=notice.id, occurred_at=now))
    if len(notices) > 1:
        toast(n("notifications.read_all_done", len(notices)))


async def snooze(client: Client, notice_id: UUID, until: datetime) -> None:
    command = SnoozeNotice(notice_id=notice_id, until=until, occurred_at=client.now())
    await submit_with_undo(client, command, t("notifications.snoozed", time=format_time(until)), lambda: None)


async def mute(client: Client, notice: NoticeRow) -> None:
    command = MuteNotice(notice_id=notice.id, occurred_at=client.now())
    await submit_with_undo(client, command, t("notifications.muted", what=notice.title), lambda: None)


def silenced(notices: Iterable[NoticeRow]) -> list[list[NoticeRow]]:
    """What was muted, the same things together, the last first."""
    found: dict[tuple[NoticeKind, UUID], list[NoticeRow]] = {}
    for notice in sorted(notices, key=lambda each: each.created_at, reverse=True):
        if notice.is_muted:
            found.setdefault((notice.kind, notice.about_id), []).append(notice)
    return list(found.values())


def same(client: Client, notice: NoticeRow) -> list[NoticeRow]:
    """Of one kind about one thing."""
    return client.tables.notices.having(kind=[notice.kind], about_id=[notice.about_id], is_muted=[True])


async def hear(client: Client, notices: Sequence[NoticeRow]) -> None:
    now = client.now()
    for notice in notices:
        await submit(client, HearNotice(notice_id=notice.id, occurred_at=now))
    toast(t("notifications.heard", what=notices[0].title))


async def take_up(client: Client, notice: NoticeRow) -> None:
    await submit(client, AcknowledgeNotice(notice_id=notice.id, occurred_at=client.now()), said="notifications.taken_up")


@does("read")
async def read_told(client: Client, _: str, notice_id: str) -> None:
    """From a push, which was opened."""
    told = id_of(notice_id)
    known = client.tables.notices.get(told)
    if known is None or is_unread(known, client.now()):
        await submit(client, ReadNotice(notice_id=told, occurred_at=client.now()))


@does("snooze")
async def snooze_told(client: Client, _: str, notice_id: str) -> None:
    """From a push, which may be here before what it tells of."""
    await snooze(client, id_of(notice_id), later(client.now())[Later.hour])
