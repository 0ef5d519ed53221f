"""Links that let somebody in: to join with a role and sites chosen beforehand, or to choose a new password."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared_models.auth.passwords import NewPassword
from shared_models.auth.sessions import Login, RegisterRequest
from shared_models.base import Instant, Label, Row, Schema
from shared_models.email_address import Email
from shared_models.ids import uuid7
from shared_models.numbers import NUMBER
from shared_models.permissions import Role
from shared_models.text import SECRET
from shared_models.users import Language

DEFAULT_DAYS = 7
MOST_DAYS = 30

Token = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), SECRET]


class InvitationCreate(Schema):
    """`name` reminds of whom it was made for; they choose their own. With an `email`, the link is sent there in `language`."""

    id: UUID = Field(default_factory=uuid7)
    name: Label = ""
    email: Email | None = None
    language: Language = "fr"
    role: Role
    all_sites: bool = False
    site_ids: list[UUID] = Field(default=[], max_length=1_000)
    days: Annotated[int, Field(ge=1, le=MOST_DAYS, description="how long the link is good"), NUMBER] = DEFAULT_DAYS


class InvitationRead(Row):
    """One that nobody has used yet; `invited_by` is a name."""

    id: UUID
    name: str
    email: str = ""
    role: Role
    all_sites: bool
    site_ids: list[UUID]
    invited_by: str
    created_at: Instant
    expires_at: Instant


class Mailed(StrEnum):
    """Whether it was mailed too: `kept` on the server, which has no other to send it by."""

    no = "no"
    leaves = "leaves"
    kept = "kept"


class AccessLink(Row):
    """`url` holds the secret and is shown once; `qr` is the same for a phone's camera, a PNG in base64."""

    url: str
    qr: str
    expires_at: Instant
    mailed: Mailed = Mailed.no


class InvitationLink(InvitationRead, AccessLink):
    pass


class LinkKind(StrEnum):
    invitation = "invitation"
    password = "password"  # noqa: S105 - a kind of link, no secret


class LinkLook(Schema):
    token: Token


class LinkOffer(Row):
    """What a link is good for, for whoever holds it: `name` is who it is for, `username` whose password it changes."""

    kind: LinkKind
    name: str
    role: Role
    email: str = ""
    username: str = ""
    all_sites: bool = False
    site_names: list[str] = []
    invited_by: str = ""
    expires_at: Instant


class JoinRequest(RegisterRequest):
    token: Token


class PasswordLinkCreate(Schema):
    by_mail: bool = False


class PasswordForgotten(Schema):
    """`username` takes the e-mail address too."""

    username: Login


class ForgottenAnswer(Row):
    """The same for every name."""

    mailed: Mailed


class PasswordReset(Schema):
    token: Token
    new_password: NewPassword
