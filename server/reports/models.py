"""Reports that are kept: whose, of what, and where their file is."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from server.core.tables import Timestamped, Versioned, enum_column, instant_column, one_of, text_column
from shared_models.reports.rows import Every, ReportKind, ReportState


class KeptReport(Timestamped, table=True):
    """`site_ids`: what it shows of, once it is made; None for all there were. `attempts`: how often it was begun. `sha256`: its file's."""

    __tablename__ = "report"
    __forgotten__ = "expires_at", timedelta()
    __table_args__ = (
        one_of(ReportState, "state"),
        sa.Index("ix_report_user_id", "user_id", "created_at", "id"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    schedule_id: UUID | None = Field(default=None, foreign_key="report_schedule.id", ondelete="SET NULL", index=True)
    kind: ReportKind = enum_column(ReportKind)
    title: str = text_column()
    lang: str = Field(max_length=2)
    since: date
    until: date
    site_id: UUID | None = Field(default=None, foreign_key="sites.id", ondelete="CASCADE", index=True)
    site_ids: list[UUID] | None = Field(default=None, sa_type=ARRAY(sa.Uuid()))
    state: ReportState = enum_column(ReportState, ReportState.queued)
    progress: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    pages: int | None = None
    size_bytes: int | None = None
    sha256: str | None = Field(default=None, max_length=64, index=True)
    error: str = text_column()
    file_name: str = text_column()
    ended_at: datetime | None = instant_column(default=None)
    expires_at: datetime = instant_column()

    def facts(self) -> dict[str, Any]:
        """As the history tells of it."""
        return {"kind": self.kind, "since": self.since, "until": self.until, "site_id": self.site_id, "lang": self.lang}


class ReportSchedule(Versioned, table=True):
    """`done_until`: the first day of which it has not told yet."""

    __tablename__ = "report_schedule"

    created_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    kind: ReportKind = enum_column(ReportKind)
    every: Every = enum_column(Every)
    site_id: UUID | None = Field(default=None, foreign_key="sites.id", ondelete="CASCADE", index=True)
    people: list[UUID] = Field(sa_type=ARRAY(sa.Uuid()))
    is_active: bool = True
    done_until: date
