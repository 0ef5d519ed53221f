# ruff: noqa: SLF001 - Flet is pinned, and only its inside lets us hold on to a component
"""What the device is like just now: width, text size, motion, keyboard; one per page.

`install(page)` is called once by the app. Hooks find it through the page they render on,
so that no component receives the page.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import flet as ft
from flet.components.utils import _CURRENT_RENDERER
from pydantic import ValidationError

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import t, translator
from mobile_app.ui import toasts
from mobile_app.ui.browser import Address, Pointer
from mobile_app.ui.component import report_error
from shared_models.validation import field_problems

_STORE_KEY: Final = "ui.environment"
BIG_TEXT: Final = 1.4
RULER: Final = 40
BAR: Final = 94
_TO_DRAW: Final = 0.2


class Breakpoint(IntEnum):
    """Ordered by width, so `breakpoint >= Breakpoint.tablet` reads well."""

    phone = 0
    tablet = 600
    laptop = 900
    """A tablet held sideways, a small laptop, a screen at 150 %: room for a table, or for a list beside what is opened from it."""
    desktop = 1200

    @classmethod
    def of(cls, width: float) -> "Breakpoint":
        return max(b for b in cls if width >= b)


Action = Callable[[], Awaitable[None] | None]


@dataclass(eq=False)
class Shortcut:
    """`keys` as shown to people: "/", "?", "J", "Enter", "Escape", "Ctrl+K"."""

    keys: str
    label: str
    action: Action
    layer: int = 0
    """How many dialogs were open when it came: under another one it is silent."""


@dataclass(eq=False)
class Layout(ft.Observable):
    """Changes only when a layout must: not on each pixel of a resize."""

    breakpoint: Breakpoint = Breakpoint.phone
    text_scale: float = 1
    """How much larger than designed people asked text to be; the shell measures it."""
    bottom_inset: float = 0
    """What the system covers below (home indicator); the app sets it when it learns it."""


@dataclass(eq=False)
class Environment:
    page: ft.Page
    layout: Layout = field(default_factory=Layout)
    reduced_motion: bool = False
    has_touch: bool = False
    """Whether a finger does the pointing."""
    is_bare: bool = False
    """Whether the shell shows no navigation just now."""
    typing: set[Any] = field(default_factory=set)
    menu: object | None = None
    """The one that is open, the last to say so: the keys are its own."""
    shortcuts: list[Shortcut] = field(default_factory=list)
    word: toasts.Word | None = None
    address: Address = field(default_factory=Address)
    pointer: Pointer = field(default_factory=Pointer)
    wrong: set[int] = field(default_factory=set)
    """The fields of the screen with which something is wrong."""
    body: ft.ListView | None = None
    """What scrolls."""
    lists: dict[str, str] = field(default_factory=dict)
    """By its path, how each list was left."""
    scrolled: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    """By the path of its page and its name, at which address something was scrolled, and how far; forgotten where one goes anew."""
    footer: float = 0
    """How high the actions at the foot of the page are."""

    def resized(self, *_: object) -> None:
        self.layout.breakpoint = Breakpoint.of(self.page.width or 0)

    def covered(self, media: ft.PageMediaData) -> None:
        self.layout.bottom_inset = max(self.layout.bottom_inset, media.view_padding.bottom)

    async def key_pressed(self, event: ft.KeyboardEvent) -> None:
        pressed = _name_of(event)
        if self.menu is not None:
            if pressed == "Escape":  # closes any; of one that scrolled out of sight meanwhile nobody says so
                self.menu = None
            return
        if self.typing and pressed != "Escape" and "+" not in pressed[:-1]:
            return
        found = next((s for s in reversed(self.shortcuts) if s.keys == pressed and s.layer >= self.dialogs), None)
        if found is not None:
            waiting = found.action()
            if waiting is not None:
                await waiting

    @property
    def dialogs(self) -> int:
        """How many are open."""
        return sum(1 for dialog in self.page._dialogs.controls if dialog.open)

    async def ask_for_motion(self) -> None:
        try:
            features = await ft.SemanticsService().get_accessibility_features()
        except (RuntimeError, TimeoutError):
            return  # The page closed before it answered.
        self.reduced_motion = features.disable_animations or features.reduce_motion

    @property
    def has_big_text(self) -> bool:
        """Past this, what stood side by side goes on lines of its own."""
        return self.layout.text_scale >= BIG_TEXT

    def measured(self, height: float) -> None:
        """The ruler's height, which is `RULER` at the designed text size."""
        self.layout.text_scale = max(1.0, round(height / RULER, 1))

    def fixed(self, size: float, most: float = 1.25) -> float:
        """A text size that grows at most `most` times: for bars that cannot."""
        scale = self.layout.text_scale
        return size * min(scale, most) / scale

    @property
    def bar(self) -> float:
        """How high a phone's bar is, with the scan button that rises out of it."""
        return BAR if self.layout.breakpoint == Breakpoint.phone and not self.is_bare else 0

    async def show_what_is_wrong(self) -> None:
        """Bring the first field with which something is wrong into sight, once it says so."""
        await asyncio.sleep(_TO_DRAW)
        if self.wrong and self.body is not None and not self.dialogs:
            await self.body.scroll_to(scroll_key=f"field-{min(self.wrong)}", duration=self.motion(200))

    def motion(self, milliseconds: int) -> int:
        """The duration to use: none when the system asks for reduced motion."""
        return 0 if self.reduced_motion else milliseconds


