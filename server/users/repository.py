"""Accounts as their administrators see them: their own sites' people, plus those who belong to no site yet."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, and_, delete, func, literal_column, or_, select, true
from sqlmodel import col

from server.core.access import Actor
from server.core.database import ReadSession, Session
from server.core.errors import NotFound
from server.core.pages import order_by, page_of
from server.users.models import User, UserSite
from shared_models.paging import Page
from shared_models.permissions import Role
from shared_models.users import UserFilter, UserRead, UserState

_SORTS = {
    "name": func.lower(col(User.last_name)), "username": col(User.username), "email": col(User.email),
    "role": col(User.role), "created_at": col(User.created_at), "is_active": col(User.is_active),
}  # fmt: skip


_STATES = {
    UserState.active: col(User.is_active).is_(True),
    UserState.waiting: col(User.is_waiting).is_(True),
    UserState.inactive: and_(col(User.is_active).is_(False), col(User.is_waiting).is_(False)),
}


def _belongs_to(site_ids: Iterable[UUID] | None = None) -> ColumnElement[bool]:
    membership = select(col(UserSite.user_id)).where(col(UserSite.user_id) == col(User.id))
    if site_ids is not None:
        membership = membership.where(col(UserSite.site_id).in_(list(site_ids)))
    return membership.exists()


def in_scope(actor: Actor) -> ColumnElement[bool]:
    if actor.site_ids is None:
        return true()
    colleague = and_(col(User.all_sites).is_(False), or_(_belongs_to(actor.site_ids), ~_belongs_to()))
    return or_(col(User.id) == actor.user_id, colleague)


def _matching(filters: UserFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.role is not None:
        conditions.append(col(User.role) == filters.role)
    if filters.is_active is not None:
        conditions.append(col(User.is_active) == filters.is_active)
    if filters.state is not None:
        conditions.append(_STATES[filters.state])
    if filters.site_id is not None:
        conditions.append(or_(col(User.all_sites).is_(True), _belongs_to([filters.site_id])))
    if filters.search:
        conditions.append(_named_like(filters.search))
    return conditions


def _named_like(words: str) -> ColumnElement[bool]:
    """Every word somewhere in the name, user name or address, whatever its accents."""
    text = col(User.first_name) + " " + col(User.last_name) + " " + col(User.username) + " " + col(User.email)
    return and_(*(func.strpos(func.etabli_fold(text), func.etabli_fold(word)) > 0 for word in words.split()))


async def search(session: ReadSession, actor: Actor, filters: UserFilter) -> Page[UserRead]:
    """Two statements whatever the size: the memberships come with the page."""
    scope = and_(in_scope(actor), *_matching(filters))
    total = await session.scalar(select(func.count()).select_from(User).where(scope))
    statement = _with_sites().where(scope).order_by(*order_by(filters, _SORTS, "name", col(User.id)))
    rows = await session.execute(statement.limit(filters.size).offset((filters.page - 1) * filters.size))
    return page_of([to_read(user, site_ids) for user, site_ids in rows], total or 0, filters)


def _with_sites() -> "Select[User, list[UUID]]":
    memberships = (
        select(func.coalesce(func.array_agg(col(UserSite.site_id)), literal_column("'{}'::uuid[]")))
        .where(col(UserSite.user_id) == col(User.id)).scalar_subquery()
    )  # fmt: skip
    return select(User, memberships)


def to_read(user: User, site_ids: Iterable[UUID]) -> UserRead:
    return UserRead.model_validate({**user.model_dump(), "site_ids": sorted(site_ids)})


async def get(session: ReadSession, actor: Actor, user_id: UUID, *, for_update: bool = False) -> User:
    statement = select(User).where(col(User.id) == user_id, in_scope(actor))
    if for_update:
        statement = statement.with_for_update(key_share=True)  # what only refers to the person need not wait
    user = await session.scalar(statement)
    if user is None:
        raise NotFound
    return user


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
