"""The audit log: append-only, which a trigger enforces."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from server.core.tables import Identified, Instant, instant_column, json_column, text_column


class AuditLog(Identified, table=True):
    """Who did what to which row; `changes` is `{field: [before, after]}`.

    `actor_label` stays readable when the account is gone.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        sa.Index("ix_audit_log_entity", "entity", "entity_id", "id"),
        sa.Index("ix_audit_log_received_at", "received_at", "id"),
        sa.Index("ix_audit_log_actor_id", "actor_id", "id"),
    )

    occurred_at: datetime = instant_column()
    received_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.clock_timestamp()})
    actor_id: UUID | None = None
    actor_label: str = text_column()
    action: str = Field(max_length=60)
    entity: str = Field(max_length=40)
    entity_id: UUID | None = None
    site_id: UUID | None = None
    changes: dict[str, Any] = json_column("{}")
    device_id: UUID | None = None
    request_id: str = text_column()
    address: str = text_column()
    user_agent: str = text_column()
