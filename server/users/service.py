"""Accounts, their roles and the sites they belong to."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core import events
from server.core.access import Actor
from server.core.consequences import tell
from server.core.database import ReadSession, Session
from server.core.errors import Conflict, Invalid
from server.core.security import hash_password
from server.core.versions import claim, touch, wanted
from server.users import repository
from server.users.consequences import AccessChanged, AddressChanged, SessionsEnded
from server.users.models import User, UserSite
from shared_models.auth.passwords import tells_name
from shared_models.auth.sessions import MeUpdate
from shared_models.permissions import Role
from shared_models.users import UserCreate, UserRead, UserUpdate


class LastAdmin(Conflict):
    """Somebody must be able to let people in."""

    code = "last_admin"


class OwnAccess(Conflict):
    """Nobody shuts themselves out: a colleague changes what one may do."""

    code = "own_access"


class PasswordIsName(Invalid):
    code = "password_is_name"


class SiteOutOfReach(Invalid):
    """Nobody gives a right that they do not have."""

    code = "site_out_of_reach"


async def create(session: Session, actor: Actor, cmd: UserCreate) -> UserRead:
    ensure_may_give(actor, all_sites=cmd.all_sites, site_ids=cmd.site_ids)
    user = await add(session, **cmd.model_dump(exclude={"password", "site_ids"}), password_hash=await hash_password(cmd.password))
    await repository.replace_sites(session, user.id, set(cmd.site_ids))
    await audit.record(session, actor, "user.created", user, after=_recorded(user, set(cmd.site_ids)))
    return repository.to_read(user, set(cmd.site_ids))


async def add(session: Session, **fields: Any) -> User:
    user = User(**fields)
    session.add(user)
    await session.flush()
    return user


async def update(session: Session, actor: Actor, user_id: UUID, cmd: UserUpdate) -> UserRead:
    """What the person may see changes at once: streams end, and every request asks the database."""
    may_end_admin = cmd.is_active is False or cmd.all_sites is False or cmd.role not in (None, Role.admin)
    admins = await repository.lock_active_admins(session) if may_end_admin else {}
    user = await repository.get(session, actor, user_id, for_update=True)
    _ensure_an_admin_stays(admins, user, cmd)
    claim(user, cmd.version)
    sites = await repository.site_ids_of(session, user.id)
    if user.id == actor.user_id and _changes_access(user, sites, cmd):
        raise OwnAccess
    before = _recorded(user, sites)
    _apply(user, cmd)
    sites = await _change_sites(session, actor, user, sites, cmd)
    await session.flush()
    after = _recorded(user, sites)
    await audit.record(session, actor, _action(before, user), user, before=before, after=after)
    events.end_streams_of(session, user_ids=[user.id])
    if any(before[name] != after[name] for name in ("role", "all_sites", "site_ids")):
        await tell(session, actor, AccessChanged(user.id))
    if before["email"] != after["email"]:
        await tell(session, actor, AddressChanged(user.id, user.email))
    if not user.is_active:
        await tell(session, actor, SessionsEnded(user.id))
    return repository.to_read(user, sites)


async def get(session: ReadSession, actor: Actor, user_id: UUID, *, for_update: bool = False) -> User:
    """Somebody whom the actor may see."""
    return await repository.get(session, actor, user_id, for_update=for_update)


async def ensure_reaches(session: ReadSession, actor: Actor, user: User) -> None:
    """Whoever could act in somebody's name must see all that this person sees."""
    ensure_may_give(actor, all_sites=user.all_sites, site_ids=await repository.site_ids_of(session, user.id))


async def put_on_sites(session: Session, user_id: UUID, site_ids: Iterable[UUID]) -> None:
    await repository.replace_sites(session, user_id, set(site_ids))


async def set_password(user: User, password: str, field: str) -> None:
    """One that is little more than the person's own name is refused; `field` is where it was sent."""
    if tells_name(password, user.username, user.email):
        raise PasswordIsName(field=field)
    user.password_hash = await hash_password(password)


