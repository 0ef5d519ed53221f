"""Mails through the outbox to a real mail server, which takes, defers, refuses, drops and hangs."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.database import Database
from server.core.settings import Settings
from server.mail import smtp
from server.mail.carrier import posting
from server.outbox.carrying import SENT, Node
from server.outbox.courier import Courier
from server.outbox.service import Entry, post
from shared_models.outbox import Channel
from tests.server.mail.sink import Sink, sink

FACTS = {"title": "Overdue: Press 4", "message": "Lubrication", "path": "/jobs/1", "kind": "maintenance_overdue"}


@pytest.fixture
async def database(postgres) -> Any:
    with postgres.clone("mail") as url:
        made = Database(url)
        await made.start()
        yield made
        await made.stop()


async def posted(database: Database, *readers: str) -> None:
    content = {"template": "notice", "lang": "en", "facts": FACTS}
    async with database.session() as session:
        await post(session, *(Entry(Channel.email, "n1", f"{reader}@example.org", content) for reader in readers))


async def carried(database: Database, settings: Settings) -> None:
    node = Node(database, None, settings)  # type: ignore[arg-type]
    async with posting(node) as carrier:
        await Courier(node, {Channel.email: carrier}).carry_all()


async def rows(database: Database) -> dict[str, Any]:
    async with database.engine.connect() as connection:
        return {row.target.partition("@")[0]: row for row in await connection.execute(sa.text("select * from outbox"))}


async def make_due(database: Database) -> None:
    async with database.session() as session:
        await session.execute(sa.text("update outbox set next_at = next_at - cast(:while as interval)"), {"while": timedelta(hours=1)})


async def test_one_bad_address_holds_up_none_of_the_others(database):
    good = [f"reader{rank}" for rank in range(50)]
    async with sink() as server:
        await posted(database, *good[:25], "nobody", "later", "full", "spam", "drop", "box", "noise", *good[25:])
        await carried(database, server.settings())
    assert server.by_reader() == Counter(f"{name}@example.org" for name in good)
    assert server.connections <= smtp.CONNECTIONS + 2  # used again, but for what was dropped, or is out of step
    found = await rows(database)
    assert {found[name].state for name in good} == {"sent"}
    odd = {name: (found[name].state, found[name].error[:3]) for name in ("nobody", "spam", "box", "later", "full", "noise")}
    assert odd == {
        "nobody": ("given_up", "550"), "spam": ("given_up", "554"), "box": ("given_up", "550"),
        "later": ("waiting", "451"), "full": ("waiting", "452"), "noise": ("waiting", "-1 "),
    }  # fmt: skip
    assert found["box"].error == "550 Bo�te � inconnue 5.1.1"
    assert found["drop"].state == "waiting"


async def test_what_was_taken_and_never_said_to_be_comes_again_under_the_same_id(database):
    """The line breaks after the mail was taken; then the courier dies while it waits for the answer."""
    async with sink() as server:
        await posted(database, "lost", "held")
        node = Node(database, None, server.settings())  # type: ignore[arg-type]
        async with posting(node) as carrier:
            dying = asyncio.create_task(Courier(node, {Channel.email: carrier}).carry_all())
            async with asyncio.timeout(10):
                while len(server.got) < 2 or (await rows(database))["lost"].error == "":
                    await asyncio.sleep(0.01)
            dying.cancel()
            await asyncio.wait([dying])
        server.held.set()
        assert (await rows(database))["held"].state == "waiting"
        await make_due(database)
        await carried(database, server.settings())
    assert server.by_reader() == {"lost@example.org": 2, "held@example.org": 2}
    assert len({mail["Message-ID"] for mail in server.got}) == 2
    assert (await rows(database))["held"].state == "sent"


async def test_a_message_arrives_as_it_was_written():
    """Also where a line begins with what ends a message, and at a server that knows nothing but the first standard."""
    lines = [b"", b".", b"..", b". x", b"x."]
    written = b"\r\n".join([b"Subject: dots", b"", *(each for three in product(lines, repeat=3) for each in three), b""])
    async with sink() as server:
        for is_of_old in (False, True):
            server.is_of_old = is_of_old
            way = smtp.Smtp(server.settings())
            try:
                assert await way.send("etabli@example.org", "kim@example.org", lambda: written) == SENT
                assert server.last == written
                assert (await way.send("etabli@example.org", "kim@exämple.org", lambda: written)).state == "given_up"
                assert (await way.send("etabli@exämple.org", "kim@example.org", lambda: written)).state == "waiting"
                assert await way.send("etabli@example.org", "kim@example.org", lambda: written) == SENT
            finally:
                await way.close()
        assert (len(server.got), server.connections) == (4, 4)


@pytest.mark.parametrize(
    "address",
    ["", "kim@example.org, max@example.org", "Kim <kim@example.org>", "kim@example.org>\r\nRCPT TO:<max@example.org", "kim\0@example.org"],
)
async def test_what_is_no_address_of_one_reader_goes_to_nobody(address):
    us, written = "etabli@example.org", b"Subject: x\r\n\r\n"
    async with sink() as server:
        way = smtp.Smtp(server.settings())
        assert (await way.send(us, address, lambda: written)).state == "given_up"
        assert (await way.send(us, "kim@example.org", lambda: written + bytes(40_000_000))).state == "given_up"  # more than it takes
        assert await way.send(us, '"kim > max"@example.org', lambda: written) == SENT
        await way.close()
    assert (len(server.got), server.connections) == (1, 1)


async def _trouble(database: Database, settings: Settings) -> Any:
    await posted(database, "kim", "max")
    await carried(database, settings)
    found = await rows(database)
    assert {row.state for row in found.values()} == {"waiting"}
    return found["kim"].error


async def test_a_server_that_offers_no_encryption_gets_nothing(database):
    async with sink() as server:
        assert "STARTTLS" in (await _trouble(database, server.settings(mail_tls=None))).upper()
        assert not server.got


async def test_a_server_that_does_not_take_us_as_the_sender_is_no_fault_of_the_mail(database):
    async with sink() as server:
        server.is_open_to_us = False
        assert "550" in await _trouble(database, server.settings())
        server.is_open_to_us = True
        await make_due(database)
        await carried(database, server.settings())
        assert len(server.got) == 2


async def test_a_wrong_password_is_no_fault_of_the_mail(database):
    """It goes once it is put right; meanwhile the server is not asked for each mail."""
    async with sink("right") as server:
        said = {"mail_username": "etabli", "mail_password": "wrong"}
        assert "535" in await _trouble(database, server.settings(**said))
        assert server.connections <= smtp.CONNECTIONS
        await make_due(database)
        await carried(database, server.settings(**said | {"mail_password": "right"}))
        assert len(server.got) == 2


async def test_a_server_that_hangs_or_is_not_there_is_asked_again_later(database, monkeypatch):
    monkeypatch.setattr(smtp, "LONGEST", 0.3)
    async with sink() as server:
        await posted(database, "held")
        await carried(database, server.settings())
        assert (await rows(database))["held"].state == "waiting"
    gone: Sink = server
    assert "connect" in (await _trouble(database, gone.settings())).lower()


async def test_without_a_mail_server_mails_are_kept(database):
    await posted(database, "kim")
    await carried(database, Settings(_env_file=None))
    assert (await rows(database))["kim"].state == "kept"
