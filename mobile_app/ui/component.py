# ruff: noqa: SLF001 - Flet is pinned, and only its inside lets us hold on to a component
"""`@component`: a Flet component that cannot take the rest of the screen down with it.

A component that raises while re-rendering kills the session's update loop without a
word. Ours shows a calm card with "try again" in its place, and reports.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

import flet as ft
from flet.components.component import Component
from flet.components.hooks.use_effect import EffectHook
from flet.components.utils import current_component

from mobile_app.core.errors import ClientError
from mobile_app.core.i18n import t
from mobile_app.ui.theme import SEMIBOLD, C, Radius, Size, line

Report = Callable[[str, BaseException], None]
logger = logging.getLogger("etabli.ui")


def _log(where: str, error: BaseException) -> None:
    """To the console of the browser, as an error; what a screen itself says of the network is none."""
    if isinstance(error, ClientError):
        logger.info("%s: %s", where, error)
    else:
        logger.error("%s failed", where, exc_info=error)


class _Reporter:
    report: Report = staticmethod(_log)


def report_errors_to(report: Report) -> None:
    """Send what error boundaries and `use_async` catch to `report(where, error)`."""
    _Reporter.report = staticmethod(report)


def report_error(where: str, error: BaseException) -> None:
    _Reporter.report(where, error)


_OWN_HOOKS: Final = 1


def component(fn: Callable[..., Any]) -> Callable[..., ft.Control]:
    """Turn a function into a guarded component; callers may pass `key=`."""

    @wraps(fn)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        this = current_component()
        _, set_attempt = ft.use_state(0)
        known = len(this._state.hooks)

        def retry(_: object) -> None:
            _forget_state(this)
            set_attempt(lambda attempt: attempt + 1)

        try:
            body = fn(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - this is the boundary
            report_error(fn.__qualname__, error)
            return _broken_card(retry)
        _start_late_effects(this, known)
        return body

    return ft.component(guarded)


def memo(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A component drawn again only when an argument changes: for rows, with steady callbacks."""
    return cast("Callable[..., Any]", cast("Any", ft.memo)(fn))


def _start_late_effects(this: Component, known: int) -> None:
    """Run effects first met after mounting, which Flet would leave waiting for ever.

    A body that raised before reaching them, then recovered, gets here. Those without
    dependencies run after every render anyway.
    """
    if not this._state.mounted:
        return
    for hook in this._state.hooks[known:]:
        if isinstance(hook, EffectHook) and hook.deps is not None:
            this._schedule_effect(hook)


def _forget_state(this: Component) -> None:
    """Drop the body's hooks: what broke it may be what it remembers."""
    own, rest = this._state.hooks[:_OWN_HOOKS], this._state.hooks[_OWN_HOOKS:]
    for hook in rest:
        if isinstance(hook, EffectHook) and callable(hook.cleanup):
            this._schedule_effect(hook, is_cleanup=True)
    this._state.hooks[:] = own


def _broken_card(retry: Callable[[object], None]) -> ft.Control:
    words = ft.Column(
        expand=True,
        spacing=2,
        tight=True,
        controls=[
            ft.Text(t("common.broken_title"), weight=SEMIBOLD),
            ft.Text(t("common.broken_body"), size=Size.meta, color=C.ink2),
            ft.TextButton(
                t("common.try_again"),
                height=Size.target,
                style=ft.ButtonStyle(padding=0, alignment=ft.Alignment.CENTER_LEFT),
                on_click=retry,
            ),
        ],
    )
    return ft.Container(
        bgcolor=C.surface,
        border=line(),
        border_radius=Radius.card,
        padding=ft.Padding(left=16, top=16, right=16, bottom=4),
        content=ft.Row(
            spacing=12,
            vertical_alignment=ft.CrossAxisAlignment.START,
            controls=[ft.Icon(ft.Icons.HEALING_ROUNDED, color=C.ink2, size=24), words],
        ),
    )
