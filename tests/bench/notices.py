"""What telling people costs: `python -m tests.bench.notices`.

10,000 notices of machines that are down, half of their readers by push and half by mail, from the cause to the receiver, against a floor
that holds everything ready and only encrypts and posts. A scan for what is due where nothing has changed, against a search of an index
for each kind of row. A command with its cause, against the same without.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import cycle
from typing import Any
from unittest.mock import patch
from uuid import UUID

import aiohttp
import aiosmtplib
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pywebpush import WebPusher

import server.main  # noqa: F401 - with all that it carries
from server.core import garbage, migrations
from server.core.clock import now
from server.core.commands import run
from server.core.database import Database
from server.core.postgres import EmbeddedPostgres
from server.core.settings import Settings
from server.core.storage import memory_storage
from server.mail.carrier import message_for
from server.mail.letters import Sender
from server.notifications.timers import _SUBJECTS, scan
from server.outbox import repository
from server.outbox.carrying import Node, Parcel
from server.outbox.courier import opened
from server.outbox.service import wake
from server.push import keys
from server.push.messages import Delivery, message
from shared_models.ids import uuid7
from shared_models.interventions.commands import AssignIntervention
from shared_models.outbox import Channel
from tests.bench import servers
from tests.bench.sinks import serving
from tests.bench.verdicts import at_most
from tests.server.notifications.plant import Plant

SECRET = "for measuring only, on loopback: 0123456789"
READERS, CAUSES = 200, 50
MANY_PLANS, MANY_PARTS = 50_000, 20_000
HANDS = {Channel.push: 64, Channel.email: 4}

_PEOPLE = """
insert into users (id, username, email, password_hash, first_name, last_name, role, language, all_sites)
select id, 'reader-' || n, 'reader-' || n || '@example.org', '!', 'Reader', n::text, 'technician', case when n % 4 < 2 then 'fr' else 'en' end,
    false from unnest($1::uuid[]) with ordinality as u(id, n)
