"""A feed as its subscriber gets it."""

from datetime import timedelta

from server.auth.service import actor_of
from server.calendar.listing import MOST_ENTRIES, Selection, selection
from server.core.access import Actor
from server.core.clock import now
from server.core.database import ReadSession
from server.core.errors import NotFound, existing
from server.core.i18n import translator
from server.core.read_pool import ReadPool
from server.feeds import repository
from server.feeds.ics import calendar
from server.feeds.models import CalendarFeed
from server.users import service as users
from server.users.models import User
from shared_models.permissions import Permission
from shared_models.plans.calendar import CalendarQuery
from shared_models.plans.feeds import FeedKind

PAST, FUTURE = timedelta(days=35), timedelta(days=365)


async def ics(session: ReadSession, pool: ReadPool, feed: CalendarFeed, *, public_url: str) -> bytes:
    """Five weeks back, a year ahead; raises `NotFound` for a feed whose owner has left, or no longer sees what it shows."""
    actor = await _owner(session, feed)
    if actor is None or not actor.may(Permission.maintenance_read):
        raise NotFound
    name = existing(await repository.target_name(session, actor, feed.kind, feed.target_id))
    chosen = _chosen(actor, feed)
    rows = await repository.events(pool, chosen, MOST_ENTRIES)
    called_off = await repository.called_off(pool, chosen)
    await repository.mark_read(pool, feed.id, now())
    return calendar(name, rows, called_off, translator(actor.lang), public_url)


async def _owner(session: ReadSession, feed: CalendarFeed) -> Actor | None:
    user = await session.get(User, feed.user_id)
    if user is None or not user.is_active:
        return None
    return actor_of(user, await users.site_ids_of(session, user.id))


def _chosen(actor: Actor, feed: CalendarFeed) -> Selection:
    column = {FeedKind.person: "technician_id", FeedKind.team: "team_id", FeedKind.line: "production_line_id"}[feed.kind]
    today = now().date()
    return selection(actor, CalendarQuery(since=today - PAST, until=today + FUTURE, **{column: feed.target_id}))
