from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import delete, func, select, text, update
from sqlmodel import col

from server.auth.models import Invitation, InvitationSite, PasswordLink, SetupLink, UserSession
from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.read_pool import ReadPool
from server.users.models import User
from shared_models.auth.invitations import InvitationRead
from shared_models.permissions import Permission, Role, may

_WHO_INVITE = [role for role in Role if may(role, Permission.users_write)]

_ACTOR = """
select u.id, u.role, u.first_name || ' ' || u.last_name as label, u.language, u.all_sites, s.device_id, s.expires_at,
       array(select site_id from user_site where user_id = u.id) as site_ids,
       s.previous_token_hash is not null and s.rotated_at <= $4 as is_received
from user_sessions s join users u on u.id = s.user_id
where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $3 and u.is_active
"""


_RECEIVED = "update user_sessions set previous_token_hash = null where id = $1 and rotated_at <= $2"


async def actor_row(pool: ReadPool, *, session_id: UUID, user_id: UUID, at: datetime, issued_at: datetime) -> asyncpg.Record | None:
    """None for a session that has ended, or whose account is not active.

    `is_received`: an access token of `issued_at` came with, or after, the session's present refresh token.
    """
    return await pool.fetchrow(_ACTOR, session_id, user_id, at, issued_at)


async def mark_received(pool: ReadPool, session_id: UUID, issued_at: datetime) -> None:
    """The device holds the present refresh token: the one before is not needed any more."""
    await pool.execute(_RECEIVED, session_id, issued_at)


_KNOWN = """
select bool_or(device_id = $2) as device, bool_or(address = $3) as address from user_sessions where user_id = $1
"""


async def knows(pool: ReadPool, user_id: UUID, device_id: UUID | None, address: str) -> asyncpg.Record | None:
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
    """Use it up, with every other one; only one of two simultaneous uses wins."""
    is_good = select(SetupLink).where(col(SetupLink.token_hash) == token_hash, col(SetupLink.expires_at) > at).exists()
    used = await session.scalars(delete(SetupLink).where(is_good).returning(col(SetupLink.token_hash)))
    return token_hash in used.all()


async def replace_setup_link(session: Session, link: SetupLink, *, older_than: datetime) -> None:
    """Servers that start together each tell a link of theirs: those of one moment all stand until one is used."""
    await session.execute(delete(SetupLink).where(col(SetupLink.expires_at) < older_than))
    session.add(link)
    await session.flush()


async def active_accounts(session: ReadSession, usernames: list[str]) -> list[User]:
    statement = select(User).where(col(User.username).in_(usernames), col(User.is_active).is_(True))
    return list(await session.scalars(statement.order_by(func.array_position([role.value for role in Role], col(User.role)))))


# --- links


async def count_invitations(session: ReadSession) -> int:
    return await session.scalar(select(func.count()).select_from(Invitation)) or 0


async def open_invitations(session: ReadSession, actor: Actor, at: datetime) -> list[InvitationRead]:
    """Two statements whatever their number; of those who see some sites only, their own and those for their sites alone."""
    statement = select(Invitation, User).join(User, col(User.id) == col(Invitation.created_by))
    rows = await session.execute(_letting_in(statement, at).order_by(col(Invitation.created_at).desc()))
    found = [(invitation, maker.full_name) for invitation, maker in rows]
    sites: dict[UUID, set[UUID]] = {}
    for link in await session.scalars(select(InvitationSite)):
        sites.setdefault(link.invitation_id, set()).add(link.site_id)
    return [
        InvitationRead.model_validate({**made.model_dump(), "site_ids": sorted(sites.get(made.id, ())), "invited_by": by})
        for made, by in found
        if made.created_by == actor.user_id or _could_give(actor, made, sites.get(made.id, set()))
    ]


def _could_give(actor: Actor, invitation: Invitation, site_ids: set[UUID]) -> bool:
    return actor.site_ids is None or (not invitation.all_sites and bool(site_ids) and site_ids <= actor.site_ids)