"""
_WORKING_THERE = "insert into user_site (user_id, site_id) select unnest($1::uuid[]), $2"
_SIGNED_IN = """
insert into user_sessions (id, user_id, token_hash, last_used_at, created_at, expires_at)
select id, id, id::text, now(), now(), now() + interval '7 days' from unnest($1::uuid[]) u(id)
"""
_BY_MAIL = """
insert into alert_settings (id, user_id, alert_type, is_email_enabled, is_web_enabled)
select id, id, 'machine_down', true, false from unnest($1::uuid[]) u(id)
"""
_SUBSCRIBED = """
insert into push_subscription (id, user_id, session_id, key_id, device_name, endpoint, p256dh, auth, address, user_agent, reached_at)
select id, id, id, $2, 'Phone', $3 || id, $4, $5, 'http://etabli.plant', '', now() from unnest($1::uuid[]) u(id)
"""
_CARRIED = "select * from outbox order by id desc limit $1"
_DOWN = """
insert into notice_cause (id, kind, subject, subject_id, occurrence, facts, occurred_at, created_at)
select gen_random_uuid(), 'machine_down', 'equipment', $1, $3 || n, '{}', now(), now() from generate_series(1, $2) n
"""


class Fan:
    """A site where so many work, and what they are reached by."""

    def __init__(self, plant: Plant, settings: Settings, origin: str, taken: Callable[[int], tuple[int, int]]) -> None:
        self.plant, self.settings, self.origin, self.taken = plant, settings, origin, taken
        self.by_push = [uuid7() for _ in range(READERS // 2)]
        self.by_mail = [uuid7() for _ in range(READERS // 2)]
        self.rounds = 0
        self.ready: list[tuple[Parcel, Any]] = []

    async def people(self) -> None:
        private = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        async with self.plant.database.session() as session:
            key = await keys.current(session, self.settings.secret)
            everyone = self.by_push + self.by_mail
            await session.run("update users set is_active = false")
            await session.run(_PEOPLE, everyone)
            await session.run(_WORKING_THERE, everyone, self.plant.sites[0])
            await session.run(_SIGNED_IN, self.by_push)
            await session.run(_BY_MAIL, self.by_mail)
            await session.run(_SUBSCRIBED, self.by_push, key.id, f"{self.origin}/send/", keys.encoded(private), keys.encoded(bytes(16)))
            await session.run("update equipment set status = 'broken'")
        self.key = key

    async def ours(self, causes: int) -> float:
        """Notices a second, from their causes to the receivers."""
        self.rounds += 1
        due = sum(self.taken(0)) + causes * READERS
        async with opened(Node(self.plant.database, memory_storage(), self.settings)) as courier:
            carrying = asyncio.create_task(courier.run())
            await asyncio.sleep(0.5)
            began = time.perf_counter()
            async with self.plant.database.session() as session:
                await session.run(_DOWN, self.plant.machine, causes, f"round {self.rounds} ")
                wake(session)
            await asyncio.to_thread(self.taken, due)
            seconds = time.perf_counter() - began
            await asyncio.sleep(0.5)
            carrying.cancel()
        assert sum(self.taken(0)) == due
        return causes * READERS / seconds

    async def prepare(self, many: int) -> None:
        """For the floor: everything that was carried last, and what it came to."""
        rows = await self.plant.database.pool.fetch(_CARRIED, many)
        for row in rows:
            parcel = repository._parcel({name: row[name] for name in Parcel.__dataclass_fields__})
            if parcel.channel is Channel.email:
                self.ready.append((parcel, message_for(parcel, Sender.of(self.settings), self.settings.mail_sender)))
            else:
                self.ready.append((parcel, message(parcel.content, address="http://etabli.plant", reader=parcel.user_id)))

    async def floor(self) -> float:
        to = await self.plant.database.pool.fetchrow("select p256dh, auth from push_subscription limit 1")
        signed = self.key.vapid.sign({"aud": self.origin, "exp": int(time.time()) + 3600, "sub": "mailto:it@example.org"})["Authorization"]
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=HANDS[Channel.push])) as http:

            async def push(parcel: Parcel, said: bytes) -> None:
                endpoint = f"{self.origin}/send/{parcel.target}"
                body = WebPusher({"endpoint": endpoint, "keys": {"p256dh": to["p256dh"], "auth": to["auth"]}}).encode(said)["body"]
                how = Delivery.of(parcel.content)
                headers = {
                    "Authorization": signed,
                    "Content-Encoding": "aes128gcm",
                    "TTL": "43200",
                    "Urgency": how.urgency,
                    "Topic": how.topic,
                }
                async with http.post(endpoint, data=body, headers=headers) as answer:
                    assert answer.status == 201

            began = time.perf_counter()
            await asyncio.gather(
                in_hands(HANDS[Channel.push], [each for each in self.ready if each[0].channel is Channel.push], push),
                self._post([(parcel.target, said) for parcel, said in self.ready if parcel.channel is Channel.email]),
            )
            return len(self.ready) / (time.perf_counter() - began)

    async def _post(self, mails: list[tuple[str, bytes]]) -> None:
        async with AsyncExitStack() as stack:
            waiting = iter(mails)

            async def post() -> None:
                smtp = await stack.enter_async_context(
                    aiosmtplib.SMTP(hostname="127.0.0.1", port=self.settings.mail_port, start_tls=False, use_tls=False)
                )
                for to, mail in waiting:
                    await smtp.sendmail("etabli@example.org", [to], mail)

            await asyncio.gather(*(post() for _ in range(HANDS[Channel.email])))


async def in_hands(hands: int, things: list[Any], do: Callable[..., Awaitable[None]]) -> None:
    waiting = iter(things)

    async def work() -> None:
        for each in waiting:
            await do(*each)

    await asyncio.gather(*(work() for _ in range(hands)))


async def fanned_out(plant: Plant, rounds: int, causes: int) -> bool:
    with serving() as (push, mail, taken):
        origin = f"http://127.0.0.1:{push}"
        settings = Settings(
            _env_file=None, secret_key=SECRET, push_hosts=(origin,), push_subject="mailto:it@example.org", mail_server="127.0.0.1",
            mail_port=mail, mail_tls="none", mail_from="etabli@example.org", base_url="http://localhost",
        )  # fmt: skip
        fan = Fan(plant, settings, origin, taken)
        await fan.people()
        await fan.ours(1)
        before = taken(0)
        await fan.ours(causes)
        got = [after - first for after, first in zip(taken(0), before, strict=True)]
        assert got == [causes * READERS / 2] * 2, got
        await fan.prepare(causes * READERS)
        pairs = [(await fan.ours(causes), await fan.floor()) for _ in range(rounds)]
        return told(f"{causes * READERS} notices by push and mail", pairs, "/s", at_least=0.5)


def told(what: str, pairs: list[tuple[float, float]], unit: str, *, at_least: float) -> bool:
    ratios = sorted(ours / floor for ours, floor in pairs)
    ours, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(ratios)
    mark = "ok  " if ratio >= at_least else "MISS"
    spread = f"{ratios[0]:.2f}–{ratios[-1]:.2f}"
    print(
        f"{mark} {what:<42} {ratio:5.2f} of the floor ({spread}, goal {at_least:.2f})  {ours:8.0f} against {floor:8.0f} {unit}", flush=True
    )
    return ratio >= at_least


_MACHINES = """
insert into equipment (id, site_id, code, name, status_since) select gen_random_uuid(), $1, 'B-' || n, 'Press ' || n, now()
from generate_series(1, 5000) n
"""
_PLANS = """
insert into scheduled_maintenances (id, site_id, equipment_id, title, frequency_type, frequency_value, starts_at, reference)
select gen_random_uuid(), e.site_id, e.id, 'Grease', 'weekly', 1, now(), '{}' from equipment e cross join generate_series(1, 10) where e.code like 'B-%'
"""
_JOBS = """
insert into maintenance_interventions (id, number, site_id, equipment_id, title, status, intervention_type, due_local, due_at)
select gen_random_uuid(), e.code || '-' || n, e.site_id, e.id, 'Grease', 'pending', 'preventive', now() + n * interval '40 days', now() + n * interval '40 days'
from equipment e cross join generate_series(1, 10) n where e.code like 'B-%'
"""
_PARTS = """
insert into spare_parts (id, part_number, name) select gen_random_uuid(), 'B-' || n, 'Bearing ' || n from generate_series(1, 20000) n
"""
_FILE = """
insert into attachment (id, sha256, source_sha256, mime_type, size_bytes) values ($1, repeat('0', 64), repeat('0', 64), 'application/pdf', 3)
"""
_PAPERS = """
insert into part_document (id, part_id, attachment_id, title, valid_until)
select gen_random_uuid(), p.id, $1, 'Certificate', current_date + 400 from spare_parts p where p.part_number like 'B-%'
"""


async def due(database: Database, site: UUID, rounds: int) -> bool:
    async with database.session() as session:
        await session.run(_MACHINES, site)
        await session.run(_PLANS)
        await session.run(_JOBS)
        await session.run(_PARTS)
        file = uuid7()
        await session.run(_FILE, file)
        await session.run(_PAPERS, file)
    connection = await database.connect()
    await connection.execute("analyze; set enable_seqscan = off; set enable_bitmapscan = off")
    for _ in range(3):
        await scanned(database)
    assert await connection.fetchval("select count(*) from notice_timer") > MANY_PLANS
    probes = [f"select true from {table} where site_id = $1 and sync_xid >= $2 limit 1" for table, *_ in _SUBJECTS.values()]
    probes = [probe.replace("site_id = $1", "$1::uuid is not null") if "part_document" in probe else probe for probe in probes]
    low = await connection.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")

    async def probed() -> float:
        began = time.perf_counter()
        for probe in probes:
            assert not await connection.fetchval(probe, site, low)
        await connection.fetchval("select true from notice_timer where at <= now() limit 1")
        return time.perf_counter() - began

    await probed()
    pairs = [(await scanned(database), await probed()) for _ in range(40 * rounds)]
    await connection.close()
    ours, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"     a scan {1000 * ours:.2f} ms, the probes {1000 * floor:.2f} ms")
    return at_most(f"due scan, {MANY_PLANS} plans, {MANY_PARTS} parts, nothing new, of its probes", ours / floor, 1.5)


async def scanned(database: Database) -> float:
    began = time.perf_counter()
    await scan(database)
    return time.perf_counter() - began


async def command(plant: Plant, rounds: int) -> bool:
    """A job given to somebody, with its cause and without."""
    job, to = await plant.job(), cycle(["ana", "bob"])

    async def one() -> float:
        given = AssignIntervention(intervention_id=job, technician_id=plant.id_of(next(to)), occurred_at=now())
        began = time.perf_counter()
        async with plant.database.session() as session:
            await run(session, plant.people["sam"], given)
        return time.perf_counter() - began

    async def without() -> float:
        with patch("server.interventions.keeping.causing", lambda *_: []):
            return await one()

    for _ in range(20):
        await one(), await without()
    pairs = [(await one(), await without()) for _ in range(200 * rounds)]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"     a job given {1000 * ours:.2f} ms, without its cause {1000 * bare:.2f} ms")
    return at_most("the cause's share of a command", ours / bare - 1, 0.1)


async def measured(url: str, rounds: int, causes: int, only: str) -> bool:
    garbage.settle()  # as a node does that has started
    database = Database(url)
    await database.start()
    try:
        verdicts = []
        plant = await Plant(database).open()
        if only in {"", "command"}:
            verdicts.append(await command(plant, rounds))
        if only in {"", "due"}:
            verdicts.append(await due(database, plant.sites[0], rounds))
        if only in {"", "fan"}:
            verdicts.append(await fanned_out(plant, rounds, causes))
        return all(verdicts)
    finally:
        await database.stop()


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench.notices", description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--causes", type=int, default=CAUSES, help="each of them tells 200 people")
    options.add_argument("--only", default="", choices=["", "command", "due", "fan"])
    asked = options.parse_args()
    with servers.passing_folder() as folder, EmbeddedPostgres(folder) as dsn:
        migrations.upgrade(dsn.url)
        return 0 if asyncio.run(measured(dsn.url, asked.rounds, asked.causes, asked.only)) else 1


if __name__ == "__main__":
    sys.exit(main())
