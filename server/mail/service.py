"""Mails for the administrators: read, sent again, and the link of one that nobody could send."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor
from server.core.clock import now
from server.core.database import ReadSession, Session
from server.core.errors import Conflict
from server.core.settings import Settings
from server.labels.pictures import qr_of
from server.mail import repository
from server.mail.letters import Sender, letter_of
from server.mail.messages import Envelope, text_of
from server.notifications import service as notifications
from server.outbox import service as outbox
from server.outbox.models import Posted
from shared_models.auth.invitations import AccessLink
from shared_models.mails import MailRead, MailWay
from shared_models.outbox import ParcelState


class MailOutdated(Conflict):
    """It says what is not so any more: its link is worth nothing."""

    code = "mail_outdated"


class MailOnItsWay(Conflict):
    code = "mail_on_its_way"


class MailHasNoLink(Conflict):
    """None, or one that its reader has got: whoever else asked for it would have it too."""

    code = "mail_has_no_link"


async def way(session: ReadSession, settings: Settings) -> MailWay:
    sender, untold = settings.mail_sender.addr_spec, await notifications.untold(session)
    return MailWay(server=settings.mail_server, sender=sender, address=settings.public_url, untold=untold)


async def read(session: ReadSession, settings: Settings, actor: Actor, mail_id: UUID) -> MailRead:
    found = await repository.get(session, actor, mail_id)
    letter = letter_of(found.content, Sender(settings.public_url, None))
    envelope = Envelope(found.id, settings.mail_sender, found.target, found.created_at, settings.public_url)
    facts: dict[str, Any] = found.content["facts"]
    shown = {"person": await repository.name_of(session, found.user_id), "title": facts.get("title", "")}
    return MailRead.model_validate({
        **found.model_dump(), **shown, "template": found.content["template"], "subject": letter.subject, "text": text_of(letter, envelope),
        "has_link": _has_link(found),
    })  # fmt: skip


async def send_again(session: Session, actor: Actor, mail_id: UUID) -> None:
    found = await repository.get(session, actor, mail_id)
    if found.state is ParcelState.waiting:
        raise MailOnItsWay
    if (until := _until(found)) and until <= now():
        raise MailOutdated
    found.target = await repository.address_of(session, found)
    await session.flush()
    await outbox.post_again(session, found.id)
    await audit.record(session, actor, "mail.sent_again", found, after={"target": found.target})


async def show_link(session: Session, settings: Settings, actor: Actor, mail_id: UUID) -> AccessLink:
    """Of a mail that stays here: somebody has to hand it over. It is written down who has seen it."""
    found = await repository.get(session, actor, mail_id)
    if not _has_link(found):
        raise MailHasNoLink
    until = _until(found)
    if until is None or until <= now():
        raise MailOutdated
    button = letter_of(found.content, Sender.of(settings)).button
    assert button is not None
    await audit.record(session, actor, "mail.link_shown", found, after={"target": found.target})
    return AccessLink(url=button.url, qr=await qr_of(button.url), expires_at=until)


def _has_link(mail: Posted) -> bool:
    return mail.state is not ParcelState.sent and "link" in mail.content


def _until(mail: Posted) -> datetime | None:
    said = mail.content["facts"].get("until")
    return datetime.fromisoformat(said) if said else None