def _letting_in(statement: Any, at: datetime) -> Any:
    """A link is worth what its maker may do now."""
    makers = select(col(User.id)).where(col(User.is_active).is_(True), col(User.role).in_(_WHO_INVITE))
    return statement.where(col(Invitation.expires_at) > at, col(Invitation.created_by).in_(makers.correlate(None)))


async def find_invitation(session: ReadSession, digest: str, at: datetime, *, for_update: bool = False) -> Invitation | None:
    statement = _letting_in(select(Invitation).where(col(Invitation.token_hash) == digest), at)
    found: Invitation | None = await session.scalar(statement.with_for_update() if for_update else statement)
    return found


async def sites_of_invitation(session: ReadSession, invitation_id: UUID) -> set[UUID]:
    statement = select(col(InvitationSite.site_id)).where(col(InvitationSite.invitation_id) == invitation_id)
    return set(await session.scalars(statement))


_SITE_NAMES = text(
    "select s.name from sites s join invitation_site i on i.site_id = s.id where i.invitation_id = :id order by lower(s.name)"
)


async def site_names_of_invitation(session: ReadSession, invitation_id: UUID) -> list[str]:
    return list(await session.scalars(_SITE_NAMES, {"id": invitation_id}))


_ZONE = text("""
select case when count(distinct s.clock) = 1 then min(s.clock) else 'UTC' end from sites s
where cast(:everywhere as boolean) or s.id in (
    select site_id from user_site where user_id = cast(:user as uuid)
    union select site_id from invitation_site where invitation_id = cast(:invitation as uuid))
""")


async def zone_of_user(session: ReadSession, user: User) -> str:
    """The clock of all the sites that they see, where these have one."""
    return str(await session.scalar(_ZONE, {"everywhere": user.all_sites, "user": user.id, "invitation": None}))


async def zone_of_invitation(session: ReadSession, invitation: Invitation) -> str:
    return str(await session.scalar(_ZONE, {"everywhere": invitation.all_sites, "user": None, "invitation": invitation.id}))


_GOOD = text("""
select token_hash from invitation where token_hash = any(:hashes) union select token_hash from password_link where token_hash = any(:hashes)
""")


async def links_that_are_good(session: ReadSession, hashes: Iterable[str]) -> set[str]:
    return set(await session.scalars(_GOOD, {"hashes": list(hashes)}))


_SIGNED_IN = text("""
select count(*) > 0 as ever, coalesce(bool_or(
    device_id is not distinct from cast(:device as uuid) and (device_id is not null or user_agent = :agent)), false) as here
from user_sessions where user_id = :user
""")


async def signed_in_before(session: ReadSession, user_id: UUID, device_id: UUID | None, user_agent: str) -> tuple[bool, bool]:
    """At all, as far as is remembered, and on this device: by its id, or for a program without one by what it calls itself."""
    found = (await session.execute(_SIGNED_IN, {"user": user_id, "device": device_id, "agent": user_agent})).one()
    return found.ever, found.here


async def find_password_link(session: ReadSession, digest: str, at: datetime, *, for_update: bool = False) -> PasswordLink | None:
    """None too once the account is closed."""
    statement = select(PasswordLink).join(User, col(User.id) == col(PasswordLink.user_id))
    statement = statement.where(col(PasswordLink.token_hash) == digest, col(PasswordLink.expires_at) > at, col(User.is_active).is_(True))
    return await session.scalar(statement.with_for_update(of=PasswordLink) if for_update else statement)


async def replace_password_link(session: Session, link: PasswordLink) -> None:
    await drop_password_links(session, link.user_id)
    session.add(link)
    await session.flush()


async def drop_password_links(session: Session, user_id: UUID) -> None:
    await session.execute(delete(PasswordLink).where(col(PasswordLink.user_id) == user_id))
