"""Notices and settings, read and written."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.events import poke_people
from server.core.queries import expression
from server.notifications.models import AlertDefault, AlertSetting, Notice, NoticePreference
from shared_models.permissions import Role


async def take(session: Session, actor: Actor, notice_id: UUID) -> Notice | None:
    """Of their own, locked."""
    mine = sa.select(Notice).where(col(Notice.id) == notice_id, col(Notice.user_id) == actor.user_id)
    return (await session.scalars(mine.with_for_update().execution_options(populate_existing=True))).first()


async def settings_of(session: ReadSession, user_id: UUID) -> list[AlertSetting]:
    return list(await session.scalars(sa.select(AlertSetting).where(col(AlertSetting.user_id) == user_id)))


async def defaults_of(session: ReadSession, role: Role) -> list[AlertDefault]:
    return list(await session.scalars(sa.select(AlertDefault).where(col(AlertDefault.role) == role)))


async def preference_of(session: ReadSession, user_id: UUID) -> NoticePreference:
    return await session.get(NoticePreference, user_id) or NoticePreference(user_id=user_id)


async def forget_choices(session: Session, user_id: UUID) -> None:
    await session.execute(sa.delete(AlertSetting).where(col(AlertSetting.user_id) == user_id))


async def forget_defaults(session: Session, role: Role) -> None:
    await session.execute(sa.delete(AlertDefault).where(col(AlertDefault.role) == role))


async def in_turn(session: Session, whose: str) -> None:
    """Who writes the same choices at once does so one after the other."""
    await session.run("select pg_advisory_xact_lock(hashtextextended($1, 3))", whose)


async def untold(session: ReadSession) -> int:
    found: int = await session.fetchval("select count(*) from notice_cause where told_at is null and again_at is not null")
    return found


_ROOT = "with root as (select coalesce((facts ->> 'of')::uuid, id) as id, subject_id from notice_cause where id = ({}))"
_OF_ROOT = """
n.cause_id = c.id and n.acknowledged_at is null
    and (c.id = root.id or (c.kind = 'unacknowledged' and c.subject_id = root.subject_id and c.facts ->> 'of' = root.id::text))
"""
_LOCK_SAME = expression(
    "{} select n.id from root, notice_cause c, notifications n where {} order by n.id for update of n",
    expression(_ROOT, "select cause_id from notifications where id = $1 and user_id = $2"), _OF_ROOT,
)  # fmt: skip
_SAME = expression(
    "{} update notifications n set acknowledged_at = $2, acknowledged_by = $3, version = n.version + 1 from root, notice_cause c where {}"
    " returning n.user_id",
    expression(_ROOT, "$1"), _OF_ROOT,
)  # fmt: skip


async def lock_same(session: Session, actor: Actor, notice_id: UUID) -> None:
    """All that tell of the same, in one order: two who are on it at once wait for each other, and neither in a circle."""
    await session.run(_LOCK_SAME, notice_id, actor.user_id)


async def acknowledge_everywhere(session: Session, notice: Notice) -> None:
    """Somebody is on it: of the same cause, and of its having stayed without an answer, nobody else need be told."""
    rows = await session.fetch(_SAME, notice.cause_id, notice.acknowledged_at, notice.acknowledged_by)
    poke_people(session, [row["user_id"] for row in rows])


async def let_go(session: Session, before: datetime) -> int:
    """Notices that were made before are gone, also for devices."""
    gone = sa.text("update notifications set gone_at = now() where gone_at is null and created_at < :before")
    result: sa.CursorResult[object] = await session.execute(gone, {"before": before})  # type: ignore[assignment]
    return result.rowcount
