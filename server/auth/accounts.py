"""Accounts that come from outside: registration, the first administrator, and a demonstration's accounts."""

from datetime import timedelta

from server.audit import service as audit
from server.auth import repository
from server.auth.models import SetupLink
from server.auth.service import actor_of
from server.core import rate_limit
from server.core.access import SYSTEM
from server.core.clock import now
from server.core.context import origin
from server.core.database import ReadSession, Session
from server.core.errors import Conflict, Gone
from server.core.rate_limit import Rate
from server.core.read_pool import ReadPool
from server.core.security import hash_password, new_opaque_token, token_hash
from server.users import service as users
from server.users.models import User
from shared_models.auth.sessions import DemoAccount, RegisterRequest, SetupRequest
from shared_models.permissions import Role

SETUP_LINK_LIFETIME = timedelta(days=2)
TOGETHER = timedelta(minutes=5)
PER_NETWORK = Rate(20, timedelta(hours=1))
DEMO_PASSWORD = "etabli-demo"  # noqa: S105 - published on purpose, and only where the demonstration's data is
DEMO_USERNAMES = ("admin", "supervisor", "technician")


class AlreadySetUp(Conflict):
    code = "already_set_up"


class SetupLinkSpent(Gone):
    code = "setup_link_spent"


async def register(session: Session, pool: ReadPool, cmd: RegisterRequest) -> None:
    """An account that can do nothing until an administrator activates it.

    A stranger learns nothing of who has one: a user name in use gets a number, and an address in use is shown to the
    administrators, in the log, by the account that has it.
    """
    await rate_limit.hit(pool, f"register:{origin.get().network}", PER_NETWORK)
    secret = await hash_password(cmd.password)
    holder = await users.find_by_login(session, cmd.email)
    cmd = cmd.model_copy(update={"username": await users.free_username(session, cmd.username)})
    if holder is None:
        user = await add(session, cmd, secret, role=Role.technician, is_waiting=True)
        await audit.record(session, actor_of(user, set()), "user.registered", user, after=visible(user))
    else:
        asked = {"username": cmd.username, "first_name": cmd.first_name, "last_name": cmd.last_name}
        await audit.record(session, SYSTEM, "user.registered_again", holder, before={}, after=asked)


async def create_setup_link(session: Session) -> str:
    """The token of a new one-time link, which replaces those of earlier starts; `AlreadySetUp` once there is an admin.

    The link is `<public address>/setup?token=<token>`.
    """
    if await users.has_admin(session):
        raise AlreadySetUp
    token = new_opaque_token()
    link = SetupLink(token_hash=token_hash(token), expires_at=now() + SETUP_LINK_LIFETIME)
    await repository.replace_setup_link(session, link, older_than=link.expires_at - TOGETHER)
    return token


async def set_up(session: Session, cmd: SetupRequest) -> User:
    """Make the first administrator, who sees every site. Attempts need no limit: the token cannot be guessed."""
    if not await repository.take_setup_link(session, token_hash(cmd.token), now()):
        raise SetupLinkSpent
    return await create_admin(session, cmd, action="user.set_up")


async def create_admin(session: Session, cmd: RegisterRequest, *, action: str = "user.created") -> User:
    """An active administrator of all sites; also what the command line calls."""
    user = await add(session, cmd, await hash_password(cmd.password), role=Role.admin, all_sites=True)
    await audit.record(session, actor_of(user, set()), action, user, after=visible(user))
    return user


async def demo_accounts(session: ReadSession) -> list[DemoAccount]:
    found = await repository.active_accounts(session, list(DEMO_USERNAMES))
    return [DemoAccount(username=u.username, password=DEMO_PASSWORD, role=u.role, name=u.full_name) for u in found]


async def add(
    session: Session, cmd: RegisterRequest, password_hash: str, *, role: Role, all_sites: bool = False, is_waiting: bool = False
) -> User:
    return await users.add(
        session, username=cmd.username, email=cmd.email, password_hash=password_hash, first_name=cmd.first_name, last_name=cmd.last_name,
        language=cmd.language, role=role, is_active=not is_waiting, is_waiting=is_waiting, all_sites=all_sites,
    )  # fmt: skip


def visible(user: User) -> dict[str, object]:
    return {"username": user.username, "email": user.email, "role": user.role, "is_active": user.is_active}
