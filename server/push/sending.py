"""To the push services: encrypted for the browser (RFC 8291), signed with our key (RFC 8292), by one shared client."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from uuid import UUID

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from pywebpush import WebPusher
from yarl import URL

from server.core.clock import now
from server.core.retrying import wait_of
from server.core.settings import Settings
from server.push.hosts import is_allowed, is_of_operator
from server.push.keys import SIGNED_FOR, Key
from server.push.messages import Delivery

PATIENCE = aiohttp.ClientTimeout(total=20, connect=10)
ENDING_SECONDS = 2
"""The status is all that counts: whoever goes on talking is not listened to for long."""
MOST_READ = 1_000
AT_ONCE = 128
LONGEST_TTL = timedelta(days=28)


@dataclass(frozen=True)
class Receiver:
    endpoint: str
    p256dh: str
    auth: str

    @property
    def audience(self) -> str:
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Answer:
    """`status` 0: none has come. `is_reached`: somebody was there at all."""

    status: int
    said: str = ""
    wait: timedelta | None = None
    is_reached: bool = True


class Guarded(AbstractResolver):
    """A name that leads into the plant is followed only where the operator has named it: the endpoint was a client's to choose."""

    def __init__(self, own: frozenset[str], named: tuple[str, ...]) -> None:
        self._asking = aiohttp.DefaultResolver()
        self._own, self._named = own, named

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found: list[ResolveResult] = await self._asking.resolve(host, port, family)
        is_own = host in self._own or is_of_operator(host, self._named)
        if not is_own and not all(ip_address(each["host"].partition("%")[0]).is_global for each in found):
            raise OSError(f"{host} is no host of the internet here")
        return found

    async def close(self) -> None:
        await self._asking.close()


class Sender:
    """Nothing it is asked raises: what went wrong is the answer."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._named, self._subject = settings.push_hosts, settings.vapid_subject
        self._signed: dict[tuple[UUID, str], tuple[str, datetime]] = {}

    async def send(self, to: Receiver, key: Key, message: bytes, how: Delivery, left: timedelta) -> Answer:
        if not is_allowed(to.endpoint, self._named):
            return Answer(0, "not on the list of push services", is_reached=False)
        body = WebPusher({"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}}).encode(message)["body"]
        headers = {
            "Authorization": self._authorization(key, to.audience),
            "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
            "TTL": str(max(0, int(min(left, LONGEST_TTL).total_seconds()))), "Urgency": how.urgency, "Topic": how.topic,
        }  # fmt: skip
        return await self._post(to.endpoint, body, headers)

    async def _post(self, endpoint: str, body: bytes, headers: dict[str, str]) -> Answer:
        url = URL(endpoint, encoded=True)
        try:
            proxy = None if is_of_operator(url.host or "", self._named) else proxy_to(url.host or "")
            async with self._http.post(url, data=body, headers=headers, allow_redirects=False, proxy=proxy) as answer:
                return Answer(answer.status, await _said(answer), wait_of(answer.headers.get("Retry-After", "")))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as error:
            is_reached = isinstance(error, aiohttp.ClientConnectorCertificateError)
            return Answer(0, f"{type(error).__name__}: {error}", is_reached=is_reached)
        except (aiohttp.ClientError, TimeoutError, ssl.SSLError, OSError) as error:
            return Answer(0, f"{type(error).__name__}: {error}")

    def _authorization(self, key: Key, audience: str) -> str:
        """Signed anew in time, with claims of its own for each push service."""
        held, until = self._signed.get((key.id, audience), ("", datetime.min.replace(tzinfo=UTC)))
        at = now()
        if at >= until:
            assert key.vapid is not None
            claims = {"aud": audience, "exp": int((at + SIGNED_FOR).timestamp()), "sub": self._subject}
            held = str(key.vapid.sign(claims)["Authorization"])
            self._signed[key.id, audience] = held, at + SIGNED_FOR / 2
        return held


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Sender]:
    proxies = frozenset(filter(None, (urlsplit(address).hostname for address in getproxies().values())))
    connector = aiohttp.TCPConnector(limit=AT_ONCE, resolver=Guarded(proxies, settings.push_hosts), ttl_dns_cache=60)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE, cookie_jar=jar, auto_decompress=False) as http:
        yield Sender(settings, http)


def proxy_to(host: str) -> str | None:
    """As the environment says (`HTTPS_PROXY`, `NO_PROXY`): many plants have one way out."""
    return None if proxy_bypass(host) else getproxies().get("https")


async def _said(answer: aiohttp.ClientResponse) -> str:
    said: Any = b""
    if answer.content.at_eof():
        return ""
    with suppress(TimeoutError, aiohttp.ClientError):
        async with asyncio.timeout(ENDING_SECONDS):
            said = await answer.content.read(MOST_READ)
    return bytes(said).decode(errors="replace").strip()
