"""Links that an administrator hands to a person: to join, or to choose a new password. Only their hashes are kept."""

from datetime import timedelta
from uuid import UUID

from server.audit import service as audit
from server.auth import accounts, attempts, mails, repository
from server.auth.models import Invitation, InvitationSite, PasswordLink
from server.auth.service import actor_of, tell_ended
from server.core import rate_limit
from server.core.access import SYSTEM, Actor
from server.core.clock import now
from server.core.consequences import hears
from server.core.context import origin
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, Conflict, Gone, NotFound
from server.core.jobs import defer
from server.core.rate_limit import Rate
from server.core.read_pool import ReadPool
from server.core.security import hash_password, token_hash
from server.core.settings import Settings
from server.labels.pictures import qr_of
from server.users import service as users
from server.users.consequences import AddressChanged
from server.users.models import User
from shared_models.auth.invitations import (  # fmt: skip
    AccessLink,
    InvitationCreate,
    InvitationLink,
    InvitationRead,
    JoinRequest,
    LinkKind,
    LinkOffer,
    Mailed,
    PasswordForgotten,
    PasswordLinkCreate,
    PasswordReset,
)

PASSWORD_LINK_LIFETIME = timedelta(days=1)
FORGOTTEN_LINK_LIFETIME = timedelta(hours=1)
FORGOTTEN = Rate(5, timedelta(hours=1))
FORGOTTEN_OF_NETWORK = Rate(30, timedelta(hours=1))  # a whole workshop may share one address
SEND_FORGOTTEN = "send_forgotten_password"
MOST_INVITATIONS = 500
GUESSES = Rate(60, timedelta(hours=1))
"""Of one network; whoever holds a good link is never counted."""


class LinkSpent(Gone):
    """Used, taken back, replaced by a newer one, or too old: whoever holds it learns no more."""

    code = "link_spent"


class TooManyInvitations(Conflict):
    code = "too_many_invitations"


class AccountClosed(Conflict):
    """A password helps nobody into an account that is not active."""

    code = "account_closed"


# --- what an administrator does


async def invite(session: Session, settings: Settings, actor: Actor, cmd: InvitationCreate, *, public_url: str) -> InvitationLink:
    """The link is shown once, and mailed where there is an address."""
    users.ensure_may_give(actor, all_sites=cmd.all_sites, site_ids=cmd.site_ids)
    if await session.get(Invitation, cmd.id) is not None:
        raise AlreadyExists(field="id")
    if await repository.count_invitations(session) >= MOST_INVITATIONS:
        raise TooManyInvitations(most=MOST_INVITATIONS)
    if cmd.email and await users.find_by_login(session, cmd.email) is not None:
        raise AlreadyExists(field="email")
    (token, secret), at = mails.new_secret(settings), now()
    made = Invitation(
        **cmd.model_dump(exclude={"site_ids", "days", "email"}), email=cmd.email or "", token_hash=secret.hash, created_by=actor.user_id,
        created_at=at, expires_at=at + timedelta(days=cmd.days),
    )  # fmt: skip
    session.add(made)
    await session.flush()
    sites = sorted(set(cmd.site_ids))
    session.add_all([InvitationSite(invitation_id=made.id, site_id=site_id) for site_id in sites])
    await session.flush()
    if made.email:
        await mails.invitation(session, made, secret, by=actor.label, public_url=public_url)
    facts = {
        "name": made.name,
        "email": made.email,
        "role": made.role,
        "all_sites": made.all_sites,
        "site_ids": sites,
        "expires_at": made.expires_at,
    }
    await audit.record(session, actor, "user.invited", made, after=facts)
    url = f"{public_url}/join?token={token}"
    mailed = mails.way(settings) if made.email else Mailed.no
    return InvitationLink(
        **facts, id=made.id, invited_by=actor.label, created_at=made.created_at, url=url, qr=await qr_of(url), mailed=mailed
    )  # fmt: skip


async def open_invitations(session: ReadSession, actor: Actor) -> list[InvitationRead]:
    """Those that still let somebody in, and that the actor could have made."""
    return await repository.open_invitations(session, actor, now())


async def take_back(session: Session, actor: Actor, invitation_id: UUID) -> None:
    found = await session.get(Invitation, invitation_id)
    if found is None or all(row.id != invitation_id for row in await open_invitations(session, actor)):
        raise NotFound
    await audit.record(session, actor, "user.invitation_revoked", found)
    await session.delete(found)
    await session.flush()


