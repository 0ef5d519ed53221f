import asyncio
from typing import Any

import pytest

from mobile_app.core.bridge import Bridge, BridgeError, MemoryChannel, Message


class Page:
    """Plays the page: answers requests with what it was told to."""

    def __init__(self, **answers: Any) -> None:
        self.channel = MemoryChannel(self.receive)
        self.answers = answers
        self.asked: list[Message] = []

    def receive(self, message: Message) -> None:
        self.asked.append(message)
        answer = self.answers.get(message["method"].replace(".", "_"))
        if answer is not None:
            self.channel.from_page({"id": message["id"], "kind": "response", "method": message["method"], **answer})

    def emit(self, name: str, params: Any) -> None:
        self.channel.from_page({"id": 0, "kind": "event", "method": name, "params": params})


def connected(**answers: Any) -> tuple[Bridge, Page]:
    bridge, page = Bridge(), Page(**answers)
    bridge.connect(page.channel)
    return bridge, page


class TestBridge:
    async def test_request_gets_the_answer_with_its_number(self) -> None:
        bridge, page = connected(scan_open={"result": {"text": "ABCD2345"}})
        assert await bridge.request("scan.open", {"texts": {}}) == {"text": "ABCD2345"}
        assert page.asked[0] | {"id": 0} == {"id": 0, "kind": "request", "method": "scan.open", "params": {"texts": {}}}

    async def test_refusal_carries_its_code(self) -> None:
        bridge, _ = connected(badge_set={"error": {"code": "unknown_method", "detail": "badge.set"}})
        with pytest.raises(BridgeError, match=r"badge\.set") as refused:
            await bridge.request("badge.set")
        assert refused.value.code == "unknown_method"

    async def test_silence_ends(self) -> None:
        bridge, page = connected()
        with pytest.raises(TimeoutError):
            await bridge.request("locale", timeout_seconds=0.01)
        page.channel.from_page({"id": page.asked[0]["id"], "kind": "response", "method": "locale", "result": {}})  # too late, no harm

    async def test_events_reach_handlers_until_stopped(self) -> None:
        bridge, page = connected()
        heard: list[Any] = []

        async def later(params: Any) -> None:
            await asyncio.sleep(0)
            heard.append(("async", params["online"]))

        stop = bridge.on("online", lambda params: heard.append(("sync", params["online"])))
        bridge.on("online", later)
        page.emit("online", {"online": False})
        await asyncio.sleep(0.01)
        stop()
        page.emit("theme", {"dark": True})
        page.emit("online", {"online": True})
        await asyncio.sleep(0.01)
        assert heard == [("sync", False), ("async", False), ("async", True)]
