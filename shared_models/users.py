"""People: accounts, roles, site membership."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared_models.auth.passwords import NewPassword, tells_name
from shared_models.base import ONE_LINE, EntityRow, Instant, Label, NewId, Row, RuleError, Schema, Version
from shared_models.email_address import Email
from shared_models.equipment.rows import Currency
from shared_models.numbers import NUMBER, Money
from shared_models.paging import PageQuery
from shared_models.permissions import Permission, Role


def _username_is_plain(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", value):
        raise ValueError("username_invalid")
    return value


Username = Annotated[
    str,
    StringConstraints(to_lower=True, min_length=2, max_length=50),
    ONE_LINE,
    AfterValidator(_username_is_plain),
]
Language = Annotated[str, StringConstraints(pattern="^(fr|en)$"), ONE_LINE]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=50), ONE_LINE]


DEFAULT_CAPACITY = 35 * 60
Capacity = Annotated[int, Field(ge=0, le=7 * 24 * 60, description="minutes a week"), NUMBER]


class UserCard(EntityRow, entity="user"):
    """What colleagues see of a person; this is also the row that devices hold. The capacity is in minutes a week.

    A device that has not heard yet of whose sites a person is takes them for everybody's.
    """

    first_name: str
    last_name: str
    role: Role
    is_active: bool
    weekly_capacity: int = DEFAULT_CAPACITY
    all_sites: bool = True
    site_ids: list[UUID] = []

    def works_at(self, site_id: UUID) -> bool:
        """Whether work of this site can be given to them."""
        return self.is_active and (self.all_sites or site_id in self.site_ids)


class UserState(StrEnum):
    """`waiting`: registered, and not yet let in by an administrator."""

    active = "active"
    waiting = "waiting"
    inactive = "inactive"


class UserRead(UserCard):
    """`labour_rate`: what an hour of this person costs, in `labour_currency`, where it is not what the site says."""

    username: str
    email: str
    language: str
    all_sites: bool
    site_ids: list[UUID]
    is_waiting: bool
    labour_rate: Decimal | None
    labour_currency: str
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
    labour_rate: Money | None = None
    labour_currency: Currency = "EUR"
    all_sites: bool = False
    site_ids: list[UUID] = Field(default=[], max_length=1_000)

    @model_validator(mode="after")
    def _password_is_no_name(self) -> "UserCreate":
        if tells_name(self.password, self.username, self.email):
            raise RuleError("password_is_name", "password")
        return self


class UserUpdate(Schema):
    """Every field is optional; `version` is the one that was read, so that no edit is lost to another. A rate of null is none."""

    version: Version
    email: Email | None = None
    first_name: PersonName | None = None
    last_name: PersonName | None = None
    role: Role | None = None
    language: Language | None = None
    weekly_capacity: Capacity | None = None
    labour_rate: Money | None = None
    labour_currency: Currency | None = None
    is_active: bool | None = None
    all_sites: bool | None = None
    site_ids: list[UUID] | None = Field(default=None, max_length=1_000)


class UserFilter(PageQuery):
    search: Label | None = None
    role: Role | None = None
    is_active: bool | None = None
    state: UserState | None = None
    site_id: UUID | None = None


class RoleRead(Row):
    role: Role
    permissions: list[Permission]
