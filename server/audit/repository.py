from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.core.database import Session

INSERT = """
insert into audit_log (id, occurred_at, received_at, actor_id, actor_label, action, entity, entity_id, site_id, changes, device_id,
    request_id, address, user_agent)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12, $13, $14)
"""

_INSERT_MANY = sa.text("""
insert into audit_log (id, entity_id, site_id, occurred_at, changes, received_at, actor_id, actor_label, action, entity, device_id,
    request_id, address, user_agent)
select r.id, r.entity_id, r.site_id, r.occurred_at, r.changes::jsonb, cast(:received_at as timestamptz), cast(:actor_id as uuid),
    cast(:actor_label as text), cast(:action as text), cast(:entity as text), cast(:device_id as uuid), cast(:request_id as text),
    cast(:address as text), cast(:user_agent as text)
from unnest(cast(:ids as uuid[]), cast(:entity_ids as uuid[]), cast(:site_ids as uuid[]), cast(:times as timestamptz[]),
    cast(:changes as text[])) as r(id, entity_id, site_id, occurred_at, changes)
""")


async def insert_many(session: Session, common: Mapping[str, Any], rows: Sequence[tuple[UUID, UUID, UUID, datetime, str]]) -> None:
    """Rows of (id, entity id, site, when, changes as JSON text), in one statement."""
    if rows:
        columns = zip(("ids", "entity_ids", "site_ids", "times", "changes"), map(list, zip(*rows, strict=True)), strict=True)
        await session.execute(_INSERT_MANY, {**common, **dict(columns)})
