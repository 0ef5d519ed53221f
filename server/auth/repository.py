from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from server.auth.models import SetupLink, UserSession
from server.core.database import ReadSession, Session
from server.users.models import User
from shared_models.permissions import Role

_ACTOR = """
select u.id, u.role, u.first_name || ' ' || u.last_name as label, u.language, u.all_sites, s.device_id, s.expires_at,
       array(select site_id from user_site where user_id = u.id) as site_ids,
       s.previous_token_hash is not null and s.rotated_at <= $4 as is_received
from user_sessions s join users u on u.id = s.user_id
where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $3 and u.is_active
"""


_RECEIVED = "update user_sessions set previous_token_hash = null where id = $1 and rotated_at <= $2"


async def actor_row(pool: asyncpg.Pool, *, session_id: UUID, user_id: UUID, at: datetime, issued_at: datetime) -> asyncpg.Record | None:
    """None for a session that has ended, or whose account is not active.

    `is_received`: an access token of `issued_at` came with, or after, the session's present refresh token.
    """
    return await pool.fetchrow(_ACTOR, session_id, user_id, at, issued_at)


async def mark_received(pool: asyncpg.Pool, session_id: UUID, issued_at: datetime) -> None:
    """The device holds the present refresh token: the one before is not needed any more."""
    await pool.execute(_RECEIVED, session_id, issued_at)


_KNOWN = """
select bool_or(device_id = $2) as device, bool_or(address = $3) as address from user_sessions where user_id = $1
"""


async def knows(pool: asyncpg.Pool, user_id: UUID, device_id: UUID | None, address: str) -> asyncpg.Record | None:
    """Whether somebody has signed in before, on this `device`, or from this `address`."""
    return await pool.fetchrow(_KNOWN, user_id, device_id, address)


async def lock_session(session: Session, session_id: UUID) -> UserSession | None:
    return await session.scalar(select(UserSession).where(col(UserSession.id) == session_id).with_for_update())


async def get_user(session: ReadSession, user_id: UUID) -> User | None:
    return await session.get(User, user_id)


async def live_sessions(session: ReadSession, user_id: UUID, at: datetime) -> list[UserSession]:
    statement = select(UserSession).where(
        col(UserSession.user_id) == user_id, col(UserSession.revoked_at).is_(None), col(UserSession.expires_at) > at
    )
    return list(await session.scalars(statement.order_by(col(UserSession.last_used_at).desc()).limit(200)))


async def revoke_others(session: Session, user_id: UUID, kept: UUID | None, at: datetime) -> None:
    statement = update(UserSession).where(col(UserSession.user_id) == user_id, col(UserSession.revoked_at).is_(None))
    if kept is not None:
        statement = statement.where(col(UserSession.id) != kept)
    await session.execute(statement.values(revoked_at=at))


async def take_setup_link(session: Session, token_hash: str, at: datetime) -> bool:
    """Use the link up; only one of two simultaneous uses wins."""
    statement = delete(SetupLink).where(col(SetupLink.token_hash) == token_hash, col(SetupLink.expires_at) > at)
    return await session.scalar(statement.returning(col(SetupLink.token_hash))) is not None


async def replace_setup_link(session: Session, link: SetupLink) -> None:
    await session.execute(delete(SetupLink))
    session.add(link)
    await session.flush()


async def active_accounts(session: ReadSession, usernames: list[str]) -> list[User]:
    statement = select(User).where(col(User.username).in_(usernames), col(User.is_active).is_(True))
    return list(await session.scalars(statement.order_by(func.array_position([role.value for role in Role], col(User.role)))))
