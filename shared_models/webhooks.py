"""Webhooks: what happens, told to other systems of the plant as it is told to people.

A delivery is a `POST` of a `WebhookEvent` as JSON, signed as Standard Webhooks has it: `webhook-id` is the event's id (the same at each
attempt), `webhook-timestamp` seconds since 1970, `webhook-signature` `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` by the
webhook's secret. Slack and Teams get a message of theirs instead.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared_models.base import ONE_LINE, Instant, Name, NewId, Row, Schema, Version
from shared_models.interventions.rows import Priority
from shared_models.notices.kinds import NoticeKind
from shared_models.outbox import ParcelState
from shared_models.paging import KeysetQuery
from shared_models.users import Language

_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"
Address = Annotated[
    str, StringConstraints(max_length=500, pattern=rf"^https?://(?:[A-Za-z0-9._~%:+-]+@)?{_HOST}(?:[/?#][!-~]*)?$"), ONE_LINE
]  # fmt: skip


TEST: Final = "test"
"""The kind of an event that is only sent to see whether it arrives."""
EventKind = NoticeKind | Literal["test"]


class WebhookFormat(StrEnum):
    etabli = "etabli"
    slack = "slack"
    teams = "teams"


class WebhookWrite(Schema):
    """`kinds`: what it is told of; none means everything. `site_id`: of this site alone. Without a `version` it is a new one."""

    id: NewId
    version: Version | None = None
    name: Name
    url: Address
    format: WebhookFormat = WebhookFormat.etabli
    lang: Language = "en"
    kinds: list[NoticeKind] = Field(default=[], max_length=len(NoticeKind))
    site_id: UUID | None = None
    is_active: bool = True


class WebhookRead(Row):
    id: UUID
    name: str
    url: str
    format: WebhookFormat
    lang: str
    kinds: list[NoticeKind]
    site_id: UUID | None
    is_active: bool
    created_at: Instant
    version: int


class WebhookMade(WebhookRead):
    """`secret` is shown once."""

    secret: str


class WebhookEvent(Row):
    """What is posted. `data` names what the event is about, in the words of `title` and `message`; `url` leads to it in the app.
    Without a `site_id` it is of the company.
    """

    id: UUID
    type: EventKind
    occurred_at: Instant
    title: str
    message: str
    priority: Priority
    site_id: UUID | None
    site: str
    subject: str
    subject_id: UUID
    url: str
    data: dict[str, Any]


class DeliveryRead(Row):
    """One delivery, newest first: `error` is what the receiver last answered."""

    id: UUID
    webhook_id: UUID
    kind: EventKind
    title: str
    state: ParcelState
    attempts: int
    created_at: Instant
    next_at: Instant
    ended_at: Instant | None
    error: str


class DeliveryFilter(KeysetQuery):
    """`target`: one webhook's."""

    target: UUID | None = None
    state: ParcelState | None = None
