"""Webhooks as administrators keep them, and what is posted to them."""

import base64
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor, ensure_sees
from server.core.clock import now
from server.core.database import ReadSession, Session
from server.core.errors import AlreadyExists, Conflict, Forbidden, NotFound, existing
from server.core.security import seal
from server.core.settings import Settings
from server.core.versions import claim
from server.outbox.service import Entry, post, post_again
from server.webhooks import repository
from server.webhooks.models import Webhook
from server.webhooks.payloads import SECRET_PREFIX
from shared_models.interventions.rows import Priority
from shared_models.notices.kinds import NoticeKind
from shared_models.outbox import Channel
from shared_models.permissions import Permission
from shared_models.webhooks import TEST, WebhookEvent, WebhookMade, WebhookRead, WebhookWrite

MOST = 50
LASTS = timedelta(days=3)
_SECRET_BYTES = 32
_NEVER_SHOWN = {"sealed"}


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"


async def everyone(session: ReadSession, actor: Actor) -> list[WebhookRead]:
    return [WebhookRead.model_validate(each) for each in await repository.everyone(session, actor)]


async def write(session: Session, actor: Actor, settings: Settings, cmd: WebhookWrite) -> WebhookMade:
    """The secret is shown when it is made."""
    _ensure_reaches(actor, cmd.site_id)
    fields = cmd.model_dump(mode="json", exclude={"id", "version", "site_id"}) | {"site_id": cmd.site_id}
    if cmd.version is None:
        return await _add(session, actor, settings, cmd, fields)
    found = existing(await repository.one(session, actor, cmd.id))
    before = audit.snapshot(found)
    claim(found, cmd.version)
    for name, value in fields.items():
        setattr(found, name, value)
    await session.flush()
    await _record(session, actor, "webhook.updated", found, before)
    return WebhookMade.model_validate({**vars(WebhookRead.model_validate(found)), "secret": ""})


async def _add(session: Session, actor: Actor, settings: Settings, cmd: WebhookWrite, fields: Mapping[str, Any]) -> WebhookMade:
    if await session.get(Webhook, cmd.id) is not None:
        raise AlreadyExists(field="id")
    if len(await repository.everyone(session, actor)) >= MOST:
        raise TooManyWebhooks(most=MOST)
    key = secrets.token_bytes(_SECRET_BYTES)
    made = Webhook(id=cmd.id, **fields, sealed=seal(key, settings.secret))
    session.add(made)
    await session.flush()
    await _record(session, actor, "webhook.created", made, {})
    return WebhookMade.model_validate({**vars(WebhookRead.model_validate(made)), "secret": _shown(key)})


async def renew_secret(session: Session, actor: Actor, settings: Settings, webhook_id: UUID) -> WebhookMade:
    """From now on deliveries are signed by another one."""
    found = existing(await repository.one(session, actor, webhook_id))
    key = secrets.token_bytes(_SECRET_BYTES)
    found.sealed = seal(key, settings.secret)
    await session.flush()
    await _record(session, actor, "webhook.secret_renewed", found, audit.snapshot(found))
    return WebhookMade.model_validate({**vars(WebhookRead.model_validate(found)), "secret": _shown(key)})


async def remove(session: Session, actor: Actor, webhook_id: UUID) -> None:
    found = existing(await repository.one(session, actor, webhook_id))
    await _record(session, actor, "webhook.removed", found, {})
    await session.delete(found)
    await session.flush()


async def test(session: Session, actor: Actor, webhook_id: UUID, words: Callable[[str], tuple[str, str]]) -> None:
    """An event of its own, which stands among the deliveries as any other does."""
    found = existing(await repository.one(session, actor, webhook_id))
    title, message = words(found.lang)
    at, test_id = now(), found.id
    event = {
        "type": TEST, "occurred_at": at, "title": title, "message": message, "priority": Priority.low,
        "site_id": found.site_id, "site": "", "subject": "webhook", "subject_id": test_id, "path": "/webhooks", "data": {},
    }  # fmt: skip
    await post(session, Entry(Channel.webhook, f"test {at.isoformat()}", str(found.id), {"event": event}, lasts=LASTS))


async def send_again(session: Session, actor: Actor, delivery_id: UUID) -> None:
    """A delivery that has ended, under the same id: a receiver that had it knows so."""
    mine = {str(each.id) for each in await repository.everyone(session, actor)}
    if await repository.webhook_of(session, delivery_id) not in mine:
        raise NotFound
    await post_again(session, delivery_id)


async def tell(
    session: Session, kind: NoticeKind, cause: Mapping[str, Any], said: Callable[[str], tuple[str, str]], about: Mapping[str, Any]
) -> None:  # fmt: skip
    """What has happened goes to every webhook that wants it, once. `about`: site, subject and path, and what else is known."""
    entries = []
    for webhook in await repository.to_tell(session, about["site_id"], kind):
        title, message = said(webhook["lang"])
        event = {**about, "type": kind, "occurred_at": cause["occurred_at"], "title": title, "message": message}
        entries.append(Entry(Channel.webhook, f"cause {cause['id']}", str(webhook["id"]), {"event": event}, lasts=LASTS))
    await post(session, *entries)


def event_of(parcel_id: UUID, content: Mapping[str, Any], url: str) -> WebhookEvent:
    event = content["event"]
    return WebhookEvent.model_validate({**event, "id": parcel_id, "url": f"{url}{event['path']}"})


def _ensure_reaches(actor: Actor, site_id: UUID | None) -> None:
    """What tells of all sites is for who sees them all."""
    if site_id is None and actor.site_ids is not None:
        raise Forbidden(permission=Permission.settings_write)
    ensure_sees(actor, site_id)


async def _record(session: Session, actor: Actor, action: str, webhook: Webhook, before: Mapping[str, Any]) -> None:
    known = {name: value for name, value in before.items() if name not in _NEVER_SHOWN}
    after = {name: value for name, value in audit.snapshot(webhook).items() if name not in _NEVER_SHOWN}
    await audit.record(session, actor, action, webhook, before=known, after=after)


def _shown(key: bytes) -> str:
    return SECRET_PREFIX + base64.b64encode(key).decode()
