"""What scrolls, and stands where it was left when one comes back to it: by the browser's Back as by an arrow of the page."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import flet as ft

from mobile_app.ui import environment
from mobile_app.ui.address import here
from mobile_app.ui.component import component
from mobile_app.ui.hooks import Box, use_box

OFTEN: Final = 150
"""Milliseconds between two words of how far it is scrolled."""
_TRIES: Final = 12
_PAUSE: Final = 0.05
"""Seconds, again and again until the list is on the screen and has moved."""


def comes_back(name: str) -> bool:
    """Whether what is called so was left scrolled at this address."""
    address, offset = _left(name)
    return bool(offset) and address == here()


def how_far(name: str) -> float:
    """How far what is called so is scrolled, whatever is asked of it since."""
    return _left(name)[1]


def _left(name: str) -> tuple[str, float]:
    return environment.current().scrolled.get((urlsplit(here()).path, name), ("", 0.0))


def use_scroll_place(view: Box[ft.ListView | None], name: str) -> Callable[[ft.OnScrollEvent], None]:
    """A hook: remembers how far `view` is scrolled, and brings it back there once it is shown again at the same address.

    `name` tells it from what else scrolls on its page.
    """
    env = environment.current()
    place = urlsplit(here()).path, name
    has_moved = use_box(lambda: False)

    async def come_back() -> None:
        for _ in range(_TRIES if comes_back(name) else 0):
            await asyncio.sleep(_PAUSE)
            if has_moved.current or view.current is None:
                return
            with suppress(TimeoutError, RuntimeError):
                await view.current.scroll_to(offset=env.scrolled[place][1], duration=0)

    def keep(event: ft.OnScrollEvent) -> None:
        has_moved.current = True
        env.scrolled[place] = (here(), event.pixels)

    ft.use_effect(come_back, [], cleanup=lambda: None)
    return keep


@component
def Scrolling(controls: Sequence[ft.Control], *, is_body: bool = False, **more: Any) -> ft.Control:
    """A list whose rows are built as they come into view; `is_body`: the one of its page."""
    view: Box[ft.ListView | None] = use_box(lambda: None)
    keep = use_scroll_place(view, "body" if is_body else "list")
    view.current = ft.ListView(list(controls), expand=True, on_scroll=keep, scroll_interval=OFTEN, **more)
    if is_body:
        environment.current().body = view.current
    return view.current