async def join_site(session: Session, user_id: UUID, site_id: UUID) -> None:
    session.add(UserSite(user_id=user_id, site_id=site_id))
    events.end_streams_of(session, user_ids=[user_id])


async def find_by_login(session: ReadSession, login: str) -> User | None:
    """By user name or by e-mail address."""
    return await repository.find_by_login(session, login)


async def free_username(session: ReadSession, wanted: str) -> str:
    """`wanted`, or where somebody has it the first `wanted-2`, `wanted-3`, … that nobody has."""
    return await repository.free_username(session, wanted)


async def has_admin(session: ReadSession) -> bool:
    return await repository.has_admin(session)


async def site_ids_of(session: ReadSession, user_id: UUID) -> set[UUID]:
    return await repository.site_ids_of(session, user_id)


async def update_own(session: Session, actor: Actor, cmd: MeUpdate) -> tuple[User, set[UUID]]:
    """What people may change about themselves."""
    user = await repository.get(session, actor, actor.user_id, for_update=True)
    before = audit.snapshot(user)
    for name, value in cmd.model_dump(exclude_none=True).items():
        setattr(user, name, value)
    touch(user)
    await session.flush()
    await audit.record(session, actor, "user.updated", user, before=before)
    events.end_streams_of(session, user_ids=[user.id])
    return user, await repository.site_ids_of(session, user.id)


def _ensure_an_admin_stays(admins: dict[UUID, bool], user: User, cmd: UserUpdate) -> None:
    """At least one who sees every site: nobody else could give access to all of them."""
    stays_admin = cmd.is_active is not False and cmd.role in {None, Role.admin}
    left = {admin: sees_all for admin, sees_all in admins.items() if admin != user.id}
    loses_reach = admins.get(user.id, False) and not (stays_admin and cmd.all_sites is not False)
    if (user.id in admins and not (stays_admin or left)) or (loses_reach and not any(left.values())):
        raise LastAdmin


def _changes_access(user: User, sites: set[UUID], cmd: UserUpdate) -> bool:
    wanted = (cmd.role, user.role), (cmd.is_active, user.is_active), (cmd.all_sites, user.all_sites)
    is_other = any(new is not None and new != old for new, old in wanted)
    return is_other or (cmd.site_ids is not None and not sites <= set(cmd.site_ids))


def _apply(user: User, cmd: UserUpdate) -> None:
    for name, value in wanted(cmd, "labour_rate", without=("site_ids", "all_sites")).items():
        setattr(user, name, value)
    if cmd.is_active is not None:
        user.is_waiting = False


async def _change_sites(session: Session, actor: Actor, user: User, present: set[UUID], cmd: UserUpdate) -> set[UUID]:
    """Memberships of sites the actor does not see stay as they are."""
    if cmd.all_sites is not None and cmd.all_sites != user.all_sites:
        ensure_may_give(actor, all_sites=True, site_ids=())
        user.all_sites = cmd.all_sites
    if cmd.site_ids is None:
        return present
    wanted = set(cmd.site_ids)
    ensure_may_give(actor, all_sites=False, site_ids=wanted - present)
    sites = wanted | {site_id for site_id in present if not actor.sees(site_id)}
    await repository.replace_sites(session, user.id, sites)
    return sites


def ensure_may_give(actor: Actor, *, all_sites: bool, site_ids: Iterable[UUID]) -> None:
    if all_sites and actor.site_ids is not None:
        raise SiteOutOfReach(field="all_sites")
    if not all(actor.sees(site_id) for site_id in site_ids):
        raise SiteOutOfReach(field="site_ids")


def _recorded(user: User, site_ids: Iterable[UUID]) -> dict[str, Any]:
    return {**audit.snapshot(user), "site_ids": sorted(map(str, site_ids))}


def _action(before: dict[str, Any], user: User) -> str:
    if before["is_active"] != user.is_active:
        return "user.activated" if user.is_active else "user.deactivated"
    return "user.updated"
