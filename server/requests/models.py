"""Work requests; the requester's text and photo are never changed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from server.core.tables import Synced, Versioned, enum_column, instant_column, one_of, text_column
from shared_models.requests.rows import RequestStatus, Symptom


class WorkRequest(Versioned, Synced, table=True):
    __tablename__ = "work_request"
    __follows__ = "equipment_id"
    __table_args__ = (
        one_of(Symptom, "symptom"),
        one_of(RequestStatus, "status"),
        sa.Index("ix_work_request_site_id_sync_xid", "site_id", "sync_xid", "id"),
    )

    number: str = Field(max_length=30, unique=True)
    site_id: UUID = Field(foreign_key="sites.id")
    equipment_id: UUID = Field(foreign_key="equipment.id", index=True)
    symptom: Symptom = enum_column(Symptom)
    text: str = text_column()
    requester: str = Field(default="", max_length=100, sa_column_kwargs={"server_default": ""})
    is_stopped: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    photo_id: UUID | None = Field(default=None, foreign_key="attachment.id", ondelete="SET NULL")
    status: RequestStatus = enum_column(RequestStatus, RequestStatus.new)
    reason: str = text_column()
    decided_by: UUID | None = Field(default=None, foreign_key="users.id")
    decided_at: datetime | None = instant_column(default=None)