async def offer_password(
    session: Session, settings: Settings, actor: Actor, user_id: UUID, cmd: PasswordLinkCreate, *, public_url: str
) -> AccessLink:  # fmt: skip
    """A newer link replaces an older one."""
    user = await users.get(session, actor, user_id, for_update=True)
    await users.ensure_reaches(session, actor, user)
    if not user.is_active:
        raise AccountClosed
    (token, secret), expires_at = mails.new_secret(settings), now() + PASSWORD_LINK_LIFETIME
    link = PasswordLink(user_id=user.id, token_hash=secret.hash, created_by=actor.user_id, expires_at=expires_at)
    await repository.replace_password_link(session, link)
    if cmd.by_mail:
        await mails.password(session, user, link, secret, by=actor.label, public_url=public_url)
    await audit.record(session, actor, "user.password_link_made", user)
    url = f"{public_url}/new-password?token={token}"
    return AccessLink(url=url, qr=await qr_of(url), expires_at=expires_at, mailed=mails.way(settings) if cmd.by_mail else Mailed.no)


@hears(AddressChanged)
async def forget_links(session: Session, _: Actor, changed: AddressChanged) -> None:
    """Whoever reads the old address's mail gets in by none of them."""
    await repository.drop_password_links(session, changed.user_id)


# --- what whoever cannot get in does


async def forget_password(session: Session, pool: ReadPool, settings: Settings, cmd: PasswordForgotten) -> Mailed:
    """Answered alike, and as fast, whether or not there is such an account: looking for it is a job's work."""
    for key, rate in ((f"forgotten:network:{origin.get().network}", FORGOTTEN_OF_NETWORK), (f"forgotten:{cmd.username}", FORGOTTEN)):
        await rate_limit.hit(pool, key, rate)
    _, secret = mails.new_secret(settings)
    await defer(session, SEND_FORGOTTEN, login=cmd.username, nonce=secret.nonce, hash=secret.hash)
    return mails.way(settings)


async def send_forgotten(session: Session, login: str, secret: mails.Secret) -> None:
    """A link for whoever reads the account's mail, which replaces older ones; nothing for an account that is closed or not there."""
    user = await users.find_by_login(session, login)
    if user is None or not user.is_active:
        return
    link = PasswordLink(user_id=user.id, token_hash=secret.hash, created_by=user.id, expires_at=now() + FORGOTTEN_LINK_LIFETIME)
    await repository.replace_password_link(session, link)
    await mails.password(session, user, link, secret)
    await audit.record(session, SYSTEM, "auth.password_forgotten", user)


# --- what whoever holds the link does


async def look(session: ReadSession, pool: ReadPool, token: str) -> LinkOffer:
    digest = token_hash(token)
    invitation = await repository.find_invitation(session, digest, now())
    if invitation is not None:
        return await _offer_of(session, invitation)
    link = await repository.find_password_link(session, digest, now())
    user = await repository.get_user(session, link.user_id) if link else None
    if link is None or user is None:
        await _count_guess(pool)
        raise LinkSpent
    return LinkOffer(kind=LinkKind.password, name=user.full_name, role=user.role, username=user.username, expires_at=link.expires_at)


async def join(session: Session, pool: ReadPool, cmd: JoinRequest) -> User:
    """Of two who use a link at once, one gets in. A name that is taken leaves the link good."""
    invitation = await repository.find_invitation(session, token_hash(cmd.token), now(), for_update=True)
    if invitation is None:
        await _count_guess(pool)
        raise LinkSpent
    sites = await repository.sites_of_invitation(session, invitation.id)
    secret = await hash_password(cmd.password)
    user = await accounts.add(session, cmd, secret, role=invitation.role, all_sites=invitation.all_sites)
    await users.put_on_sites(session, user.id, sites)
    after = {**accounts.visible(user), "site_ids": sorted(sites), "invited_by": invitation.created_by}
    await audit.record(session, actor_of(user, sites), "user.joined", user, after=after)
    await session.delete(invitation)
    await session.flush()
    return user


async def reset_password(session: Session, pool: ReadPool, cmd: PasswordReset) -> None:
    """Signs out every device of the person."""
    link = await repository.find_password_link(session, token_hash(cmd.token), now(), for_update=True)
    user = await repository.get_user(session, link.user_id) if link else None
    if link is None or user is None:
        await _count_guess(pool)
        raise LinkSpent
    await users.set_password(user, cmd.new_password, "new_password")
    await repository.revoke_others(session, user.id, None, now())
    await session.delete(link)
    await session.flush()
    await tell_ended(session, user.id)
    await audit.record(session, actor_of(user, set()), "auth.password_reset", user)
    await mails.password_changed(session, user)
    await attempts.forgive(pool, user.id)


async def _count_guess(pool: ReadPool) -> None:
    await rate_limit.hit(pool, f"link:{origin.get().network}", GUESSES)


async def _offer_of(session: ReadSession, invitation: Invitation) -> LinkOffer:
    inviter = await repository.get_user(session, invitation.created_by)
    return LinkOffer(
        kind=LinkKind.invitation, name=invitation.name, role=invitation.role, all_sites=invitation.all_sites,
        email=invitation.email, site_names=await repository.site_names_of_invitation(session, invitation.id),
        invited_by=inviter.full_name if inviter else "", expires_at=invitation.expires_at,
    )  # fmt: skip
