"""A meter's curve and its readings: the latest from the device, older ones from the server."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from mobile_app.core.errors import ClientError, Offline
from mobile_app.core.i18n import format_date, format_datetime, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.meters import amount, use
from mobile_app.domain.submit import submit
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import LineItem
from mobile_app.ui.charts import Curve, Dot
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import Question, Sheet, use_confirm
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space
from shared_models.meters.commands import VoidReading
from shared_models.meters.rows import ON_DEVICE, MeterKind, MeterRow, ReadingRow, ResetRow
from shared_models.paging import KeysetPage
from shared_models.permissions import Permission

MORE = 100


def history_sheet(client: Client, meter: MeterRow, on_done: Callable[[], Any]) -> Sheet:  # noqa: ARG001 - as every sheet of the page
    return Sheet(meter.name, MeterHistory(meter), tall=True)


@component
def MeterHistory(opened: MeterRow) -> ft.Control:
    client = use_tables("meters")
    meter = client.tables.meters.get(opened.id) or opened
    trouble, set_trouble = use_state("")
    pages, set_pages = use_maybe(tuple[list[ReadingRow], str | None])
    ask = use_confirm()
    fetched, following = pages or ([], None)
    readings = merged(meter.readings, fetched)

    async def load_more() -> None:
        query: dict[str, Any] = {"size": MORE} | ({"cursor": following} if following else {})
        try:
            page = KeysetPage[ReadingRow].model_validate(await client.api.get(f"/meters/{meter.id}/readings", **query))
        except ClientError as error:
            set_trouble(t("meters.history_offline" if isinstance(error, Offline) else "meters.history_failed"))
        else:
            set_trouble("")
            set_pages(([*fetched, *page.items], page.next))

    def take_back(reading: ReadingRow) -> None:
        async def sure() -> None:
            command = VoidReading(occurred_at=client.now(), meter_id=meter.id, reading_id=reading.id)
            if await submit(client, command):
                set_pages(None)

        value = amount(meter, reading.value)
        ask(Question(t("meters.void_title", value=value), t("meters.void_body"), t("meters.void"), sure))

    parts: list[ft.Control] = [*_curve(meter, readings)]
    parts += [_line(client, meter, entry, take_back, risen) for entry, risen in rises(story(readings, meter.resets))]
    may_have_more = len(meter.readings) >= ON_DEVICE if pages is None else following is not None
    if may_have_more:
        parts.append(TextLink(t("meters.older"), load_more))
    if trouble:
        parts.append(Meta(trouble))
    if not readings and not meter.resets:
        parts.append(Meta(t("meters.never_read")))
    return Stack(*parts, spacing=Space.s)


def merged(own: Sequence[ReadingRow], fetched: Sequence[ReadingRow]) -> list[ReadingRow]:
    """Newest first, each once; what the device holds is newer than what was asked for."""
    by_id = {reading.id: reading for reading in [*fetched, *own]}
    return sorted(by_id.values(), key=lambda reading: (reading.read_at, reading.id), reverse=True)


def story(readings: Sequence[ReadingRow], resets: Sequence[ResetRow]) -> list[ReadingRow | ResetRow]:
    """Both in one story, newest first, a reset below the reading of its instant; resets older than the readings are left out."""
    oldest = readings[-1].read_at if readings else None
    within = [reset for reset in resets if oldest is None or reset.occurred_at >= oldest]
    return sorted([*readings, *within], key=_place, reverse=True)


def _place(entry: ReadingRow | ResetRow) -> tuple[Any, ...]:
    return (entry.read_at, 1) if isinstance(entry, ReadingRow) else (entry.occurred_at, 0)


def _curve(meter: MeterRow, readings: Sequence[ReadingRow]) -> list[ft.Control]:
    dots = [Dot(reading.read_at, reading.total) for reading in reversed(readings)]
    if len(dots) < 2:  # noqa: PLR2004
        return []
    values = [dot.value for dot in dots]
    marks = (amount(meter, min(values)), amount(meter, max(values)))
    days = (format_date(dots[0].at), format_date(dots[-1].at))
    label = t("meters.curve", low=marks[0], high=marks[1], first=days[0], last=days[1])
    name = t("meters.curve_total") if meter.kind is MeterKind.counter else t("meters.curve_value")
    return [Meta(dotted(name, use(meter))), Curve(dots, label=label, height=150, marks=marks, days=days)]


def rises(story: Sequence[ReadingRow | ResetRow]) -> list[tuple[ReadingRow | ResetRow, float | None]]:
    """With how much each reading is above the one before it, resets included."""
    found: list[tuple[ReadingRow | ResetRow, float | None]] = []
    before: ReadingRow | None = None
    for entry in reversed(story):
        reading = entry if isinstance(entry, ReadingRow) else None
        found.append((entry, reading.total - before.total if reading and before else None))
        before = reading or before
    return found[::-1]


def _line(
    client: Client, meter: MeterRow, entry: ReadingRow | ResetRow, take_back: Callable[[ReadingRow], None], risen: float | None
) -> ft.Control:
    if isinstance(entry, ResetRow):
        what = t(
            "meters.reset_line",
            kind=t(f"meters.kind.{entry.kind}"),
            final=amount(meter, entry.final_value),
            start=amount(meter, entry.start_value),
        )
        meta = dotted(format_datetime(entry.occurred_at), entry.by, entry.reason)
        return LineItem(what, meta=meta, icon=ft.Icons.RESTART_ALT_ROUNDED)
    meta = dotted(format_datetime(entry.read_at), entry.by, t("meters.confirmed") if entry.is_confirmed else "")
    menu: Any = ""
    if _may_take_back(client, entry):
        items = [MenuItem(t("meters.void"), lambda: take_back(entry), ft.Icons.DELETE_OUTLINE_ROUNDED, danger=True)]
        menu = MoreMenu(items, label=t("meters.more", meter=amount(meter, entry.value)))
    rise = Meta(f"+{amount(meter, risen)}") if risen and meter.kind is MeterKind.counter else ft.Container()
    return LineItem(amount(meter, entry.value), meta=meta, trailing=ft.Row([rise, menu or ft.Container()], spacing=4, tight=True))


def _may_take_back(client: Client, reading: ReadingRow) -> bool:
    """One's own, or anybody's for who plans."""
    me = client.users.get(client.user.id)
    own = me is not None and reading.by == f"{me.first_name} {me.last_name}"
    return client.may(Permission.maintenance_write) or (own and client.may(Permission.maintenance_update_assigned))
