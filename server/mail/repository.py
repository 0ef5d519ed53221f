from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from server.core.access import Actor
from server.core.database import ReadSession
from server.core.errors import existing
from server.mail.listing import in_scope
from server.outbox.models import Posted
from server.users.models import User
from shared_models.outbox import Channel


async def get(session: ReadSession, actor: Actor, mail_id: UUID) -> Posted:
    """Raises `NotFound` for a mail that the actor may not see."""
    chosen = col(Posted.id) == mail_id, col(Posted.channel) == Channel.email, in_scope(actor).clause()
    return existing(await session.scalar(select(Posted).where(*chosen)))


async def address_of(session: ReadSession, mail: Posted) -> str:
    """Where its reader gets mail now."""
    user = await session.get(User, mail.user_id) if mail.user_id else None
    return user.email if user else mail.target


async def name_of(session: ReadSession, user_id: UUID | None) -> str:
    user = await session.get(User, user_id) if user_id else None
    return user.full_name if user else ""
