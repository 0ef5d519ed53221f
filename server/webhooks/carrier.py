"""Deliveries: posted and signed; what is answered decides whether they are tried again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp

from server.core.clock import now
from server.core.retrying import wait_of
from server.core.security import unseal
from server.outbox.carrying import SENT, Carrier, Node, Parcel, Verdict, carries
from server.webhooks.payloads import body_of, headers_of
from server.webhooks.service import event_of
from shared_models.outbox import Channel, ParcelState
from shared_models.webhooks import WebhookFormat

PATIENCE = aiohttp.ClientTimeout(total=20, connect=10)
AT_ONCE = 32
MOST_SHOWN = 300
_WEBHOOK = """
select url, format, sealed from webhook where id = $1::uuid and is_active and (site_id is null or site_id is not distinct from $2::uuid)
"""
_GONE = 410
_BUSY = frozenset({408, 425, 429})


class Posting:
    at_once = AT_ONCE

    def __init__(self, node: Node, http: aiohttp.ClientSession) -> None:
        self._node, self._http = node, http

    async def carry(self, parcel: Parcel) -> Verdict:
        webhook = await self._node.database.pool.fetchrow(_WEBHOOK, parcel.target, parcel.content["event"].get("site_id"))
        if webhook is None:
            return Verdict(ParcelState.gone, "no such webhook, or not for this any more")
        secret = unseal(webhook["sealed"], self._node.settings.secret)
        if secret is None:
            return Verdict(ParcelState.given_up, "the secret was sealed with another key of this server: renew it")
        body = body_of(WebhookFormat(webhook["format"]), event_of(parcel.id, parcel.content, self._node.settings.public_url))
        headers = headers_of(parcel.id, body, secret, int(now().timestamp()))
        try:
            async with self._http.post(webhook["url"], data=body, headers=headers, allow_redirects=False) as answer:
                return await _verdict(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Verdict(ParcelState.waiting, f"{type(error).__name__}: {error}")


async def _verdict(answer: Any) -> Verdict:
    """Refused for good by 4xx; 408, 425, 429 and 5xx are tried again, as is a redirect, which is not followed."""
    if answer.ok and answer.status < 300:  # noqa: PLR2004
        return SENT
    said = f"{answer.status} {(await answer.content.read(MOST_SHOWN)).decode(errors='replace')}".strip()
    after: timedelta | None = wait_of(answer.headers.get("Retry-After", ""))
    if answer.status == _GONE:
        return Verdict(ParcelState.gone, said)
    is_final = 400 <= answer.status < 500 and answer.status not in _BUSY  # noqa: PLR2004
    return Verdict(ParcelState.given_up, said) if is_final else Verdict(ParcelState.waiting, said, after)


@carries(Channel.webhook)
@asynccontextmanager
async def posting(node: Node) -> AsyncIterator[Carrier]:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE, cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Posting(node, http)
