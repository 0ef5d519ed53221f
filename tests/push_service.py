"""A push service of our own: it checks who speaks (RFC 8292), decrypts what is said (RFC 8291), and answers as its path says.

    async with push_service() as service:
        browser = service.browser()              # a subscription, with its keys
        browser.endpoint, browser.p256dh, browser.auth
        await send(…)
        service.messages[0].said                 # what the browser would have read

A browser's answers are those of its script: `service.browser("410")`, `service.browser("429:120", "201")`, the last one for ever.
`redirect`, `slow` (a body that does not end) and `silent` (no answer) are others.
"""

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import http_ece
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

DAY = 86_400
MOST_BYTES = 4_096
EDGE = """(() => {
  const given = BROWSERS;
  const held = () => given[localStorage.getItem("browser")] ?? null;
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)).buffer;
  const subscription = () => held() && {
    endpoint: held().endpoint,
    options: { applicationServerKey: bytes(localStorage.getItem("key")) },
    getKey: (name) => bytes(held()[name]),
    unsubscribe: async () => (localStorage.removeItem("browser"), true),
  };
  PushManager.prototype.getSubscription = async () => subscription();
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    const next = Number(localStorage.getItem("next") ?? 0);
    localStorage.setItem("next", next + 1);
    localStorage.setItem("browser", next);
    localStorage.setItem("key", applicationServerKey);
    return subscription();
  };
})()"""


def letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Browser:
    """Keeps the private half of what it subscribes with. `key`: the only one it takes messages of, once it is set."""

    name: str
    origin: str
    script: list[str]
    most: int = MOST_BYTES
    key: str | None = None
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def endpoint(self) -> str:
        return f"{self.origin}/send/{self.name}"

    @property
    def p256dh(self) -> str:
        return letters(self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return letters(self.secret)

    def asked(self, public_key: str, **more: Any) -> dict[str, Any]:
        """As the app tells the server."""
        return {"endpoint": self.endpoint, "p256dh": self.p256dh, "auth": self.auth, "public_key": public_key, **more}


@dataclass(frozen=True)
class Message:
    browser: Browser
    answer: str
    said: dict[str, Any]
    size: int
    ttl: int
    urgency: str
    topic: str
    claims: dict[str, Any]


def edge_of(browsers: Sequence[Browser]) -> str:
    """For a page: its `PushManager` hands out these, one after the other, instead of asking its maker's push service."""
    told = [{"endpoint": each.endpoint, "p256dh": each.p256dh, "auth": each.auth} for each in browsers]
    return EDGE.replace("BROWSERS", json.dumps(told))


class PushService:
    """`origin` is where it is served."""

    def __init__(self, origin: str = "") -> None:
        self.origin = origin
        self.browsers: dict[str, Browser] = {}
        self.messages: list[Message] = []
        self.faults: list[str] = []
        self.app = Starlette(routes=[Route("/send/{name}", self.receive, methods=["POST"])])

    def browser(self, *script: str, **more: Any) -> Browser:
        browser = Browser(os.urandom(6).hex(), self.origin, list(script or ["201"]), **more)
        self.browsers[browser.name] = browser
        return browser

    @property
    def shown(self) -> list[Message]:
        """What was taken."""
        return [message for message in self.messages if message.answer == "201"]

    async def receive(self, request: Request) -> Response:
        browser, body = self.browsers[request.path_params["name"]], await request.body()
        try:
            claims = self.claims_of(request, browser)
        except (AssertionError, ValueError, KeyError) as fault:
            self.faults.append(str(fault))
            return Response(str(fault), 403)
        answer = browser.script[0] if len(browser.script) == 1 else browser.script.pop(0)
        answer = "413" if len(body) > browser.most else answer
        self.messages.append(self.message(request, browser, body, claims, answer))
        return await self.answered(answer)

    def claims_of(self, request: Request, browser: Browser) -> dict[str, Any]:
        """As strict as the strictest of them."""
        scheme, _, given = request.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in given.split(","))
        assert scheme == "vapid", scheme
        assert browser.key in {None, parts["k"]}, "VapidPkHashMismatch"
        claims: dict[str, Any] = jwt.decode(parts["t"], parts["k"])
        assert claims["aud"] == self.origin, "aud"
        assert time.time() < claims["exp"] <= time.time() + DAY, "exp"
        assert claims["sub"].startswith(("mailto:", "https://")), "sub"
        assert "." in claims["sub"], "sub"
        assert request.headers["content-encoding"] == "aes128gcm", "content-encoding"
        return claims

    def message(self, request: Request, browser: Browser, body: bytes, claims: dict[str, Any], answer: str) -> Message:
        plain = http_ece.decrypt(body, private_key=browser.private, auth_secret=browser.secret, version="aes128gcm")
        headers = request.headers
        return Message(
            browser, answer, json.loads(plain), len(body), int(headers["ttl"]), headers["urgency"], headers["topic"], claims
        )  # fmt: skip

    async def answered(self, answer: str) -> Response:
        status, _, wait = answer.partition(":")
        match status:
            case "redirect":
                return Response(status_code=307, headers={"location": f"{self.origin}/send/{next(iter(self.browsers))}"})
            case "slow":
                return StreamingResponse(dripping(), 201)
            case "silent":
                await asyncio.sleep(60)
        return Response(status_code=int(status), headers={"retry-after": wait} if wait else {})


async def dripping() -> AsyncIterator[bytes]:
    for _ in range(600):
        yield b"."
        await asyncio.sleep(0.1)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        service = PushService(f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(service.app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server._serve(sockets=[listener]))  # its `serve` would take this process's signals
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield service
        finally:
            server.should_exit = server.force_exit = True
            with suppress(asyncio.CancelledError):
                await serving


def closed_port() -> int:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
