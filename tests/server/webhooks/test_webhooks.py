"""Webhooks against a receiver that checks the signature and answers what it is told to."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.core.clock import now
from server.core.database import Database
from server.core.settings import Settings
from server.core.storage import memory_storage
from server.outbox.carrying import Node
from server.outbox.courier import Courier
from server.webhooks import service
from server.webhooks.carrier import posting
from shared_models.equipment.commands import ChangeEquipmentStatus
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.outbox import Channel
from shared_models.webhooks import WebhookFormat, WebhookWrite
from tests.server.notifications.plant import Plant

SETTINGS = Settings(_env_file=None, secret_key="a secret for tests only, 0123456789 abcdef", base_url="https://etabli.plant")


@dataclass
class Receiver:
    secret: str = ""
    answers: list[web.Response] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), request.headers
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{right}"
        self.events.append(json.loads(body))
        self.ids.append(headers["webhook-id"])
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def plant(postgres: Any) -> AsyncIterator[Plant]:
    with postgres.clone("webhooks") as url:
        database = Database(url)
        await database.start()
        yield await Plant(database).open()
        await database.stop()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    async with TestServer(app) as server:
        yield receiver, str(server.make_url("/hook"))


async def subscribed(plant: Plant, url: str, **fields: Any) -> service.WebhookMade:
    async with plant.database.session() as session:
        cmd = WebhookWrite(id=uuid7(), name="MES", url=url, **fields)
        return await service.write(session, plant.people["ada"], SETTINGS, cmd)


async def broken(plant: Plant) -> None:
    for status in (EquipmentStatus.active, EquipmentStatus.broken):
        await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=status, reason="Vérin", occurred_at=now()))
    await plant.told()


async def carried(plant: Plant) -> list[Any]:
    node = Node(plant.database, memory_storage(), SETTINGS)
    async with posting(node) as carrier:
        await Courier(node, {Channel.webhook: carrier}).carry_all()
    return await plant.rows("select id, state, error, next_at, attempts from outbox where channel = 'webhook' order by id")


async def test_what_happens_is_posted_signed_once_to_those_who_want_it(plant, receiver):
    seen, url = receiver
    seen.secret = (await subscribed(plant, url, kinds=["machine_down"], site_id=plant.sites[0])).secret
    await subscribed(plant, url, kinds=["low_stock"])
    await subscribed(plant, url, site_id=plant.sites[1])
    await broken(plant)
    [row] = await carried(plant)
    [event] = seen.events
    assert (row.state, seen.ids) == ("sent", [str(row.id)])
    assert {name: event[name] for name in ("type", "title", "message", "site", "subject", "url")} == {
        "type": "machine_down", "title": "Down: Palettiseur 2", "message": "Lyon – Vérin", "site": "Lyon", "subject": "equipment",
        "url": f"https://etabli.plant/equipment/{plant.machine}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (web.Response(status=410), "gone"), (web.Response(status=404, body=b"no such\0 hook"), "given_up"),
        (web.Response(status=503, headers={"Retry-After": "240"}), "waiting"),
        (web.Response(status=302, headers={"Location": "/x", "Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"}), "waiting"),
    ],
    ids=["gone", "refused", "busy", "elsewhere"],
)  # fmt: skip
async def test_what_is_answered_decides(plant, receiver, answer, state):
    seen, url = receiver
    seen.secret = (await subscribed(plant, url)).secret
    seen.answers = [answer]
    await broken(plant)
    [row] = await carried(plant)
    assert (row.state, row.error[:3], row.attempts) == (state, str(answer.status), 1)
    if answer.status == 503:
        assert 200 < (row.next_at - now()).total_seconds() <= 240


async def test_a_delivery_is_sent_again_under_its_id_and_none_of_another_site(plant, receiver):
    seen, url = receiver
    seen.secret = (await subscribed(plant, url, site_id=plant.sites[0])).secret
    seen.answers = [web.Response(status=404)]
    await broken(plant)
    [row] = await carried(plant)
    async with plant.database.session() as session:
        with pytest.raises(service.NotFound):
            await service.send_again(session, plant.people["lea"], row.id)
    async with plant.database.session() as session:
        await service.send_again(session, plant.people["ada"], row.id)
    [row] = await carried(plant)
    assert (row.state, seen.ids) == ("sent", [str(row.id)] * 2)


@pytest.mark.parametrize("url", ["http://[", "https:///hook", "http://:80/", "http://a..b/", "http://x y/", "file:///etc/passwd"])
def test_an_address_that_nobody_can_be_at_is_refused(url):
    with pytest.raises(ValueError, match="url"):
        WebhookWrite(id=uuid7(), name="MES", url=url)


async def test_what_waits_is_not_told_to_a_webhook_that_is_of_another_site_meanwhile(plant, receiver):
    seen, url = receiver
    made = await subscribed(plant, url, site_id=plant.sites[0])
    await broken(plant)
    async with plant.database.session() as session:
        moved = WebhookWrite(id=made.id, version=made.version, name="MES", url=url, site_id=plant.sites[1])
        await service.write(session, plant.people["ada"], SETTINGS, moved)
    [row] = await carried(plant)
    assert (row.state, seen.events) == ("gone", [])


async def test_a_receiver_that_is_not_there_is_tried_again(plant):
    await subscribed(plant, "http://127.0.0.1:9/hook")
    await broken(plant)
    [row] = await carried(plant)
    assert (row.state, "refused" in row.error or "Connect" in row.error) == ("waiting", True)


@pytest.mark.parametrize("format_", [WebhookFormat.slack, WebhookFormat.teams])
async def test_chats_get_messages_in_which_nobody_is_called_by_what_was_typed(plant, receiver, format_):
    seen, url = receiver
    seen.secret = (await subscribed(plant, url, format=format_)).secret
    await plant.write("update equipment set name = '<!channel> *x* [y](z)'")
    await broken(plant)
    await carried(plant)
    said = json.dumps(seen.events)
    assert "<!channel>" not in said
    assert "*x*" not in said.replace("\\\\*", "")
    assert f"https://etabli.plant/equipment/{plant.machine}" in said
