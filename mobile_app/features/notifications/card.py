"""One thing that somebody was told: what, why them, when; and what can be done with it where it stands."""

from datetime import datetime
from functools import partial

import flet as ft

from mobile_app.core.i18n import format_day, format_moment, format_time, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.due import local_day
from mobile_app.domain.lookup import dotted
from mobile_app.domain.notices import (
    came_at,
    comes_back,
    hear,
    is_to_take_up,
    is_unread,
    later,
    later_words,
    mute,
    read,
    same,
    snooze,
    take_up,
)
from mobile_app.features.notifications.words import ICONS, TONES, kind_word
from mobile_app.ui import environment
from mobile_app.ui.buttons import SecondaryButton, spoken, tap
from mobile_app.ui.cards import Card
from mobile_app.ui.chips import IconTile, StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.stack import Stack
from mobile_app.ui.table import Cell, Column
from mobile_app.ui.text import Body, Meta, Strong
from mobile_app.ui.theme import TONES as COLORS
from mobile_app.ui.theme import C, Radius, Tone
from shared_models.notices.rows import NoticeRow


@component
def NoticeLine(client: Client, notice: NoticeRow, now: datetime) -> ft.Control:
    """What is new is bold and has a dot; a tap opens what it is about."""
    new = is_unread(notice, now)
    lines = None if environment.current().has_big_text else 3
    title = Strong(notice.title, max_lines=lines) if new else Body(notice.title, max_lines=lines)
    words: list[ft.Control] = [_first(title, notice, now, new=new)]
    if notice.message:
        words.append(Meta(notice.message, color=C.ink, max_lines=4))
    words.append(Meta(notice.because, max_lines=3))
    chips = state_chips(notice, now)
    if chips:
        words.append(ft.Row(chips, wrap=True, spacing=6, run_spacing=6))
    tile = IconTile(ICONS[notice.kind], TONES[notice.priority] if new else Tone.off)
    inside = ft.Row(
        [tile, ft.Column(words, spacing=3, tight=True, expand=True)], spacing=12, vertical_alignment=ft.CrossAxisAlignment.START
    )
    face = ft.Container(
        inside,
        padding=ft.Padding(left=14, top=14, right=4, bottom=14),
        border_radius=Radius.card,
        ink=True,
        on_click=tap(opener(notice.path)),
        expand=True,
    )
    row = ft.Row(
        [
            spoken(face, all_of(notice, now), expand=True),
            menu(client, notice, now),
        ],
        spacing=0,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    below = [_taking_up(client, notice)] if is_to_take_up(notice) else []
    return Card(Stack(row, *below, spacing=0), padding=0)


def _first(title: ft.Control, notice: NoticeRow, now: datetime, *, new: bool) -> ft.Control:
    when = [Meta(when_of(notice, now), max_lines=1)]
    dot = [ft.Container(width=9, height=9, border_radius=5, bgcolor=C.primary)] if new else []
    end = ft.Row([*when, *dot], spacing=6, tight=True)
    if environment.current().has_big_text:
        return ft.Column([end, title], spacing=0, tight=True)
    title.expand = True
    return ft.Row([title, end], spacing=8, vertical_alignment=ft.CrossAxisAlignment.START)


def _taking_up(client: Client, notice: NoticeRow) -> ft.Control:
    async def mine() -> None:
        await take_up(client, notice)

    button = SecondaryButton(t("notifications.take_up"), mine, icon=ft.Icons.BACK_HAND_ROUNDED, height=48, expand=True)
    return ft.Container(ft.Row([button]), padding=ft.Padding(left=14, top=0, right=14, bottom=14))


def when_of(notice: NoticeRow, now: datetime) -> str:
    """Its hour, under the heading of its day; once put off, when it comes back."""
    back = notice.snoozed_until
    return format_time(back if back is not None and comes_back(notice, now) else came_at(notice, now))


def all_of(notice: NoticeRow, now: datetime) -> str:
    """All of it, for whoever hears the screen."""
    new = t("notifications.is_unread") if is_unread(notice, now) else ""
    return dotted(new, notice.title, notice.message, notice.because, when_of(notice, now))


def state_chips(notice: NoticeRow, now: datetime) -> list[ft.Control]:
    chips = []
    if notice.acknowledged_at is not None:
        words = t("notifications.taken_up_by", name=notice.acknowledged_by) if notice.acknowledged_by else t("notifications.is_taken_up")
        chips.append(StatusChip(words, Tone.ok, icon=ft.Icons.BACK_HAND_ROUNDED))
    if comes_back(notice, now):
        chips.append(StatusChip(t("notifications.comes_back"), Tone.off, icon=ft.Icons.SNOOZE_ROUNDED))
    if notice.is_muted:
        chips.append(StatusChip(t("notifications.is_muted"), Tone.off, icon=ft.Icons.NOTIFICATIONS_OFF_ROUNDED))
    return chips


def menu(client: Client, notice: NoticeRow, now: datetime) -> ft.Control:
    icons = ft.Icons

    taking = [MenuItem(t("notifications.take_up"), partial(take_up, client, notice), icons.BACK_HAND_ROUNDED)]
    reading = [MenuItem(t("notifications.read"), partial(read, client, [notice]), icons.DONE_ROUNDED)]
    snoozing = [
        MenuItem(later_words(name, until, now), partial(snooze, client, notice.id, until), icons.SNOOZE_ROUNDED)
        for name, until in later(client.now()).items()
    ]
    muting = [MenuItem(t("notifications.mute"), partial(mute, client, notice), icons.NOTIFICATIONS_OFF_OUTLINED)]
    hearing = [MenuItem(t("notifications.hear"), partial(hear, client, same(client, notice)), icons.NOTIFICATIONS_ACTIVE_OUTLINED)]
    items = [
        *(taking if is_to_take_up(notice) else []),
        *(reading if is_unread(notice, now) else []),
        *snoozing,
        *(hearing if notice.is_muted else muting),
    ]
    return MoreMenu(items, label=t("notifications.actions", what=notice.title))


# In a table


def columns(client: Client, now: datetime) -> list[Column]:
    """No order but that in which they came: a table of what is new is read from above."""
    return [
        Column("kind", "", lambda notice: _icon(notice, now), width=28),
        Column("title", t("notifications.what"), lambda notice: Cell(notice.title, strong=is_unread(notice, now)), flex=4),
        Column("message", t("notifications.message"), lambda notice: _told(notice.message), flex=5),
        Column("because", t("notifications.why"), lambda notice: _told(notice.because, color=C.ink2), flex=6, roomy=True),
        Column("state", t("notifications.state"), lambda notice: _state(notice, now), width=124),
        Column("when", t("notifications.when"), lambda notice: _when(notice, now), width=110),
        Column("more", "", lambda notice: menu(client, notice, now), width=48),
    ]


def _told(words: str, color: ft.ColorValue = C.ink) -> ft.Control:
    """Whole under the mouse, where the column cuts it off."""
    return ft.Text(words, size=14, color=color, max_lines=1, overflow=ft.TextOverflow.ELLIPSIS, tooltip=words or None)


def _icon(notice: NoticeRow, now: datetime) -> ft.Control:
    tone = TONES[notice.priority] if is_unread(notice, now) else Tone.off
    return ft.Icon(ICONS[notice.kind], size=20, color=COLORS[tone].ink, tooltip=kind_word(notice.kind))


def _state(notice: NoticeRow, now: datetime) -> ft.Control:
    chips = state_chips(notice, now) or (
        [StatusChip(t("notifications.is_unread"), Tone.primary, icon=ft.Icons.FIBER_MANUAL_RECORD_ROUNDED)]
        if is_unread(notice, now)
        else []
    )
    return ft.Row(chips[:1], tight=True)


def _when(notice: NoticeRow, now: datetime) -> str:
    back = notice.snoozed_until
    moment = back if back is not None and comes_back(notice, now) else came_at(notice, now)
    is_ahead = local_day(moment) > local_day(now)
    return dotted(format_day(moment, local_day(now)), format_time(moment)) if is_ahead else format_moment(moment, now)
