"""The list: what is late first, then day by day."""

from datetime import date, timedelta
from typing import Final

import flet as ft

from mobile_app.core.i18n import format_date_long, format_day, n, t
from mobile_app.domain.agenda import Entry, EntryState, by_day, state_on
from mobile_app.features.calendar.entries import EntryCard, More, Scene
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.feedback import EmptyState

DAYS: Final = 28
_BACK: Final = timedelta(days=400)
_NEAR: Final = 7


def late_span(today: date) -> tuple[date, date]:
    return today - _BACK, today - timedelta(days=1)


def late_entries(scene: Scene) -> list[Entry]:
    """Whatever day is looked at, oldest first."""
    found = scene.find(*late_span(scene.today))
    return [entry for entry in found if state_on(entry, scene.today) is EntryState.late]


def AgendaList(scene: Scene) -> list[ft.Control]:
    since, until = scene.anchor, scene.anchor + timedelta(days=DAYS - 1)
    late = late_entries(scene) if since <= scene.today else []
    seen = {entry.key for entry in late}
    found = [entry for entry in scene.find(since, until) if entry.key not in seen]
    first, next_ones = late[: scene.most], found[: max(0, scene.most - len(late))]
    parts: list[ft.Control] = []
    if late:
        parts.append(SectionHeader(t("calendar.late"), n("calendar.count", len(late))))
        parts += [EntryCard(scene, entry, with_day=True) for entry in first]
    for day, entries in by_day(next_ones).items():
        parts += [_day_header(scene, day), *(EntryCard(scene, entry) for entry in entries)]
    parts += More(len(late) + len(found) - len(first) - len(next_ones), scene.on_more)
    return parts or [EmptyState(ft.Icons.EVENT_AVAILABLE_ROUNDED, t("calendar.empty"), t("calendar.empty_body"))]


def _day_header(scene: Scene, day: date) -> ft.Control:
    near = abs((day - scene.today).days) < _NEAR
    return SectionHeader(format_date_long(day), format_day(day, scene.today) if near else "")
