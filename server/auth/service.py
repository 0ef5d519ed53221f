"""Signing in, staying signed in, signing out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from server.audit import service as audit
from server.auth import attempts, mails, refresh_tokens, repository
from server.auth.known_actors import Known
from server.auth.models import SESSION_KEPT, UserSession
from server.core import events, rate_limit, tokens
from server.core.access import SYSTEM, Actor
from server.core.clock import now
from server.core.consequences import tell
from server.core.context import origin
from server.core.database import ReadSession, Session
from server.core.errors import Forbidden, Invalid, NotFound, NotSignedIn, SessionEnded, existing
from server.core.read_pool import ReadPool
from server.core.security import token_hash, verify_password
from server.core.settings import Settings
from server.users import service as users
from server.users.consequences import SessionsEnded
from server.users.models import User
from shared_models.auth.sessions import LoginRequest, Me, MeUpdate, PasswordChange, SessionRead, TokenPair
from shared_models.permissions import ROLE_PERMISSIONS, Role

GRACE = timedelta(minutes=2)  # tabs that ask at once; a phone waits half a minute for a lost answer before it asks again
LOST_ANSWER = timedelta(days=3)  # a week-end
_log = structlog.get_logger(__name__)


class WrongCredentials(NotSignedIn):
    """Says nothing about which of the two is wrong."""

    code = "wrong_credentials"


class AccountInactive(Forbidden):
    """Only for who knows the password."""

    code = "account_inactive"


class AccountWaiting(Forbidden):
    """Only for who knows the password."""

    code = "account_waiting"


class WrongPassword(Invalid):
    code = "wrong_password"


@dataclass(frozen=True)
class SignIn:
    """A session just opened or renewed; `refresh_token` exists nowhere else."""

    user: User
    session: UserSession
    refresh_token: str


# --- who asks


async def authenticate(pool: ReadPool, settings: Settings, token: str) -> Known:
    """The actor of an access token whose session is still alive and whose account is active."""
    claims = tokens.read(token, secret=settings.secret)
    session_id, issued_at = claims.session_id, claims.issued_at
    row = await repository.actor_row(pool, session_id=session_id, user_id=claims.user_id, at=now(), issued_at=issued_at)
    if row is None:
        raise SessionEnded
    if row["is_received"]:
        await repository.mark_received(pool, session_id, issued_at)
    role = Role(row["role"])
    actor = Actor(
        user_id=row["id"], role=role, permissions=ROLE_PERMISSIONS[role],
        site_ids=None if row["all_sites"] else frozenset(row["site_ids"]), label=row["label"], lang=row["language"],
        session_id=claims.session_id, device_id=row["device_id"],
    )  # fmt: skip
    return Known(actor, min(claims.expires_at, row["expires_at"]))


def actor_of(user: User, site_ids: set[UUID], session_id: UUID | None = None, device_id: UUID | None = None) -> Actor:
    return Actor(
        user_id=user.id, role=user.role, permissions=ROLE_PERMISSIONS[user.role],
        site_ids=None if user.all_sites else frozenset(site_ids), label=user.full_name, lang=user.language,
        session_id=session_id, device_id=device_id,
    )  # fmt: skip


async def me(session: ReadSession, actor: Actor) -> Me:
    user = existing(await repository.get_user(session, actor.user_id))
    return me_of(user, await users.site_ids_of(session, user.id))


def me_of(user: User, site_ids: set[UUID]) -> Me:
    return Me.model_validate({
        **user.model_dump(), "permissions": sorted(ROLE_PERMISSIONS[user.role]),
        "site_ids": None if user.all_sites else sorted(site_ids),
    })  # fmt: skip


async def update_me(session: Session, actor: Actor, cmd: MeUpdate) -> Me:
    return me_of(*await users.update_own(session, actor, cmd))


# --- signing in


async def check_credentials(pool: ReadPool, user: User | None, cmd: LoginRequest) -> User:
    """Counts the attempt first, and takes as long, whether or not the account exists."""
    attempt = await attempts.count(pool, cmd.username, user.id if user else None, cmd.device_id)
    if not await verify_password(cmd.password, user.password_hash if user else None) or user is None:
        _log.warning("sign_in.refused", account=str(user.id) if user else None)
        raise WrongCredentials
    await attempt.succeeded()
    if not user.is_active:
        raise AccountWaiting if user.is_waiting else AccountInactive
    return user


async def open_session(session: Session, settings: Settings, user: User, cmd: LoginRequest) -> SignIn:
    where, at = origin.get(), now()
    opened = UserSession(
        user_id=user.id, token_hash="", device_id=cmd.device_id, device_name=cmd.device_name, address=where.address,
        user_agent=where.user_agent, created_at=at, last_used_at=at, expires_at=at + settings.refresh_lifetime,
    )  # fmt: skip
    ever, here = await repository.signed_in_before(session, user.id, cmd.device_id, where.user_agent)
    token = refresh_tokens.first(opened.id)
    opened.token_hash = token_hash(token)
    session.add(opened)
    await session.flush()
    await audit.record(session, actor_of(user, set(), opened.id, cmd.device_id), "auth.signed_in", opened)
    is_first = not ever and at - user.created_at < SESSION_KEPT  # an older one may have been forgotten
    if not (here or is_first):
        await mails.new_sign_in(session, user, opened)
    return SignIn(user, opened, token)


async def token_pair(session: ReadSession, settings: Settings, signed: SignIn, *, in_body: bool) -> TokenPair:
    claims = tokens.AccessClaims(user_id=signed.user.id, session_id=signed.session.id)
    lifetime = settings.access_lifetime
    return TokenPair(
        access_token=tokens.issue(claims, secret=settings.secret, lifetime=lifetime),
        expires_in=int(lifetime.total_seconds()),
        refresh_token=signed.refresh_token if in_body else None,
        user=me_of(signed.user, await users.site_ids_of(session, signed.user.id)),
    )


# --- staying signed in


async def refresh(session: Session, settings: Settings, token: str) -> SignIn | None:
    """Exchange a refresh token for its successor; None when it is worth nothing.

    A token whose successor the device has received, other than just now, is known to two parties: the session ends for
    both. One that the session never had is a guess, and changes nothing. The caller commits before it refuses, or the
    revocation would be rolled back with the refusal.
    """
    session_id = refresh_tokens.session_id_of(token)
    held = await repository.lock_session(session, session_id) if session_id else None
    user = await repository.get_user(session, held.user_id) if held else None
    if held is None or user is None or not _is_alive(held) or not user.is_active:
        return None
    generations = refresh_tokens.generations_since(token, held.token_hash, settings.secret)
    if generations is None:
        return None
    if generations and not (generations == 1 and _may_repeat(held)):
        await _end_stolen(session, user, held)
        return None
    next_token = refresh_tokens.successor(token, settings.secret)
    if generations == 0:
        _rotate(held, next_token, settings)
    return SignIn(user, held, next_token)


def _is_alive(held: UserSession) -> bool:
    return held.revoked_at is None and held.expires_at > now()


def _rotate(held: UserSession, next_token: str, settings: Settings) -> None:
    at = now()
    held.previous_token_hash, held.token_hash = held.token_hash, token_hash(next_token)
    held.rotated_at = held.last_used_at = at
    held.expires_at = at + settings.refresh_lifetime


def _may_repeat(held: UserSession) -> bool:
    """Whether the token before the present one may still ask: the answer to it may have been lost."""
    is_unseen = held.previous_token_hash is not None
    return held.rotated_at is not None and now() - held.rotated_at <= (LOST_ANSWER if is_unseen else GRACE)


async def _end_stolen(session: Session, user: User, held: UserSession) -> None:
    _log.warning("refresh_token.reused", user_id=str(user.id), session_id=str(held.id))
    await _revoke(session, held)
    await audit.record(session, actor_of(user, set(), held.id, held.device_id), "auth.token_reused", held)


async def _revoke(session: Session, held: UserSession) -> None:
    held.revoked_at = now()
    await session.flush()
    await tell_ended(session, held.user_id)


async def tell_ended(session: Session, user_id: UUID) -> None:
    """Of sessions that are over: streams end, and who else reaches these devices lets go of them."""
    events.end_streams_of(session, user_ids=[user_id])
    await tell(session, SYSTEM, SessionsEnded(user_id))


# --- signing out, sessions, password


async def sign_out(session: Session, settings: Settings, token: str) -> None:
    """Silent about a token that is worth nothing: signing out twice is signing out."""
    session_id = refresh_tokens.session_id_of(token)
    held = await repository.lock_session(session, session_id) if session_id else None
    if held is None or held.revoked_at is not None or refresh_tokens.generations_since(token, held.token_hash, settings.secret) is None:
        return
    user = await repository.get_user(session, held.user_id)
    await _revoke(session, held)
    if user is not None:
        await audit.record(session, actor_of(user, set(), held.id, held.device_id), "auth.signed_out", held)


async def list_sessions(session: ReadSession, actor: Actor) -> list[SessionRead]:
    rows = await repository.live_sessions(session, actor.user_id, now())
    return [SessionRead.model_validate({**row.model_dump(), "is_current": row.id == actor.session_id}) for row in rows]


async def revoke_session(session: Session, actor: Actor, session_id: UUID, *, action: str = "auth.session_revoked") -> None:
    """One's own only; somebody else's does not exist."""
    held = await repository.lock_session(session, session_id)
    if held is None or held.user_id != actor.user_id or held.revoked_at is not None:
        raise NotFound
    await _revoke(session, held)
    await audit.record(session, actor, action, held)


async def list_sessions_of(session: ReadSession, actor: Actor, user_id: UUID) -> list[SessionRead]:
    """For an administrator, of somebody whom they see."""
    user = await users.get(session, actor, user_id)
    rows = await repository.live_sessions(session, user.id, now())
    return [SessionRead.model_validate({**row.model_dump(), "is_current": row.id == actor.session_id}) for row in rows]


async def end_session_of(session: Session, actor: Actor, user_id: UUID, session_id: UUID) -> None:
    """A lost phone: nothing more reaches it, and what it sends is refused."""
    user = await users.get(session, actor, user_id)
    held = await repository.lock_session(session, session_id)
    if held is None or held.user_id != user.id or held.revoked_at is not None:
        raise NotFound
    await _revoke(session, held)
    await audit.record(session, actor, "auth.session_revoked", held)


async def end_sessions_of(session: Session, actor: Actor, user_id: UUID) -> None:
    """All of them, but the one that asks."""
    user = await users.get(session, actor, user_id)
    await repository.revoke_others(session, user.id, actor.session_id, now())
    await tell_ended(session, user.id)
    await audit.record(session, actor, "user.sessions_ended", user)


async def change_password(session: Session, pool: ReadPool, actor: Actor, cmd: PasswordChange) -> None:
    """Signs out every other device."""
    counter = f"password:{actor.session_id}"  # a session that was left open somewhere locks no other one
    await rate_limit.hit(pool, counter, attempts.OF_ONE)
    user = await repository.get_user(session, actor.user_id)
    if user is None or not await verify_password(cmd.current_password, user.password_hash):
        raise WrongPassword(field="current_password")
    await rate_limit.forgive(pool, counter)
    await users.set_password(user, cmd.new_password, "new_password")
    await repository.revoke_others(session, user.id, actor.session_id, now())
    await session.flush()
    await tell_ended(session, user.id)
    await audit.record(session, actor, "auth.password_changed", user)
    await mails.password_changed(session, user)
