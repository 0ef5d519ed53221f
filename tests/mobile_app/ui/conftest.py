"""A Flet session without Flutter: components render, effects run, events are dispatched."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import flet as ft
import msgpack
import pytest_asyncio
from flet.components.component import Component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page
from flet.messaging.connection import Connection
from flet.messaging.protocol import (
    Message,
    MessageAction,
    RegisterClientResponseBody,
    configure_encode_object_for_msgpack,
)
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from mobile_app.core.i18n import set_language
from mobile_app.ui import environment, hooks
from tests.mobile_app.ui.client import DIALOGS, Client, Node


class SilentConnection(Connection):
    """Stands where Flutter would: takes messages, answers none.

    It encodes them as a real one does, since that is when new components render.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.pubsubhub = PubSubHub(loop=self.loop)
        self.sent: list[Any] = []
        self.client = Client()

    def send_message(self, message: Any) -> None:
        encode = configure_encode_object_for_msgpack(BaseControl)
        self.sent.append(msgpack.packb([message.action, message.body], default=encode))
        self.client.receive(self.sent[-1])

    def dispose(self) -> None:
        pass


class Screen:
    """What a person could do with the tree a component renders."""

    def __init__(self, session: Session, connection: SilentConnection) -> None:
        self.session = session
        self.connection = connection
        self.page = session.page
        self._sent: list[Any] = []

    async def show(self, component: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        _context_page.set(self.page)
        self.page.render(component, *args, **kwargs)
        await self.settle()

    async def settle(self, turns: int = 12) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    async def drawn(self) -> None:
        """What follows the first frame is there too."""
        await asyncio.sleep(hooks.DRAWN_SECONDS + 0.1)
        await self.settle()

    def controls(self) -> Iterator[BaseControl]:
        roots = [*self.page.views[0].controls] if isinstance(self.page.views[0].controls, list) else [self.page.views[0].controls]
        for root in [*roots, *self.page._dialogs.controls]:
            yield from _walk(root)

    @property
    def texts(self) -> list[str]:
        """What stands on the screen, and what was said last."""
        word = environment.current().word
        return [*(c.value for c in self.controls() if isinstance(c, ft.Text)), *([word.text] if word else [])]

    def labels(self) -> list[str]:
        return [c.label for c in self.controls() if isinstance(c, ft.Semantics) and c.label]

    def find(self, kind: type, *, having: str = "") -> Any:
        """The innermost `kind` that shows, says or hints `having`."""
        found = [c for c in self.controls() if isinstance(c, kind) and having in _said(c)]
        return min(found, key=_size)

    async def click(self, text: str) -> None:
        """Tap the smallest tappable thing showing or called `text`."""
        called = [c for c in self.controls() if text in _said(c) and _tappable(c)]
        target = _tappable(min(called, key=_size))
        await self.session.dispatch_event(target._i, "click", None)
        await self.settle()

    @property
    def client(self) -> Client:
        return self.connection.client

    async def tap(self, text: str) -> None:
        """As `click`, on what the client has: it knows nothing else."""
        await self.tell(self.client.tappable(text), "click")

    async def write(self, field: Node, value: str) -> None:
        """Type in a field of the client's."""
        self.client_changes(field, value)
        await self.tell(field, "change", value)

    def client_changes(self, field: Node, value: str) -> None:
        field["value"] = value
        self.session.apply_patch(field["_i"], {"value": value})

    async def dismiss(self, kind: str) -> None:
        """The last dialog of this kind goes away by itself, or by a tap beside it."""
        dialog = next(d for d in reversed(self.client.dialogs) if d["_c"] == kind)
        dialog["open"] = False
        self.session.apply_patch(dialog["_i"], {"open": False})
        await self.tell(dialog, "dismiss")

    async def gone(self) -> None:
        """The client tells that what the app closed has left the screen."""
        for dialog in list(self.client.page["_dialogs"].get("controls", [])):
            if dialog["_c"] in DIALOGS and not dialog.get("open"):
                await self.tell(dialog, "dismiss")

    def send(self, node: Node, event: str, data: Any = None) -> None:
        """As the connection does: each event a task of its own, while the next message is read."""
        self._sent.append(asyncio.ensure_future(self.session.dispatch_event(node["_i"], event, data)))

    async def tell(self, node: Node, event: str, data: Any = None) -> None:
        await self.session.dispatch_event(node["_i"], event, data)
        await self.settle()

    async def type(self, field: ft.TextField, value: str) -> None:
        self.session.apply_patch(field._i, {"value": value})
        await self.session.dispatch_event(field._i, "change", value)
        await self.settle()


def _children(control: Any) -> Iterator[Any]:
    if isinstance(control, Component):
        body = control._b
        yield from body if isinstance(body, list) else [body] if body is not None else []
        return
    for name in ("content", "controls", "actions", "title", "icon", "items", "suffix_icon"):
        value = getattr(control, name, None)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, BaseControl):
                yield item


def _walk(control: Any) -> Iterator[BaseControl]:
    yield control
    for child in _children(control):
        yield from _walk(child)


def _size(control: Any) -> int:
    return sum(1 for _ in _walk(control))


def _tappable(control: Any) -> Any:
    return next((c for c in _walk(control) if getattr(c, "on_click", None)), None)


def _said(control: Any) -> str:
    parts = []
    for part in _walk(control):
        for name in ("value", "label", "tooltip", "content", "hint_text", "semantics_label"):
            value = getattr(part, name, None)
            if isinstance(value, str):
                parts.append(value)
    return " | ".join(parts)


@pytest_asyncio.fixture
async def screen() -> AsyncIterator[Screen]:
    connection = SilentConnection()
    session = Session(connection)
    session.apply_page_patch({"width": 390.0, "height": 844.0})
    _context_page.set(session.page)
    set_language("fr")
    made = Screen(session, connection)
    environment.install(session.page)
    hello = RegisterClientResponseBody(session_id=session.id, page_patch=session.get_page_patch(), error="")
    connection.send_message(Message(MessageAction.REGISTER_CLIENT, hello))
    yield made
    session.close()
    await made.settle()
