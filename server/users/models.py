"""Accounts and the sites they belong to."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import Synced, Versioned, enum_column, one_of
from shared_models.permissions import Role
from shared_models.users import DEFAULT_CAPACITY


class User(Versioned, Synced, table=True):
    """`all_sites` is membership of every site, those to come included; `is_waiting`: registered, and not let in yet."""

    __tablename__ = "users"
    __table_args__ = (
        one_of(Role, "role"),
        sa.CheckConstraint("language IN ('fr', 'en')", name="language"),
        sa.CheckConstraint("NOT (is_active AND is_waiting)", name="waiting"),
    )

    username: str = Field(max_length=50, unique=True)
    email: str = Field(max_length=100, unique=True)
    password_hash: str = Field(max_length=255)
    first_name: str = Field(max_length=50)
    last_name: str = Field(max_length=50)
    role: Role = enum_column(Role)
    language: str = Field(default="fr", max_length=2, sa_column_kwargs={"server_default": "fr"})
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    weekly_capacity: int = Field(default=DEFAULT_CAPACITY, sa_column_kwargs={"server_default": str(DEFAULT_CAPACITY)})
    labour_rate: Decimal | None = Field(default=None, sa_type=sa.Numeric(14, 2))
    labour_currency: str = Field(default="EUR", max_length=3, sa_column_kwargs={"server_default": "EUR"})
    all_sites: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    is_waiting: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class UserSite(SQLModel, table=True):
    __tablename__ = "user_site"

    user_id: UUID = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    site_id: UUID = Field(primary_key=True, foreign_key="sites.id", ondelete="CASCADE", index=True)
