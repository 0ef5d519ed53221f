from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import col

from server.attachments.models import Attachment
from server.core.access import Actor, visible
from server.core.database import ReadSession, Session
from server.core.errors import NotFound


async def get_visible(session: ReadSession, actor: Actor, attachment_id: UUID) -> Attachment:
    statement = select(Attachment).where(col(Attachment.id) == attachment_id, visible(actor, Attachment.site_id))
    if (found := await session.scalar(statement)) is None:
        raise NotFound
    return found


async def site_exists(session: ReadSession, site_id: UUID) -> bool:
    return bool(await session.scalar(sa.text("select exists (select from sites where id = :id)"), {"id": site_id}))


async def lock_id(session: Session, attachment_id: UUID) -> None:
    """Two uploads of one id at once: the second waits, then finds the first one's row."""
    await session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": str(attachment_id)})


_UNUSED = sa.text("""
delete from attachment a where a.created_at < :before
and not exists (select from document d where d.attachment_id = a.id)
and not exists (select from equipment e where e.photo_id = a.id)
and not exists (select from work_request r where r.photo_id = a.id)
and not exists (select from intervention_photo p where p.id = a.id)
and not exists (select from intervention_answer w where w.photo_id = a.id)
returning a.id
""")


async def forget_unused(session: Session, *, before: datetime) -> int:
    return len((await session.scalars(_UNUSED, {"before": before})).all())


async def all_keys(session: ReadSession) -> set[str]:
    return set(await session.scalars(select(col(Attachment.sha256)).distinct()))
