"""One entry, opened: what, where, when and why then; and what can be done about it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_duration, t
from mobile_app.domain import marks
from mobile_app.domain.agenda import EntryState, Whole, is_moved, next_original, reason_of, state_on
from mobile_app.domain.context import go
from mobile_app.domain.due_marks import ended_because, why_sentence
from mobile_app.domain.lookup import dotted, number_of, place
from mobile_app.domain.reasons import ReasonForm
from mobile_app.features.calendar import entries as look
from mobile_app.features.calendar.move import SKIP_REASONS, HandForm, MoveForm, Moves, why_fixed
from mobile_app.ui.buttons import ActionRow, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import KeyValues, LineItem, NoticeCard
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Heading, Meta
from mobile_app.ui.theme import C, Radius, Tone, line

Show = Callable[[str], None]
"""Which part of the sheet is shown: "", "move", "hand" or "skip"."""


def detail_sheet(
    scene: look.Scene, entry: Whole, part: str, show: Show, close: Callable[[], None], on_tap_day: Callable[[], None] | None
) -> Sheet:
    moves = Moves(scene.client, entry)

    async def then(verb: Callable[[Any], Any], value: Any) -> bool:
        close()
        return bool(await verb(value))

    if part == "move":
        return Sheet(t("calendar.move_title", title=entry.title), MoveForm(entry, partial(then, moves.to), on_tap_day, key=entry.key))
    if part == "hand":
        return Sheet(t("calendar.hand_title", title=entry.title), HandForm(entry, partial(then, moves.hand_to), key=entry.key), tall=True)
    if part == "skip":
        form = ReasonForm(f"skip:{entry.key}", SKIP_REASONS, "calendar.skip_reason", t("calendar.skip"), partial(then, moves.skip))
        return Sheet(t("calendar.skip_title", title=entry.title), form)
    return Sheet(entry.title, _body(scene, entry, close), _footer(scene, entry, moves, show, close, on_tap_day), tall=False)


def _body(scene: look.Scene, entry: Whole, close: Callable[[], None]) -> ft.Control:
    client = scene.client
    spent = format_duration(entry.minutes) if entry.minutes else t("calendar.unestimated")
    rows: list[tuple[str, str | ft.Control]] = [
        (t("calendar.due"), dotted(look.full_day(entry.due.date()), look.time_of(entry.due))),
        (t("calendar.who"), look.who(client, entry) or t("domain.unassigned")),
        (t("calendar.duration"), spent),
        (t("calendar.priority"), marks.PRIORITY[entry.priority].word),
    ]
    if is_moved(entry) and entry.original_due:
        rows.insert(1, (t("calendar.planned_on"), look.full_day(entry.original_due.date())))
    parts: list[ft.Control] = [_chips(scene, entry), KeyValues(rows), *_why(entry), *_notes(scene, entry), *_links(scene, entry, close)]
    return Stack(*parts)


def _chips(scene: look.Scene, entry: Whole) -> ft.Control:
    mark = look.mark_of(entry, scene.today)
    square = ft.Container(width=10, height=10, border_radius=3, bgcolor=look.colour_of(scene, entry))
    kind = ft.Container(
        ft.Row([square, Meta(look.type_name(scene.client, entry), color=C.ink)], spacing=6, tight=True),
        padding=ft.Padding(left=10, top=4, right=12, bottom=4),
        border=line(),
        border_radius=Radius.pill,
    )
    chips = [mark.chip(), kind]
    if look.is_pending(scene.client, entry):
        chips.append(StatusChip(t("domain.unsent"), Tone.off, icon=ft.Icons.CLOUD_UPLOAD_ROUNDED))
    return ft.Row(chips, spacing=8, run_spacing=8, wrap=True)


def _why(entry: Whole) -> list[ft.Control]:
    reason = reason_of(entry)
    if reason is None:
        return []
    column = ft.Column([Heading(t("calendar.why"), size=14), Body(why_sentence(reason))], spacing=4, tight=True)
    return [ft.Container(column, bgcolor=C.surface2, border_radius=Radius.tile, padding=14)]


def _notes(scene: look.Scene, entry: Whole) -> list[ft.Control]:
    """What keeps it from being moved, and what became of it."""
    if entry.is_forecast:
        return [NoticeCard(t("calendar.forecast_title"), t("calendar.fixed_forecast"), tone=Tone.off, icon=look.FORECAST.icon)]
    if entry.occurrence is not None and entry.occurrence.reason:
        mark = look.mark_of(entry, scene.today)
        return [NoticeCard(mark.word, ended_because(entry.occurrence), tone=mark.tone, icon=mark.icon)]
    return []


def _links(scene: look.Scene, entry: Whole, close: Callable[[], None]) -> list[ft.Control]:
    links = [
        LineItem(
            place(scene.client, entry.equipment_id),
            meta=t("calendar.machine"),
            icon=ft.Icons.PRECISION_MANUFACTURING_ROUNDED,
            on_click=_leaving(close, f"/equipment/{entry.equipment_id}"),
        )
    ]
    if entry.plan is not None:
        links.append(
            LineItem(
                entry.plan.title,
                meta=t("calendar.plan"),
                icon=ft.Icons.EVENT_REPEAT_ROUNDED,
                on_click=_leaving(close, f"/plans/{entry.plan.id}"),
            )
        )
    if entry.job is not None and state_on(entry, scene.today) not in {EntryState.open, EntryState.late}:
        job = entry.job
        links.append(
            LineItem(number_of(job), meta=t("calendar.job"), icon=ft.Icons.ASSIGNMENT_ROUNDED, on_click=_leaving(close, f"/jobs/{job.id}"))
        )
    return [Stack(*links, spacing=0)]


def _leaving(close: Callable[[], None], route: str) -> Callable[[], None]:
    def leave() -> None:
        close()
        go(route)

    return leave


def _footer(
    scene: look.Scene, entry: Whole, moves: Moves, show: Show, close: Callable[[], None], on_tap_day: Callable[[], None] | None
) -> ft.Control | None:
    """The job first where there is one; then what a planner may do."""
    buttons: list[ft.Control] = []
    if entry.job is not None and entry.is_to_do:
        buttons.append(PrimaryButton(t("calendar.open_job"), _leaving(close, f"/jobs/{entry.job.id}"), icon=ft.Icons.ASSIGNMENT_ROUNDED))
    if scene.may_plan and not why_fixed(entry):
        buttons += _planner(entry, moves, show, close, on_tap_day)
    if not buttons:
        return None
    return Stack(*buttons, spacing=10)


def _planner(entry: Whole, moves: Moves, show: Show, close: Callable[[], None], on_tap_day: Callable[[], None] | None) -> list[ft.Control]:
    async def generate() -> None:
        close()
        job_id = await moves.generate()
        if job_id is not None:
            go(f"/jobs/{job_id}")

    icons = ft.Icons
    by_tap = on_tap_day is not None
    move = SecondaryButton(t("calendar.move"), on_tap_day or partial(show, "move"), icon=icons.OPEN_WITH_ROUNDED, expand=1)
    hand = SecondaryButton(t("calendar.hand"), partial(show, "hand"), icon=icons.PERSON_ADD_ALT_ROUNDED, expand=1)
    second: list[ft.Control] = []
    if by_tap:  # without icons, two fit side by side on a phone
        second.append(SecondaryButton(t("calendar.move_exact"), partial(show, "move"), expand=1))
    if entry.plan is not None and entry.original_due is not None:
        icon = None if by_tap else icons.REMOVE_CIRCLE_OUTLINE_ROUNDED
        second.append(SecondaryButton(t("calendar.skip"), partial(show, "skip"), icon=icon, expand=1))
    rows: list[ft.Control] = [ActionRow(move, hand), *([ActionRow(*second)] if second else [])]
    if entry.plan is not None and entry.job is None and entry.original_due == next_original(entry.plan):
        rows.append(SecondaryButton(t("calendar.generate"), generate, icon=icons.PLAY_ARROW_ROUNDED))
    return rows
