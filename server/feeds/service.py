"""Subscriptions to the maintenance calendar, each behind a secret of its own that can be revoked."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from server.audit import service as audit
from server.core import rate_limit
from server.core.access import Actor
from server.core.clock import now
from server.core.context import origin
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, NotFound, existing
from server.core.rate_limit import Rate
from server.core.read_pool import ReadPool
from server.feeds import repository
from server.feeds.errors import FeedTargetUnknown, TooManyFeeds
from server.feeds.models import CalendarFeed
from shared_models.plans.feeds import FeedCreate, FeedKind, FeedLink, FeedRead

MOST_FEEDS = 20
READINGS = Rate(60, timedelta(hours=1))
WRONG_TOKENS = Rate(20, timedelta(minutes=10))
_TOKEN_BYTES = 32


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def create(session: Session, actor: Actor, cmd: FeedCreate, *, public_url: str) -> FeedLink:
    """The link is shown once: only its hash is kept."""
    target_id = cmd.target_id or actor.user_id
    if cmd.target_id is None and cmd.kind is not FeedKind.person:
        raise FeedTargetUnknown(field="target_id")
    name = await repository.target_name(session, actor, cmd.kind, target_id)
    if name is None:
        raise FeedTargetUnknown(field="target_id")
    if len(await repository.live(session, actor.user_id)) >= MOST_FEEDS:
        raise TooManyFeeds(most=MOST_FEEDS)
    if await session.get(CalendarFeed, cmd.id) is not None:
        raise AlreadyExists(field="id")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    feed = CalendarFeed(id=cmd.id, user_id=actor.user_id, kind=cmd.kind, target_id=target_id, token_hash=hash_of(token))
    session.add(feed)
    await session.flush()
    await audit.record(session, actor, "calendar_feed.created", feed, after={"kind": cmd.kind, "target_id": target_id})
    read = repository.read_of(feed, name)
    return FeedLink(**read.model_dump(), url=f"{public_url}/api/v1/calendar/feeds/{token}.ics")


async def identify(session: ReadSession, pool: ReadPool, token: str) -> CalendarFeed:
    """Whose address this is; `NotFound` for one that is unknown or revoked. Wrong ones are counted by address, good ones by feed."""
    feed = await repository.by_token(session, hash_of(token))
    if feed is None:
        await rate_limit.hit(pool, f"feed-token:{origin.get().network}", WRONG_TOKENS)
        raise NotFound
    await rate_limit.hit(pool, f"feed:{feed.id}", READINGS)
    return feed


async def mine(session: ReadSession, actor: Actor) -> list[FeedRead]:
    """Those that still show something; a feed of what the actor no longer sees has lost its name."""
    feeds = await repository.live(session, actor.user_id)
    names = [await repository.target_name(session, actor, feed.kind, feed.target_id) for feed in feeds]
    return [repository.read_of(feed, name or "") for feed, name in zip(feeds, names, strict=True)]


async def revoke(session: Session, actor: Actor, feed_id: UUID) -> None:
    feed = existing(await repository.of_user(session, actor.user_id, feed_id))
    if feed.revoked_at is None:
        feed.revoked_at = now()
        await session.flush()
        await audit.record(session, actor, "calendar_feed.revoked", feed, after={"kind": feed.kind, "target_id": feed.target_id})
