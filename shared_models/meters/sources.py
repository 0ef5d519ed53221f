"""Machines and systems that report readings by themselves."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared_models.base import ONE_LINE, Instant, Item, Name, NewId, Row, Schema
from shared_models.instants import ReadAt
from shared_models.meters.rows import Reading


class ReadingSourceCreate(Schema):
    """A machine, a PLC gateway or a supervisor system that may send readings of a site's meters."""

    id: NewId
    site_id: UUID
    name: Name


class ReadingSourceRead(Row):
    id: UUID
    site_id: UUID
    name: str
    key_hint: str
    created_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None


class ReadingSourceKey(ReadingSourceRead):
    """`key` is shown once, at its creation."""

    key: str


class ReportedReading(Schema):
    """`id` is the reporter's own, unique within the source: sent twice, counted once."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=100), ONE_LINE]
    meter_id: UUID
    value: Reading
    read_at: ReadAt


class ReadingReport(Schema):
    """Each is a `ReportedReading`, read for itself: one that cannot be read refuses none of the others."""

    readings: Annotated[list[Item], Field(min_length=1, max_length=1_000)]


class ReportedResult(Row):
    """`code` and `detail` say why a reading was refused; the others are kept."""

    id: str
    status: Literal["recorded", "known", "rejected"]
    code: str | None = None
    detail: str | None = None


class ReadingReportAnswer(Row):
    results: list[ReportedResult]
