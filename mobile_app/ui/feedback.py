"""Telling people what happened: toasts, banners, skeletons, empty and error states, results."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_number, format_percent, t
from mobile_app.ui import environment, toasts
from mobile_app.ui.address import Place
from mobile_app.ui.buttons import Handler, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Heading, Meta
from mobile_app.ui.theme import BOLD, MEDIUM, TONES, C, Radius, Size, Tone, line

_CENTER: Final = ft.CrossAxisAlignment.CENTER


def toast(text: str, *, undo: Handler | None = None, seconds: float | None = None) -> None:
    """A word at the foot of the screen, with "undo" where there is something to undo. Call from a handler."""
    toasts.say(environment.current(), text, undo=undo, seconds=seconds)


def Banner(
    text: str,
    *,
    tone: Tone = Tone.info,
    icon: ft.IconData | None = None,
    action: str = "",
    on_action: Handler | None = None,
) -> ft.Control:
    """A line across the top for a state of the whole app."""
    ink, paper, usual = TONES[tone]
    parts: list[ft.Control] = [
        ft.Icon(icon or usual, size=18, color=ink),
        ft.Text(text, size=Size.meta, weight=MEDIUM, color=ink, expand=True),
    ]
    if action:
        parts.append(TextLink(action, on_action, color=ink))
    box = ft.Container(
        ft.Row(parts, spacing=10),
        bgcolor=paper,
        padding=ft.Padding(left=20, top=4 if action else 10, right=12, bottom=4 if action else 10),
    )
    return ft.Semantics(content=box, live_region=True, container=True)


def UpdateBanner(on_apply: Handler) -> ft.Control:
    return Banner(
        t("common.update_ready"),
        tone=Tone.primary,
        icon=ft.Icons.SYSTEM_UPDATE_ALT_ROUNDED,
        action=t("common.update_apply"),
        on_action=on_apply,
    )


# Waiting


def _bar(width: float, height: float) -> ft.Control:
    return ft.Container(width=width, height=height, bgcolor=C.surface2, border_radius=6)


def _pulse(content: ft.Control) -> ft.Control:
    still = environment.current().reduced_motion
    moving = content if still else ft.Shimmer(content, base_color=C.surface2, highlight_color=C.line, period=1400)
    return ft.Semantics(content=moving, label=t("common.loading"), exclude_semantics=True)


def SkeletonCard() -> ft.Control:
    row = ft.Row(
        [
            ft.Container(width=44, height=44, bgcolor=C.surface2, border_radius=12),
            ft.Column([_bar(180, 14), _bar(120, 12), _bar(72, 20)], spacing=9, tight=True),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    return ft.Container(_pulse(row), bgcolor=C.surface, border=line(), border_radius=Radius.card, padding=14)


def SkeletonList(count: int = 4) -> ft.Control:
    """What a list looks like before it is there."""
    cards = [SkeletonCard() for _ in range(count)]
    return Stack(*cards, spacing=10)


def SkeletonLines(count: int = 3) -> ft.Control:
    widths = (220, 280, 160)
    bars = [_bar(widths[i % 3], 14) for i in range(count)]
    return _pulse(ft.Column(bars, spacing=10, tight=True))


def Progress(label: str, done: int, total: int | None, *, as_share: bool = False) -> ft.Control:
    """A bar with its count, for anything over a second; no total yet: it only moves. `as_share`: nobody counts what is done."""
    if not total:
        count = format_number(done) if done else ""
    elif as_share:
        count = format_percent(done / total)
    else:
        count = t("common.progress", done=format_number(done), total=format_number(total))
    bar = ft.ProgressBar(
        value=min(1.0, done / total) if total else None,
        bar_height=6,
        border_radius=3,
        color=C.primary,
        bgcolor=C.surface2,
        semantics_label=label,
    )
    head = ft.Row([ft.Text(label, expand=True, weight=MEDIUM), Meta(count)], spacing=8)
    return Stack(head, bar, spacing=8)


def HairProgress(label: str, done: int, total: int | None) -> ft.Control:
    """The same as a line over a screen that is of use meanwhile; one that moves would take the processor from what it tells of."""
    count = t("common.progress", done=format_number(done), total=format_number(total)) if total else ""
    value = min(1.0, done / total) if total else 0
    said = f"{label}, {count}" if count else label
    return ft.ProgressBar(value=value, bar_height=3, color=C.primary, bgcolor=C.surface2, semantics_label=said)


def more_of(place: Place[Any], is_more: bool) -> list[ft.Control]:  # noqa: FBT001 - reads well: more of it, where there is more
    """The way to the rest of a list of cards; how far it was followed stands in the address."""
    if not is_more:
        return []
    ahead = SecondaryButton(t("common.show_more"), lambda: place.ask(page=place.asked.page + 1), icon=ft.Icons.EXPAND_MORE_ROUNDED)
    return [ft.Row([ahead], alignment=ft.MainAxisAlignment.CENTER)]


# Nothing, or trouble


def _state(icon: ft.IconData, tone: Tone, title: str, body: str, actions: Sequence[ft.Control]) -> ft.Control:
    ink, paper, _ = TONES[tone]
    lines: list[ft.Control] = [
        ft.Container(
            ft.Icon(icon, size=32, color=ink),
            width=72,
            height=72,
            bgcolor=paper,
            border_radius=22,
            alignment=ft.Alignment.CENTER,
        ),
        ft.Container(height=4),
        ft.Text(title, size=Size.section, weight=ft.FontWeight.W_600, text_align=_MIDDLE),
    ]
    if body:
        lines.append(Meta(body, text_align=_MIDDLE, max_lines=6))
    if actions:
        lines += [ft.Container(height=8), *actions]
    column = ft.Column(lines, spacing=6, tight=True, horizontal_alignment=_CENTER)
    return ft.Container(column, padding=ft.Padding.symmetric(horizontal=24, vertical=40), alignment=_MID)


_MIDDLE: Final = ft.TextAlign.CENTER
_MID: Final = ft.Alignment.CENTER


def EmptyState(
    icon: ft.IconData,
    title: str,
    body: str = "",
    *,
    action: str = "",
    on_action: Handler | None = None,
    secondary: str = "",
    on_secondary: Handler | None = None,
) -> ft.Control:
    """Nothing here, why, and what to do about it."""
    actions: list[ft.Control] = []
    if action:
        actions.append(PrimaryButton(action, on_action))
    if secondary:
        actions.append(TextLink(secondary, on_secondary))
    return _state(icon, Tone.primary, title, body, actions)


def ErrorState(title: str = "", body: str = "", *, on_retry: Handler | None = None) -> ft.Control:
    """What happened, what was kept, and a way to try again."""
    retry = [SecondaryButton(t("common.try_again"), on_retry)] if on_retry else []
    return _state(ft.Icons.CLOUD_OFF_ROUNDED, Tone.off, title or t("common.load_failed"), body, retry)


def Achieved(title: str, what: str, body: str = "") -> ft.Control:
    """Something is done: said large and once, above what comes next."""
    ink, paper, icon = TONES[Tone.ok]
    words = ft.Column(
        [
            ft.Semantics(
                content=ft.Text(title, size=22, weight=BOLD, color=ink), header=True, heading_level=1, container=True, live_region=True
            ),
            ft.Text(what, size=Size.body, weight=MEDIUM),
            *([Meta(body, max_lines=4)] if body else []),
        ],
        spacing=4,
        tight=True,
        expand=True,
    )  # fmt: skip
    row = ft.Row([ft.Icon(icon, size=44, color=ink), words], spacing=14, vertical_alignment=ft.CrossAxisAlignment.START)
    return ft.Container(row, bgcolor=paper, border_radius=Radius.card, padding=20)


_ACTIONS_MOST: Final = 440


def ResultScreen(
    title: str,
    body: str = "",
    *,
    tone: Tone = Tone.ok,
    icon: ft.IconData | None = None,
    actions: Sequence[ft.Control] = (),
) -> ft.Control:
    """The whole screen in one tone, readable at arm's length: found, or not found."""
    ink, paper, usual = TONES[tone]
    mark = ft.Icon(icon or usual, size=96, color=ink)
    words = ft.Column(
        [
            mark,
            ft.Text(title, size=28, weight=BOLD, color=ink, text_align=_MIDDLE),
            ft.Text(body, size=16, color=C.ink, text_align=_MIDDLE),
        ],
        spacing=12,
        horizontal_alignment=_CENTER,
        alignment=ft.MainAxisAlignment.CENTER,
        expand=True,
    )
    width = min(_ACTIONS_MOST, (ft.context.page.width or _ACTIONS_MOST) - 48)
    buttons = Stack(*actions, spacing=10, width=width)
    column = ft.Column([words, *([buttons] if actions else [])], spacing=10, expand=True, horizontal_alignment=_CENTER)
    box = ft.Container(column, bgcolor=paper, padding=24, expand=True, alignment=ft.Alignment.CENTER)
    return ft.Semantics(content=box, live_region=True, container=True, expand=True)


