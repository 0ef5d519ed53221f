"""What the button of a notification asks for (`/jobs/…?do=start`): the app does it as if it were tapped here, network or not, once."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import flet as ft

from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, use_client
from mobile_app.ui.address import here, replace
from mobile_app.ui.hooks import use_environment, use_live

Doing = Callable[[Client, str, str], Awaitable[None]]
"""Given the path of what it is about, and the id of the notice."""
DOINGS: dict[str, Doing] = {}


def does(name: str) -> Callable[[Doing], Doing]:
    def register(doing: Doing) -> Doing:
        DOINGS[name] = doing
        return doing

    return register


def use_doing() -> None:
    """The address forgets it first: a reload does nothing twice. The doing outlives the address that asked for it."""
    client = use_client()
    ft.use_route_location()
    use_live(use_environment().address)
    address = here()

    def begin() -> None:
        doing, notice, path = DOINGS.get(asked("do")), asked("notice"), urlsplit(address).path
        if asked("do"):
            replace(path)
        if doing is not None:
            ft.context.page.run_task(doing, client, path, notice)

    ft.use_effect(begin, [address])
