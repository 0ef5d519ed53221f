"""Causes, notices, and what their readers have chosen."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.clock import now
from server.core.tables import Identified, Instant, Synced, enum_column, instant_column, json_column, one_of, text_column
from shared_models.interventions.rows import Priority
from shared_models.notices.kinds import NoticeKind
from shared_models.permissions import Role

CAUSES_KEPT = timedelta(days=120)
GONE_KEPT = timedelta(days=100)
"""Longer than any device stays away without loading everything again."""


class NoticeCause(Identified, table=True):
    """Something of which people may have to be told, once: the unique triple is its identity. `told_at`: when they were; `again_at`: when
    it is next tried, once that has failed.

    `actor_id` did it, and is not told; `facts` are what its subject does not say of itself.
    """

    __tablename__ = "notice_cause"
    __forgotten__ = "told_at", CAUSES_KEPT
    __table_args__ = (
        sa.UniqueConstraint("kind", "subject_id", "occurrence"),
        sa.Index("ix_notice_cause_untold", "created_at", "id", postgresql_where=sa.text("told_at IS NULL")),
    )

    kind: NoticeKind = Field(sa_type=sa.String(50))
    subject: str = Field(max_length=40)
    subject_id: UUID
    occurrence: str = text_column()
    actor_id: UUID | None = None
    facts: dict[str, Any] = json_column("{}")
    occurred_at: datetime = instant_column()
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    told_at: datetime | None = instant_column(default=None)
    again_at: datetime | None = instant_column(default=None)


class Notice(Identified, Synced, table=True):
    """What one person was told; the seed's table. One that is `gone_at` is so for devices, too."""

    __tablename__ = "notifications"
    __own__ = "user_id"
    __forgotten__ = "gone_at", GONE_KEPT
    __table_args__ = (
        one_of(Priority, "priority"),
        sa.UniqueConstraint("user_id", "cause_id"),
        sa.Index("ix_notifications_user_id_sync_xid", "user_id", "sync_xid", "id"),
        sa.Index("ix_notifications_sync_xid", "sync_xid"),
        sa.Index("ix_notifications_by_created_at", "user_id", "created_at", "id"),
        sa.Index("ix_notifications_digest_at", "digest_at", postgresql_where=sa.text("digest_at IS NOT NULL")),
        sa.Index("ix_notifications_cause_id", "cause_id"),
        sa.Index("ix_notifications_unread", "user_id", postgresql_where=sa.text("NOT is_read AND gone_at IS NULL")),
        sa.Index("ix_notifications_about", "related_entity_id", "user_id"),
        sa.Index("ix_notifications_muted", "related_entity_id", "user_id", postgresql_where=sa.text("is_muted")),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    cause_id: UUID | None = None
    type: NoticeKind = Field(sa_type=sa.String(50))
    title: str = Field(max_length=200)
    message: str = text_column()
    because: str = text_column()
    related_entity_type: str = Field(max_length=50)
    related_entity_id: UUID
    path: str = text_column()
    is_read: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    priority: Priority = enum_column(Priority, Priority.medium)
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    read_at: datetime | None = instant_column(default=None)
    snoozed_until: datetime | None = instant_column(default=None)
    acknowledged_at: datetime | None = instant_column(default=None)
    acknowledged_by: str = text_column()
    is_muted: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    digest_at: datetime | None = instant_column(default=None)
    """When a mail tells of it together with others; null once it has."""
    gone_at: datetime | None = instant_column(default=None, index=True)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class AlertSetting(Identified, table=True):
    """What somebody has chosen of one kind; the seed's table. Null: as it is for their role."""

    __tablename__ = "alert_settings"
    __table_args__ = (sa.UniqueConstraint("user_id", "alert_type"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    alert_type: NoticeKind = Field(sa_type=sa.String(50))
    is_app_enabled: bool | None = None
    is_email_enabled: bool | None = None
    is_web_enabled: bool | None = None
    threshold_value: int | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})


class AlertDefault(SQLModel, table=True):
    """What an administrator has chosen for a role; `is_fixed`: nobody of the role may choose otherwise."""

    __tablename__ = "alert_default"
    __table_args__ = (one_of(Role, "role"),)

    role: Role = Field(sa_type=sa.Text, primary_key=True)
    alert_type: NoticeKind = Field(sa_type=sa.String(50), primary_key=True)
    is_app_enabled: bool | None = None
    is_email_enabled: bool | None = None
    is_web_enabled: bool | None = None
    threshold_value: int | None = None
    is_fixed: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class NoticePreference(SQLModel, table=True):
    """When somebody may be disturbed. `quiet_hours`: `shared_models.notices.settings.QuietHours`; `digest_at`: mails once a day, then."""

    __tablename__ = "notice_preference"

    user_id: UUID = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    time_zone: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    quiet_hours: list[dict[str, Any]] = json_column("[]")
    urgent_passes: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    digest_at: time | None = Field(default=None, sa_type=sa.Time, nullable=True)
    paused_until: datetime | None = instant_column(default=None)


class NoticeTimer(SQLModel, table=True):
    """A cause to come: when, if its subject stays as it is."""

    __tablename__ = "notice_timer"
    __table_args__ = (sa.Index("ix_notice_timer_subject_id", "subject_id"), sa.Index("ix_notice_timer_at", "at"))

    kind: NoticeKind = Field(sa_type=sa.String(50), primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    occurrence: str = Field(sa_type=sa.Text, primary_key=True)
    subject: str = Field(max_length=40)
    at: datetime = instant_column()
    facts: dict[str, Any] = json_column("{}")


class NoticeScan(SQLModel, table=True):
    """Up to which transaction the rows that have timers were looked at."""

    __tablename__ = "notice_scan"

    subject: str = Field(primary_key=True, max_length=40)
    low: int = Field(sa_type=sa.BigInteger)
    rules: str = text_column()
