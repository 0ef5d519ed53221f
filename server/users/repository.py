"""Accounts as their administrators see them: their own sites' people, plus those who belong to no site yet."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, select
from sqlmodel import col

from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.core.queries import EVERYTHING, Sql, sql
from server.users.models import User, UserSite
from shared_models.permissions import Role
from shared_models.users import UserRead


def in_scope(actor: Actor) -> Sql:
    if actor.site_ids is None:
        return EVERYTHING
    return sql(
        "(users.id = {} or (not users.all_sites"
        " and (exists (select from user_site m where m.user_id = users.id and m.site_id = any({}::uuid[]))"
        " or not exists (select from user_site m where m.user_id = users.id))))",
        actor.user_id, actor.site_list,
    )  # fmt: skip


def to_read(user: User, site_ids: Iterable[UUID]) -> UserRead:
    return UserRead.model_validate({**user.model_dump(), "site_ids": sorted(site_ids)})


async def get(session: ReadSession, actor: Actor, user_id: UUID, *, for_update: bool = False) -> User:
    statement = select(User).where(col(User.id) == user_id, in_scope(actor).clause())
    if for_update:
        statement = statement.with_for_update(key_share=True)  # what only refers to the person need not wait
    return existing(await session.scalar(statement))


async def site_ids_of(session: ReadSession, user_id: UUID) -> set[UUID]:
    return set(await session.scalars(select(col(UserSite.site_id)).where(col(UserSite.user_id) == user_id)))


async def replace_sites(session: Session, user_id: UUID, site_ids: Iterable[UUID]) -> None:
    await session.execute(delete(UserSite).where(col(UserSite.user_id) == user_id))
    session.add_all([UserSite(user_id=user_id, site_id=site_id) for site_id in sorted(site_ids)])
    await session.flush()


async def find_by_login(session: ReadSession, login: str) -> User | None:
    """By user name, or by address: a user name has no `@`."""
    column = User.email if "@" in login else User.username
    return await session.scalar(select(User).where(col(column) == login))


_FREE_USERNAME = sa.text("""
with tried as (select 1 as number, :wanted as name union all select n, left(:wanted, 44) || '-' || n from generate_series(2, 9999) n)
select name from tried where not exists (select from users where username = name) order by number limit 1
""")


async def free_username(session: ReadSession, wanted: str) -> str:
    return str(await session.scalar(_FREE_USERNAME, {"wanted": wanted}))


async def lock_active_admins(session: Session) -> dict[UUID, bool]:
    """Whether each sees all sites. Locked before anything else, always in this order, so that two cannot step down at once."""
    statement = select(col(User.id), col(User.all_sites)).where(col(User.role) == Role.admin, col(User.is_active).is_(True))
    return {row.id: row.all_sites for row in await session.execute(statement.order_by(col(User.id)).with_for_update(key_share=True))}


async def has_admin(session: ReadSession) -> bool:
    return await session.scalar(select(col(User.id)).where(col(User.role) == Role.admin).limit(1)) is not None