_SHIFTED: Final = {"/": "?"}
_NAMES: Final = {" ": "Space", "Numpad Enter": "Enter", "Open": "Enter", ",": ","}


def _name_of(event: ft.KeyboardEvent) -> str:
    key = _NAMES.get(event.key, event.key)
    key = key.upper() if len(key) == 1 else key
    if event.shift:
        key = _SHIFTED.get(key, key)
    return f"Ctrl+{key}" if event.ctrl or event.meta else key


def install(page: ft.Page) -> Environment:
    """Start following the page's size, keyboard and motion setting."""
    environment = Environment(page)
    environment.resized()
    page.session.store.set(_STORE_KEY, environment)
    page.on_resize = environment.resized
    page.on_media_change = environment.covered
    page.on_keyboard_event = environment.key_pressed
    page.run_task(environment.ask_for_motion)
    _keep_drawing(page.session)
    _draw_before_telling(page.session)
    _tap_once(page.session)
    _survive(environment)
    bridge.on("pointer", environment.pointer.told)
    bridge.on("toast.undo", lambda message: toasts.undo_last(environment, message))
    return environment


def _keep_drawing(session: Any) -> None:
    """Start the session's update loop again when something has ended it.

    Flet checks controls after a component has returned them, out of reach of any boundary:
    one invalid property would freeze every screen.
    """
    plain = session.schedule_update

    def schedule_update(control: object) -> None:
        plain(control)
        loop = session._Session__updates_task
        if loop is not None and loop.done():
            error = None if loop.cancelled() else loop.exception()
            if error is not None:
                report_error("update loop", error)
            session.start_updates_scheduler()

    session.schedule_update = schedule_update


_TURNS: Final = 50


def _draw_before_telling(session: Any) -> None:
    """Tell an event once what the earlier ones changed is drawn.

    A tap read together with the letters typed just before it would reach the handler drawn before
    these, which knows nothing of them.
    """
    plain = session.dispatch_event
    order = asyncio.Lock()

    async def dispatch_event(control_id: int, name: str, data: object) -> None:
        async with order:
            for _ in range(_TURNS):
                if not session._Session__pending_updates:
                    break
                await asyncio.sleep(0)
        await plain(control_id, name, data)

    session.dispatch_event = dispatch_event


_ONE_TAP: Final = 3.0
"""Seconds after which a tap counts again, though what the one before has begun still goes on."""


def _tap_once(session: Any) -> None:
    """A tap on what is at work already is an impatient thumb's: it would do the same once more."""
    plain = session.dispatch_event
    at_work: dict[int, float] = {}

    async def dispatch_event(control_id: int, name: str, data: object) -> None:
        if name != "click":
            await plain(control_id, name, data)
        elif time.monotonic() >= at_work.get(control_id, 0):
            at_work[control_id] = time.monotonic() + _ONE_TAP
            try:
                await plain(control_id, name, data)
            finally:
                at_work.pop(control_id, None)

    session.dispatch_event = dispatch_event


def _survive(environment: Environment) -> None:
    """What raises in a handler or an effect is said and reported: Flet would put its traceback in the place of the app.

    What was entered may come to no command; then it is said why, at once.
    """

    def error(message: str) -> None:
        words, cause = t("common.failed"), sys.exception()
        if isinstance(cause, ValidationError):
            words = field_problems(cause.errors(), translator())[0].message
        else:
            report_error("handler", RuntimeError(message))
        toasts.say(environment, words)

    environment.page.session.error = error  # type: ignore[method-assign]


def current() -> Environment:
    """The environment of this page; a component that asks renders again when its layout changes."""
    page = ft.context.page
    known = page.session.store.get(_STORE_KEY)
    found = known if isinstance(known, Environment) else install(page)
    _follow(found.layout)
    return found


def quick() -> ft.AnimationStyle:
    """Of what comes and goes over a page."""
    motion = current().motion(180)
    return ft.AnimationStyle(duration=motion, reverse_duration=motion)


AT_ONCE: Final = ft.AnimationStyle.no_animation()
"""Of menus: until one is away nobody sees what it did, and Flutter fades each item on a layer as large as the screen."""


def _follow(layout: Layout) -> None:
    renderer = _CURRENT_RENDERER.get()
    if renderer is None or not renderer._render_stack:
        return
    component = renderer._render_stack[-1]
    if not any(getattr(s, "follows", None) is layout for s in component._state.observable_subscriptions):
        subscription = component._attach_observable_subscription(layout)
        subscription.follows = layout
