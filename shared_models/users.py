"""People: accounts, roles, site membership."""

import re
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from shared_models.base import Instant, Name, NewId, Row, Schema, Text
from shared_models.email_address import Email
from shared_models.paging import PageQuery
from shared_models.permissions import Permission, Role

MAX_PASSWORD_BYTES = 72  # bcrypt reads no further
MIN_PASSWORD_LENGTH = 10


def _password_fits(value: str) -> str:
    if len(value.encode()) > MAX_PASSWORD_BYTES:
        raise ValueError("password_too_long")
    return value


def _username_is_plain(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", value):
        raise ValueError("username_invalid")
    return value


Username = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, min_length=2, max_length=50),
    AfterValidator(_username_is_plain),
]
NewPassword = Annotated[str, StringConstraints(min_length=MIN_PASSWORD_LENGTH), AfterValidator(_password_fits)]
Language = Annotated[str, StringConstraints(pattern="^(fr|en)$")]
PersonName = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]


DEFAULT_CAPACITY = 35 * 60
Capacity = Annotated[int, Field(ge=0, le=7 * 24 * 60, description="minutes a week")]


class UserCard(Row):
    """What colleagues see of a person; this is also the row that devices hold. The capacity is in minutes a week."""

    id: UUID
    first_name: str
    last_name: str
    role: Role
    is_active: bool
    weekly_capacity: int = DEFAULT_CAPACITY


class UserState(StrEnum):
    """`waiting`: registered, and not yet let in by an administrator."""

    active = "active"
    waiting = "waiting"
    inactive = "inactive"


class UserRead(UserCard):
    username: str
    email: str
    language: str
    all_sites: bool
    site_ids: list[UUID]
    is_waiting: bool
    created_at: Instant
    updated_at: Instant
    version: int


class UserCreate(Schema):
    id: NewId
    username: Username
    email: Email
    password: NewPassword
    first_name: PersonName
    last_name: PersonName
    role: Role
    language: Language = "fr"
    weekly_capacity: Capacity = DEFAULT_CAPACITY
    all_sites: bool = False
    site_ids: list[UUID] = Field(default=[], max_length=1_000)


class UserUpdate(Schema):
    """Every field is optional; `version` is the one that was read, so that no edit is lost to another."""

    version: int
    email: Email | None = None
    first_name: PersonName | None = None
    last_name: PersonName | None = None
    role: Role | None = None
    language: Language | None = None
    weekly_capacity: Capacity | None = None
    is_active: bool | None = None
    all_sites: bool | None = None
    site_ids: list[UUID] | None = Field(default=None, max_length=1_000)


class UserFilter(PageQuery):
    search: Name | None = None
    role: Role | None = None
    is_active: bool | None = None
    state: UserState | None = None
    site_id: UUID | None = None


class RoleRead(Row):
    role: Role
    permissions: list[Permission]
