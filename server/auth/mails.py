"""What accounts are told by mail. A link's secret is in no row: its token is made of a nonce when the mail is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.auth import repository
from server.auth.models import Invitation, PasswordLink, UserSession
from server.core.clock import now
from server.core.context import origin
from server.core.database import ReadSession, Session
from server.core.security import derived_token, new_opaque_token, token_hash
from server.core.settings import Settings
from server.outbox.carrying import Parcel, Verdict, vets
from server.outbox.service import LASTS, Entry, post
from server.users.models import User
from shared_models.auth.invitations import Mailed
from shared_models.ids import uuid7
from shared_models.mails import MailTemplate
from shared_models.outbox import Channel, ParcelState


@dataclass(frozen=True)
class Secret:
    """Of a link: its row keeps the `hash`, its mail's parcel the `nonce` too, and neither opens anything without the server."""

    nonce: str
    hash: str


def new_secret(settings: Settings) -> tuple[str, Secret]:
    """With the token that opens the page."""
    nonce = new_opaque_token()
    token = derived_token(nonce, settings.secret)
    return token, Secret(nonce, token_hash(token))


def way(settings: Settings) -> Mailed:
    return Mailed.leaves if settings.mail_server else Mailed.kept


async def invitation(session: Session, made: Invitation, secret: Secret, *, by: str, public_url: str) -> None:
    sites = await repository.site_names_of_invitation(session, made.id)
    facts = {"name": made.name, "by": by, "role": made.role, "all_sites": made.all_sites, "sites": sites, "until": made.expires_at}
    zone = await repository.zone_of_invitation(session, made)
    content = {
        "template": MailTemplate.invitation, "lang": made.language, "facts": {**facts, "zone": zone}, "link": _link("/join", secret),
        "origin": public_url,
    }  # fmt: skip
    await post(session, Entry(Channel.email, f"invitation:{made.id}", made.email, content, lasts=made.expires_at - now()))


async def password(session: Session, user: User, link: PasswordLink, secret: Secret, *, by: str = "", public_url: str = "") -> None:
    """`by`: the administrator who sends it; else the person, or somebody in their name, has asked for it."""
    facts = {"username": user.username, "by": by, "until": link.expires_at}
    more = {"link": _link("/new-password", secret), **({"origin": public_url} if public_url else {})}
    await _tell(session, user, MailTemplate.password, secret.hash, facts, more, lasts=link.expires_at - now())


async def new_sign_in(session: Session, user: User, opened: UserSession) -> None:
    facts = {"device": opened.device_name or opened.user_agent[:80], "address": opened.address, "at": opened.created_at}
    await _tell(session, user, MailTemplate.new_sign_in, str(opened.id), facts)


async def password_changed(session: Session, user: User) -> None:
    facts = {"username": user.username, "address": origin.get().address, "at": now()}
    await _tell(session, user, MailTemplate.password_changed, str(uuid7()), facts)


async def _tell(
    session: Session, user: User, template: MailTemplate, key: str, facts: Mapping[str, Any], more: Mapping[str, Any] | None = None, *,
    lasts: timedelta = LASTS,
) -> None:  # fmt: skip
    whole = {"name": user.first_name, "zone": await repository.zone_of_user(session, user), **facts}
    content = {"template": template, "lang": user.language, "facts": whole, **(more or {})}
    await post(session, Entry(Channel.email, f"{template}:{key}", user.email, content, user_id=user.id, lasts=lasts))


def _link(path: str, secret: Secret) -> dict[str, str]:
    return {"path": path, "nonce": secret.nonce, "hash": secret.hash}


@vets
async def still_good(session: ReadSession, parcels: Sequence[Parcel]) -> Mapping[UUID, Verdict]:
    """No mail with a link that was used, taken back, or replaced by a newer one."""
    links = {parcel.id: parcel.content["link"]["hash"] for parcel in parcels if "hash" in parcel.content.get("link", ())}
    good = await repository.links_that_are_good(session, links.values()) if links else set()
    return {parcel: Verdict(ParcelState.withheld) for parcel, digest in links.items() if digest not in good}
