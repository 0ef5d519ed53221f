"""What makes pushes replay-safe and pulls complete."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from server.core.tables import Instant, Json, text_column

RECEIPT_KEPT = timedelta(days=180)  # longer than any phone stays in a drawer with commands waiting
TOMBSTONE_KEPT = timedelta(days=100)  # longer than `server.sync.cursors.SHELF_LIFE`: an older cursor loads everything again


class SyncReceipt(SQLModel, table=True):
    """The answer given to a command; a replay returns it again. Ids of commands are each user's own.

    `fingerprint` of what was said. `answer` is REST's, sealed: headers and body, with the `status`; a device needs the `problem` only.
    """

    __tablename__ = "sync_receipt"
    __forgotten__ = "received_at", RECEIPT_KEPT

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    command_id: UUID = Field(primary_key=True)
    device_id: UUID | None = None
    command_type: str = Field(max_length=60)
    problem: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    fingerprint: bytes | None = None
    status: int | None = Field(default=None, sa_type=sa.SmallInteger)
    answer: bytes | None = None
    received_at: datetime = Field(sa_type=Instant, nullable=False, index=True, sa_column_kwargs={"server_default": sa.func.now()})


class SyncTombstone(SQLModel, table=True):
    """A row that is gone from `site_id` (from everywhere when null); written by triggers."""

    __tablename__ = "sync_tombstone"
    __forgotten__ = "deleted_at", TOMBSTONE_KEPT
    __table_args__ = (sa.Index("ix_sync_tombstone_site_id_sync_xid", "site_id", "sync_xid", "number"),)

    number: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True))
    entity: str = Field(max_length=40)
    entity_id: UUID
    site_id: UUID | None = None
    sync_xid: int | None = Field(
        default=None,
        sa_type=sa.BigInteger,
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("pg_current_xact_id()::text::bigint")},
    )
    deleted_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.now()})


class SyncEpoch(SQLModel, table=True):
    """One row that names this history of the database. A restored copy gets another, and devices load all again.

    A copy is known by the row itself: `born_xid` is the transaction that has written it, and `origin` where, which a dump that is
    read back, or a template, cannot keep.
    """

    __tablename__ = "sync_epoch"

    id: UUID = Field(primary_key=True)
    origin: str = text_column()
    born_xid: str = text_column()
    begun_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.clock_timestamp()})


class SyncRun(SQLModel, table=True):
    """A run of the PostgreSQL server. What it found may be older than what devices have seen: files can be restored.

    Positions are bytes of the write-ahead log: `from_position` is how far the state that it found reached, surely; all that was seen
    up to `alive_position` is on disk.
    """

    __tablename__ = "sync_run"

    number: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True))
    id: UUID = Field(unique=True, sa_column_kwargs={"server_default": sa.func.gen_random_uuid()})
    server_started_at: datetime = Field(sa_type=Instant, nullable=False)
    timeline: str = Field(sa_type=sa.Text)
    from_position: int = Field(sa_type=sa.BigInteger)
    alive_position: int = Field(sa_type=sa.BigInteger)
    begun_at: datetime = Field(sa_type=Instant, nullable=False, sa_column_kwargs={"server_default": sa.func.clock_timestamp()})
