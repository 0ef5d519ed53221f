"""Checklist templates and their versions. A version never changes: jobs carry a copy, and audits ask for the original."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import Instant, Synced, Versioned, json_column, text_column


class Checklist(Versioned, Synced, table=True):
    """The template as it is now."""

    __tablename__ = "checklist"

    name: str = Field(max_length=100)
    description: str = text_column()
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    steps: list[dict[str, Any]] = json_column("[]")


class ChecklistVersion(SQLModel, table=True):
    __tablename__ = "checklist_version"

    checklist_id: UUID = Field(primary_key=True, foreign_key="checklist.id", ondelete="CASCADE")
    version: int = Field(primary_key=True)
    name: str = Field(max_length=100)
    steps: list[dict[str, Any]] = json_column("[]")
    created_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})
    created_by: UUID | None = Field(default=None, foreign_key="users.id")
