"""Pokes: "something you may see has changed, pull". They carry no data, so losing one costs a delay and never a row.

A transaction that changes rows calls `poke(session, site_ids=…)`; one NOTIFY leaves with its commit. Each node holds
one LISTEN connection and wakes its own subscribers. After a lost connection everyone is poked, because pokes may have been missed.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, cast
from uuid import UUID

import asyncpg
import structlog
from fastapi import Depends
from starlette.requests import HTTPConnection

from server.core.access import Actor
from server.core.database import DATABASE, Database, Session

CHANNEL = "etabli_poke"
_MAX_PAYLOAD = 7900  # PostgreSQL refuses 8000 bytes
_KEY = "pokes"
_SILENCE_SECONDS = 20.0
STREAMS_OF_USER = 20
"""A device holds one, and one that has lost its network holds it until the kernel notices."""
STREAMS_OF_ADDRESS = 500
"""A whole plant may share an address."""
_log = structlog.get_logger(__name__)


@dataclass
class _Pending:
    everyone: bool = False
    sites: set[UUID] = field(default_factory=set)
    people: set[UUID] = field(default_factory=set)
    access: set[UUID] = field(default_factory=set)

    def payload(self) -> str:
        full = json.dumps({
            "everyone": self.everyone, "sites": sorted(map(str, self.sites)), "people": sorted(map(str, self.people)),
            "access": sorted(map(str, self.access)),
        })  # fmt: skip
        if len(full) <= _MAX_PAYLOAD:
            return full
        return json.dumps({"everyone": True, "reconnect": bool(self.access)})


def _pending(session: Session) -> _Pending:
    return cast("_Pending", session.info.setdefault(_KEY, _Pending()))


async def _send(session: Session) -> None:
    pending = cast("_Pending", session.info.pop(_KEY, _Pending()))
    await session.fetchval("select pg_notify($1, $2)", CHANNEL, pending.payload())


def poke(session: Session, *, site_ids: Iterable[UUID | None]) -> None:
    """Poke whoever sees one of these sites when this transaction commits; None among them means everyone."""
    pending = _pending(session)
    for site_id in site_ids:
        if site_id is None:
            pending.everyone = True
        else:
            pending.sites.add(site_id)
    session.once_before_commit(_KEY, _send)


def poke_people(session: Session, user_ids: Iterable[UUID]) -> None:
    """Poke these alone: what has changed is theirs."""
    _pending(session).people.update(user_ids)
    session.once_before_commit(_KEY, _send)


def end_streams_of(session: Session, *, user_ids: Iterable[UUID]) -> None:
    """End these people's streams on commit: they reconnect with what they may see now, or are refused.

    This node knows before it answers, the others a moment later.
    """
    _pending(session).access.update(user_ids)
    if DATABASE in session.info:
        session.after_commit(session.info[DATABASE].access_changed)
    session.once_before_commit(_KEY, _send)


class Subscription:
    """Iterates over pokes, coalesced: one for many changes. Ends on shutdown and on changed access."""

    def __init__(self, actor: Actor, address: str) -> None:
        self.actor = actor
        self.address = address
        self._woken = asyncio.Event()
        self.is_ended = False

    def poke(self) -> None:
        self._woken.set()

    def end(self) -> None:
        self.is_ended = True
        self._woken.set()

    def __aiter__(self) -> AsyncIterator[None]:
        return self

    async def __anext__(self) -> None:
        await self._woken.wait()
        self._woken.clear()
        if self.is_ended:
            raise StopAsyncIteration


class PokeHub:
    """The node's listener and its subscribers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscriptions: dict[Subscription, None] = {}  # the oldest first
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def subscribe(self, actor: Actor, address: str = "") -> Iterator[Subscription]:
        """`with hub.subscribe(actor) as pokes: async for _ in pokes: …`; of too many, the oldest ends."""
        subscription = Subscription(actor, address)
        if self._stopping:
            subscription.end()
        self._make_room(STREAMS_OF_USER, lambda other: other.actor.user_id == actor.user_id)
        self._make_room(STREAMS_OF_ADDRESS, lambda other: other.address == address)
        self._subscriptions[subscription] = None
        try:
            yield subscription
        finally:
            self._subscriptions.pop(subscription)

    def _make_room(self, most: int, is_alike: Callable[[Subscription], bool]) -> None:
        alike = [other for other in self._subscriptions if not other.is_ended and is_alike(other)]
        for oldest in alike[: max(0, len(alike) - most + 1)]:
            oldest.end()

    @property
    def subscribers(self) -> int:
        return len(self._subscriptions)

    @property
    def access_version(self) -> int:
        """Worth something only while the hub is listening."""
        return self._database.access_version

    def start(self) -> None:
        self._task = asyncio.create_task(self._listen_for_ever(), name="poke listener")

    def end_streams(self) -> None:
        """First step of a shutdown: the server waits for open answers, so streams must end by themselves."""
        self._stopping = True
        for subscription in self._subscriptions:
            subscription.end()

    async def stop(self) -> None:
        self.end_streams()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _listen_for_ever(self) -> None:
        delay = 0.1
        while True:
            try:
                await self._listen()
                delay = 0.1
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                _log.warning("poke.listener_lost", error=repr(error), retry_in=delay)
            self.listening.clear()
            await asyncio.sleep(delay)
            delay = min(delay * 2, 5.0)

    async def _listen(self) -> None:
        connection = await self._database.connect()
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._received)
            self._database.access_changed()  # as far as anybody here knows
            self.listening.set()
            self._poke_everyone()
            await self._until_lost(connection, lost)
        finally:
            connection.terminate()

    async def _until_lost(self, connection: asyncpg.Connection, lost: asyncio.Event) -> None:
        """A connection cut without a word (a router gone) is only noticed by asking."""
        while not lost.is_set():
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):  # `wait_for` may swallow the end of the server
                    await lost.wait()
            except TimeoutError:
                await connection.execute("select 1", timeout=5)

    def _received(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        message: dict[str, Any] = json.loads(str(payload))
        sites = {UUID(site) for site in message.get("sites", ())}
        people, access = ({UUID(user) for user in message.get(name, ())} for name in ("people", "access"))
        if access or message.get("reconnect"):
            self._database.access_changed()
        for subscription in tuple(self._subscriptions):
            actor = subscription.actor
            if message.get("reconnect") or actor.user_id in access:
                subscription.end()
            elif message["everyone"] or actor.user_id in people or (sites and (actor.site_ids is None or sites & actor.site_ids)):
                subscription.poke()

    def _poke_everyone(self) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.poke()


async def get_hub(connection: HTTPConnection) -> PokeHub:
    return cast("PokeHub", connection.app.state.pokes)


PokeHubDep = Annotated[PokeHub, Depends(get_hub)]
