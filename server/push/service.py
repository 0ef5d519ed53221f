"""Who is reached by web push, and whether anybody can be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import structlog

from server.core import rate_limit
from server.core.access import Actor
from server.core.clock import now
from server.core.consequences import hears
from server.core.context import origin
from server.core.database import ReadSession, Session
from server.core.errors import NotFound, NotSignedIn
from server.core.rate_limit import Rate
from server.core.read_pool import ReadPool
from server.core.settings import Settings
from server.push import keys, repository, sending
from server.push.delivering import Delivering
from server.push.errors import EndpointRefused, KeysMalformed
from server.push.hosts import SERVICES, is_allowed
from server.push.models import Subscriber
from server.users.consequences import SessionsEnded
from shared_models.ids import uuid7
from shared_models.push import PushKey, PushOutcome, PushStatus, PushSubscribe, PushSubscription, PushTest, PushTrouble

MOST_DEVICES = 20
TESTS = Rate(10, timedelta(minutes=10))
TEST_LASTS = timedelta(minutes=5)
_TEST = {"kind": "test", "path": "/me", "priority": "high"}
_log = structlog.get_logger(__name__)


class Reach(NamedTuple):
    """`lost_at`: since when no push service can be reached; None while they can, or nobody has tried."""

    lost_at: datetime | None = None
    next_at: datetime | None = None


async def reach(session: ReadSession) -> Reach:
    row = await repository.reach(session)
    return Reach(row["lost_at"], row["next_at"]) if row and row["lost_at"] else Reach()


async def key(session: Session, settings: Settings) -> PushKey:
    """What a browser subscribes with. Made now, where nobody has asked before."""
    found = await keys.current(session, settings.secret)
    return PushKey(public_key=found.public, trouble=await _trouble(session, settings))


async def _trouble(session: ReadSession, settings: Settings) -> PushTrouble | None:
    if not settings.push:
        return PushTrouble.off
    return PushTrouble.out_of_reach if (await reach(session)).lost_at else None


async def subscribe(session: Session, actor: Actor, settings: Settings, cmd: PushSubscribe, address: str) -> PushSubscription:
    """From now on this browser is reached, in the name of whoever is signed in there; said again, it changes nothing."""
    if actor.session_id is None:
        raise NotSignedIn
    if not is_allowed(cmd.endpoint, settings.push_hosts):
        raise EndpointRefused(field="endpoint", host=urlsplit(cmd.endpoint).netloc[:100])
    _ensure_keys(cmd)
    key_id = await repository.key_of(session, cmd.public_key)
    if key_id is None:
        raise KeysMalformed(field="public_key")
    row = await repository.put(session, Subscriber(
        id=uuid7(), user_id=actor.user_id, session_id=actor.session_id, key_id=key_id, device_id=actor.device_id,
        device_name=cmd.device_name, endpoint=cmd.endpoint, p256dh=cmd.p256dh, auth=cmd.auth, address=address,
        user_agent=origin.get().user_agent[:500], created_at=now(),
    ))  # fmt: skip
    await repository.drop_oldest(session, actor.user_id, MOST_DEVICES)
    return _told(row, actor)


def _ensure_keys(cmd: PushSubscribe) -> None:
    """That a message can be encrypted with them."""
    for field, is_good in (("p256dh", keys.is_public(cmd.p256dh)), ("auth", keys.is_secret(cmd.auth))):
        if not is_good:
            raise KeysMalformed(field=field)


def _told(row: asyncpg.Record, actor: Actor) -> PushSubscription:
    return PushSubscription(
        id=row["id"], device_name=row["device_name"], created_at=row["created_at"], reached_at=row["reached_at"], trouble=row["trouble"],
        is_stale=row["is_stale"], is_current=row["session_id"] == actor.session_id,
    )  # fmt: skip


async def mine(session: ReadSession, actor: Actor) -> list[PushSubscription]:
    return [_told(row, actor) for row in await repository.of_user(session, actor.user_id, now())]


async def remove(session: Session, actor: Actor, subscription_id: UUID) -> None:
    """One's own only; somebody else's does not exist."""
    if not await repository.drop(session, actor.user_id, subscription_id):
        raise NotFound


async def devices_of(session: ReadSession, user_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The subscriptions that the outbox's parcels go to, of each of them."""
    found: dict[UUID, list[UUID]] = {user_id: [] for user_id in user_ids}
    for row in await repository.of_users(session, user_ids, now()):
        found[row["user_id"]].append(row["id"])
    return found


async def test(pool: ReadPool, settings: Settings, actor: Actor, subscription_id: UUID, texts: dict[str, str]) -> PushTest:
    """At once, past the outbox: whoever asks looks at their screen. No connection is held meanwhile."""
    at = now()
    row = (await repository.reached(pool, [subscription_id], at)).get(subscription_id)
    if row is None or row["user_id"] != actor.user_id:
        raise NotFound
    await rate_limit.hit(pool, f"push-test:{actor.user_id}", TESTS)
    host = urlsplit(row["endpoint"]).hostname or ""
    if not settings.push:
        return PushTest(outcome=PushOutcome.unreachable, host=host)
    async with sending.opened(settings) as sender:
        outcome, answer = await Delivering(pool, settings, sender).deliver(row, _TEST | texts | {"notice_id": str(uuid7())}, at, TEST_LASTS)
    if answer.status and await repository.reach(pool):
        await repository.forget_failures(pool)
    return PushTest(outcome=outcome, host=host, status=answer.status or None)


async def status(session: ReadSession, settings: Settings) -> PushStatus:
    found = await reach(session)
    devices, hosts = await repository.count(session, now())
    return PushStatus(
        trouble=await _trouble(session, settings), since=found.lost_at, retried_at=found.next_at, devices=devices,
        hosts=hosts or [*SERVICES, *settings.push_hosts], subject=settings.vapid_subject,
    )  # fmt: skip


@hears(SessionsEnded)
async def forget_ended(session: Session, _: Actor, ended: SessionsEnded) -> None:
    """Whoever has signed out, was shut out or closed gets nothing more."""
    await repository.drop_ended(session, ended.user_id)
