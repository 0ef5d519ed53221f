from typing import Any

from sqlalchemy import Select, Text, cast, or_, select
from sqlmodel import col

from server.audit.models import AuditLog
from server.core.access import Actor, visible
from server.core.database import ReadSession
from server.core.pages import before_cursor, encode_cursor
from shared_models.audit import AuditFilter, AuditPage, AuditRead


async def search(session: ReadSession, actor: Actor, filters: AuditFilter) -> AuditPage:
    """Newest first, one row more than asked to know whether there are others."""
    statement = _narrow(select(AuditLog).where(visible(actor, AuditLog.site_id)), filters)
    statement = statement.order_by(col(AuditLog.received_at).desc(), col(AuditLog.id).desc()).limit(filters.size + 1)
    rows = (await session.scalars(statement)).all()
    shown = rows[: filters.size]
    following = encode_cursor(shown[-1].received_at, shown[-1].id) if len(rows) > filters.size else None
    return AuditPage(items=[AuditRead.model_validate(row) for row in shown], next=following)


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


def _mentions(words: str) -> Any:
    searched = (AuditLog.action, AuditLog.actor_label, cast(col(AuditLog.changes), Text))
    return or_(*(col(column).icontains(words, autoescape=True) for column in searched))  # type: ignore[arg-type]
