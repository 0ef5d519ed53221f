from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.webhooks.models import Webhook


async def everyone(session: ReadSession, actor: Actor) -> list[Webhook]:
    """Those of sites in sight; of all sites, for who sees them all."""
    seen = sa.select(Webhook).where(_in_sight(actor)).order_by(sa.func.lower(col(Webhook.name)), col(Webhook.id))
    return list(await session.scalars(seen))


async def one(session: Session, actor: Actor, webhook_id: UUID) -> Webhook | None:
    return (await session.scalars(sa.select(Webhook).where(col(Webhook.id) == webhook_id, _in_sight(actor)).with_for_update())).first()


def _in_sight(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if actor.site_ids is None else sa.and_(col(Webhook.site_id).is_not(None), visible(actor, Webhook.site_id))


_TO_TELL = """
select w.id, w.lang from webhook w
where w.is_active and (w.site_id is null or w.site_id = $1) and (w.kinds = '[]' or w.kinds ? $2) order by w.id
"""


async def to_tell(session: ReadSession, site_id: UUID | None, kind: str) -> list[Mapping[str, Any]]:
    return list(await session.fetch(_TO_TELL, site_id, kind))


_ITS_WEBHOOK = "select target from outbox where id = $1 and channel = 'webhook'"


async def webhook_of(session: ReadSession, delivery_id: UUID) -> str | None:
    found: str | None = await session.fetchval(_ITS_WEBHOOK, delivery_id)
    return found
