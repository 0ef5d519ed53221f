from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, or_, select, true
from sqlmodel import col

from server.audit.models import AuditLog
from server.core.access import Actor
from server.core.database import ReadSession
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
