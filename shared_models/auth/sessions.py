"""Signing in and out."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared_models.auth.passwords import NewPassword, TypedPassword, tells_name
from shared_models.base import ONE_LINE, Instant, Label, Row, RuleError, Schema, Token
from shared_models.email_address import Email
from shared_models.permissions import Permission, Role
from shared_models.users import Language, PersonName, Username

Login = Annotated[str, StringConstraints(to_lower=True, min_length=1, max_length=100), ONE_LINE]
"""A user name, or an e-mail address."""


class LoginRequest(Schema):
    """`username` takes the e-mail address too. With `in_body`, for clients other than the browser app, the refresh token
    comes in the answer's body instead of a cookie.
    """

    username: Login
    password: TypedPassword
    device_name: Label = ""
    device_id: UUID | None = None
    in_body: bool = False


class RefreshRequest(Schema):
    """Empty for the browser app, whose token travels in an HttpOnly cookie."""

    refresh_token: Token | None = None


class RegisterRequest(Schema):
    username: Username
    email: Email
    password: NewPassword
    first_name: PersonName
    last_name: PersonName
    language: Language = "fr"

    @model_validator(mode="after")
    def _password_is_no_name(self) -> Self:
        if tells_name(self.password, self.username, self.email):
            raise RuleError("password_is_name", "password")
        return self


class SetupRequest(RegisterRequest):
    """The first administrator, made through the one-time link printed at the first start."""

    token: Token


class PasswordChange(Schema):
    current_password: TypedPassword
    new_password: NewPassword


class MeUpdate(Schema):
    language: Language | None = None
    first_name: PersonName | None = None
    last_name: PersonName | None = None


class Me(Row):
    """The signed-in person; `site_ids` is None for somebody who sees all sites."""

    id: UUID
    username: str
    email: str
    first_name: str
    last_name: str
    role: Role
    language: str
    permissions: list[Permission]
    site_ids: list[UUID] | None


class TokenPair(Row):
    """`expires_in` is in seconds; `refresh_token` is None when it travels in the cookie."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - RFC 6750's word, no secret
    expires_in: int
    refresh_token: str | None = None
    user: Me


class SessionRead(Row):
    id: UUID
    device_name: str
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant
    is_current: bool = Field(default=False)


class DemoAccount(Row):
    username: str
    password: str
    role: Role
    name: str
