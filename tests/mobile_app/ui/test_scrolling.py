"""What was scrolled is found where it was left, and begins anew where one goes there anew."""

import asyncio
from typing import Any

import flet as ft
import msgpack
import pytest
from flet.messaging.protocol import MessageAction, decode_ext_from_msgpack

from mobile_app.ui import address
from mobile_app.ui.component import component
from mobile_app.ui.shell import Page
from mobile_app.ui.text import Body
from tests.mobile_app.ui.conftest import Screen


def scrolled_to(screen: Screen) -> list[float]:
    sent = [msgpack.unpackb(each, ext_hook=decode_ext_from_msgpack, strict_map_key=False) for each in screen.connection.sent]
    asked = [body for action, body in sent if action == MessageAction.INVOKE_METHOD.value]
    return [body["args"]["offset"] for body in asked if body["name"] == "scroll_to"]


async def test_a_list_stands_where_it_was_left(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(screen.page), "navigate", lambda *_, **__: None)

    @component
    def Listed(route: str) -> ft.Control:
        return Page(*(Body(f"{route} {number}") for number in range(60)))

    async def at(route: str, move: Any) -> None:
        move(route)
        screen.page.route = route
        await screen.show(lambda: Listed(route, key=f"{route}{len(screen.connection.sent)}"))
        await asyncio.sleep(0.1)
        await screen.settle(20)

    async def scroll(pixels: float) -> None:
        told = {"event_type": "update", "pixels": pixels, "min_scroll_extent": 0, "max_scroll_extent": 9_000, "viewport_dimension": 700}
        await screen.session.dispatch_event(screen.find(ft.ListView)._i, "scroll", told)

    await at("/jobs", address.go)
    await scroll(1_200)
    await at("/jobs/1", address.go)
    await at("/jobs", address.go_back)
    assert scrolled_to(screen) == [1_200]
    await at("/jobs/1", address.go)
    await at("/jobs", address.go)
    assert scrolled_to(screen) == [1_200]
