"""Couriers that are killed while they carry: whoever is told is told by push and by mail, and of everything once, by its id."""

import asyncio
import random
from contextlib import suppress
from typing import Any

from server.core.database import Database
from server.core.settings import Settings
from server.notifications.service import choose
from server.push import keys
from server.push import service as push
from shared_models.notices.settings import SettingsWrite
from shared_models.push import PushSubscribe
from tests.conftest import SECRET, make_session
from tests.push_service import PushService, push_service
from tests.server.mail.sink import Sink, sink
from tests.server.nodes import heard, node
from tests.server.notifications.plant import Plant
from tests.server.outbox.courier_node import carry

JOBS, KILLS = 60, 5


async def reachable(plant: Plant, name: str, service: PushService, settings: Settings) -> None:
    """By a push to their phone, and by mail at once."""
    actor, browser = plant.people[name], service.browser()
    async with plant.database.session() as session:
        known = await keys.current(session, settings.secret)
        held = make_session(type("Somebody", (), {"id": actor.user_id})())
        session.add(held)
        await session.flush()
        there = type(actor)(**{**{field: getattr(actor, field) for field in actor.__slots__}, "session_id": held.id})
        asked = PushSubscribe.model_validate(browser.asked(known.public))
        await push.subscribe(session, there, settings, asked, "http://etabli.plant")
        await choose(session, actor, SettingsWrite(kinds={"job_assigned": {"email": True}}))


async def given_jobs(plant: Plant) -> None:
    for rank in range(JOBS):
        await plant.job(f"Job {rank}", by="sam", assigned_technician_id=plant.id_of("ana"))


async def waiting(plant: Plant) -> int:
    [row] = await plant.rows(
        "select (select count(*) from outbox where state = 'waiting') + (select count(*) from notice_cause where told_at is null) as many"
    )
    return int(row.many)


async def killed_again_and_again(plant: Plant, url: str, settings: dict[str, Any], dice: random.Random) -> None:
    """What a dead courier had in its hands is free when its lease is over, which nobody waits for here."""
    for _ in range(KILLS):
        with node(carry, url, settings) as (process, pipe):
            await heard(pipe)
            await asyncio.sleep(dice.uniform(0.05, 0.6))
            process.kill()
        await plant.write("update outbox set next_at = now() where state = 'waiting'")
    with node(carry, url, settings) as (_, pipe), suppress(TimeoutError):
        await heard(pipe)
        async with asyncio.timeout(30):
            while await waiting(plant):
                await asyncio.sleep(0.1)


async def test_nothing_is_lost_and_nothing_comes_as_two(postgres: Any) -> None:
    with postgres.clone("killed_courier") as url:
        database = Database(url)
        await database.start()
        async with push_service() as phones, sink() as post:
            settings: dict[str, Any] = {
                "secret_key": SECRET, "push_hosts": (phones.origin,), "push_subject": "mailto:it@example.org", "mail_server": "127.0.0.1",
                "mail_port": post.port, "mail_tls": "none", "mail_from": "etabli@example.org", "base_url": "http://localhost",
            }  # fmt: skip
            plant = await Plant(database).open()
            await reachable(plant, "ana", phones, Settings(_env_file=None, **settings))
            seed = random.randrange(10**6)
            await asyncio.gather(given_jobs(plant), killed_again_and_again(plant, url, settings, random.Random(seed)))
            await told_once(plant, phones, post, f"seed {seed}")
        await database.stop()


async def told_once(plant: Plant, phones: PushService, post: Sink, seed: str) -> None:
    notices = {str(row.id) for row in await plant.rows("select id from notifications")}
    parcels = {str(row.id) for row in await plant.rows("select id from outbox where channel = 'email'")}
    assert (len(notices), await waiting(plant)) == (JOBS, 0), seed
    assert {message.said["notification"]["tag"] for message in phones.shown} == notices, seed
    ids = {str(mail["Message-ID"]) for mail in post.got}
    assert len(ids) == len(parcels) == JOBS, seed
    assert {row.state for row in await plant.rows("select state from outbox")} == {"sent"}, seed
