"""How a component reaches the client and moves about, without being handed either."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import flet as ft

from mobile_app.core.tables import Table
from mobile_app.domain.client import Client
from mobile_app.ui.address import Opener, go, go_back, here
from mobile_app.ui.hooks import use_live, use_provided
from shared_models.base import EntityRow

__all__ = ["ClientContext", "arrived", "asked", "asker", "go", "go_back", "id_of", "opener", "use_client", "use_tables"]
ClientContext = ft.create_context(cast("Client", None))
"""Provided once around the app: `ClientContext(client, lambda: App())`."""


def use_client() -> Client:
    return use_provided(ClientContext)


def use_tables(*tables: str | type[EntityRow]) -> Client:
    """The client, rendering again when one of its tables (`"equipment"`, or `EquipmentRow`) changes."""
    client = use_client()
    for table in tables:
        use_live(getattr(client.tables, table) if isinstance(table, str) else client.tables[table])
    return client


def opener(route: str) -> Opener:
    """A handler that moves to `route`."""
    return Opener(route)


def id_of(part: str) -> UUID:
    """The id that a part of the address is; one that nothing has, where it is none."""
    try:
        return UUID(part)
    except ValueError:
        return UUID(int=0)


def asked(name: str) -> str:
    """What the address says of `name` behind its question mark; empty when it says nothing."""
    return parse_qs(urlsplit(here()).query).get(name, [""])[0]


def asker() -> str:
    """The place of the app that sent here for something, and waits for it (`?next=/equipment/new`); empty when none does."""
    place = asked("next")
    return place if re.match(r"/[a-z]", place) else ""


async def arrived(client: Client, table: Table[Any], is_there: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until the device holds what the server has just taken, so that it is seen and can be picked.

    After `seconds` go on without: a later round brings it.
    """
    here = asyncio.Event()
    stop = table.subscribe(lambda *_: here.set() if is_there() else None)
    try:
        await client.sync.now()
        if not is_there():
            await asyncio.wait({asyncio.ensure_future(here.wait())}, timeout=seconds)
    finally:
        stop()
        here.set()
