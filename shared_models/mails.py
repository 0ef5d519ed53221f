"""Mails as administrators see them: what waits, what has left, what is kept here for want of a mail server."""

from enum import StrEnum
from uuid import UUID

from shared_models.base import Instant, Label, Row
from shared_models.outbox import ParcelState
from shared_models.paging import PageQuery


class MailTemplate(StrEnum):
    invitation = "invitation"
    password = "password"  # noqa: S105 - a kind of mail, no secret
    new_sign_in = "new_sign_in"
    password_changed = "password_changed"  # noqa: S105 - idem
    notice = "notice"
    digest = "digest"


class MailFilter(PageQuery):
    search: Label | None = None
    state: ParcelState | None = None
    template: MailTemplate | None = None


class MailListItem(Row):
    """`title` is what it tells, where that is more than its template; `next_at` when a waiting one is tried again."""

    id: UUID
    target: str
    person: str
    template: MailTemplate
    title: str
    state: ParcelState
    created_at: Instant
    next_at: Instant
    ended_at: Instant | None
    attempts: int
    error: str


class MailRead(MailListItem):
    """As its reader gets it, in plain text; a link that lets somebody in is cut short, and `has_link`."""

    subject: str
    text: str
    has_link: bool


class MailWay(Row):
    """How mails leave this server: by `server`, or not at all where that is empty; their links begin with `address`. `untold`: what
    nobody could be told of yet, by a fault of this server.
    """

    server: str
    sender: str
    address: str
    untold: int = 0

    @property
    def sends(self) -> bool:
        return bool(self.server)