def DraftNotice(on_discard: Callable[[], None]) -> ft.Control:
    """Says that an interrupted entry came back, and offers to start over."""
    return ft.Row(
        [
            ft.Icon(ft.Icons.RESTORE_ROUNDED, size=18, color=C.ink2),
            ft.Container(Meta(t("common.draft_restored")), expand=True),
            TextLink(t("common.draft_discard"), on_discard, color=C.ink2),
        ],
        spacing=8,
    )


def ConflictNotice(on_mine: Handler, on_theirs: Handler) -> ft.Control:
    """Somebody else saved first: nothing typed is lost, and whose words stay is asked."""
    ink, paper, icon = TONES[Tone.warning]
    head = ft.Row([ft.Icon(icon, size=20, color=ink), Heading(t("common.conflict"), size=Size.body, color=ink, expand=True)], spacing=10)
    choices: list[ft.Control] = [TextLink(t("common.conflict_mine"), on_mine), TextLink(t("common.conflict_theirs"), on_theirs)]
    lines: list[ft.Control] = [head, Meta(t("common.conflict_body"), max_lines=4), ft.Row(choices, wrap=True, spacing=4, run_spacing=0)]
    box = ft.Container(
        Stack(*lines, spacing=4),
        bgcolor=paper,
        border=line(ink),
        border_radius=Radius.card,
        padding=14,
    )
    return ft.Semantics(content=box, live_region=True, container=True)
