"""Sessions and one-time links."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import Identified, Instant, enum_column, instant_column, one_of, text_column
from shared_models.permissions import Role

SESSION_KEPT = timedelta(days=30)  # a while after its end: "where was I signed in?" is asked after the theft


class UserSession(Identified, table=True):
    """One sign-in on one device. Only hashes of its refresh tokens are here.

    `previous_token_hash` stands as long as nothing has shown that the device received the token that replaced it.
    """

    __tablename__ = "user_sessions"
    __forgotten__ = "coalesce(revoked_at, expires_at)", SESSION_KEPT

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    previous_token_hash: str | None = Field(default=None, max_length=64)
    rotated_at: datetime | None = instant_column(default=None)
    device_id: UUID | None = None
    device_name: str = text_column()
    address: str = text_column()
    user_agent: str = text_column()
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    last_used_at: datetime = instant_column()
    expires_at: datetime = instant_column(index=True)
    revoked_at: datetime | None = instant_column(default=None)


class SetupLink(SQLModel, table=True):
    """The one-time link that makes the first administrator."""

    __tablename__ = "setup_link"
    __forgotten__ = "expires_at", timedelta()

    token_hash: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = instant_column()


class Invitation(Identified, table=True):
    """A one-time link by which somebody joins with a role and sites chosen beforehand. Deleted when it is used or taken back.

    `email`: where it was sent to, in that `language`; empty where it was handed over.
    """

    __tablename__ = "invitation"
    __forgotten__ = "expires_at", timedelta()
    __table_args__ = (one_of(Role, "role"), sa.CheckConstraint("language IN ('fr', 'en')", name="language"))

    token_hash: str = Field(max_length=64, unique=True)
    name: str = text_column()
    email: str = text_column()
    language: str = Field(default="fr", max_length=2, sa_column_kwargs={"server_default": "fr"})
    role: Role = enum_column(Role)
    all_sites: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    created_by: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    expires_at: datetime = instant_column()


class InvitationSite(SQLModel, table=True):
    __tablename__ = "invitation_site"

    invitation_id: UUID = Field(primary_key=True, foreign_key="invitation.id", ondelete="CASCADE")
    site_id: UUID = Field(primary_key=True, foreign_key="sites.id", ondelete="CASCADE", index=True)


class PasswordLink(SQLModel, table=True):
    """A one-time link by which somebody chooses a new password; at most one a person, the newest."""

    __tablename__ = "password_link"
    __forgotten__ = "expires_at", timedelta()

    user_id: UUID = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    token_hash: str = Field(max_length=64, unique=True)
    created_by: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    expires_at: datetime = instant_column()
