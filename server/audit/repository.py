from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, Text, cast, or_, select, true
from sqlmodel import col

from server.audit.models import AuditLog
from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.pages import before_cursor, encode_cursor
from shared_models.audit import AuditFilter, AuditPage, AuditRead


async def search(session: ReadSession, actor: Actor, filters: AuditFilter) -> AuditPage:
    """Newest first, one row more than asked to know whether there are others."""
    statement = _narrow(select(AuditLog).where(_in_scope(actor)), filters)
    statement = statement.order_by(col(AuditLog.received_at).desc(), col(AuditLog.id).desc()).limit(filters.size + 1)
    rows = (await session.scalars(statement)).all()
    shown = rows[: filters.size]
    following = encode_cursor(shown[-1].received_at, shown[-1].id) if len(rows) > filters.size else None
    return AuditPage(items=[AuditRead.model_validate(row) for row in shown], next=following)


def _in_scope(actor: Actor) -> ColumnElement[bool]:
    """What belongs to no site (accounts, sign-ins) is for those who see all of them, and for whoever did it."""
    if actor.site_ids is None:
        return true()
    return or_(col(AuditLog.site_id).in_(actor.site_ids), col(AuditLog.actor_id) == actor.user_id)


def _narrow(statement: Select[Any], filters: AuditFilter) -> Select[Any]:
    for name in ("actor_id", "action", "entity", "entity_id"):
        if (wanted := getattr(filters, name)) is not None:
            statement = statement.where(getattr(AuditLog, name) == wanted)
    if filters.since is not None:
        statement = statement.where(col(AuditLog.received_at) >= filters.since)
    if filters.until is not None:
        statement = statement.where(col(AuditLog.received_at) < filters.until)
    if filters.search:
        statement = statement.where(_mentions(filters.search))
    if filters.cursor:
        statement = statement.where(before_cursor(AuditLog.received_at, AuditLog.id, filters.cursor))
    return statement


def _mentions(words: str) -> ColumnElement[bool]:
    searched = (col(AuditLog.action), col(AuditLog.actor_label), cast(col(AuditLog.changes), Text))
    return or_(*(column.icontains(words, autoescape=True) for column in searched))


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
