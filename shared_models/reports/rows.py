"""Reports of a period: asked for by somebody or due by a schedule, made in the background, kept for their reader."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field, model_validator

from shared_models.base import Instant, NewId, PlanDay, Row, RuleError, Schema, Version
from shared_models.kpis.rows import MOST_DAYS
from shared_models.users import Language


class ReportKind(StrEnum):
    """`report.kind.<kind>` in the catalogue."""

    maintenance = "maintenance"
    letter = "letter"
    compliance = "compliance"
    stock = "stock"


class ReportState(StrEnum):
    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"


IN_HAND = (ReportState.queued, ReportState.running)


class AskReport(Schema):
    """`since` and `until` (both included) are days at the sites: this month's where they are left out. `site_id`: of this site alone,
    else of all that the reader sees. `lang`: the reader's where it is left out.
    """

    id: NewId
    kind: ReportKind = ReportKind.maintenance
    since: PlanDay | None = None
    until: PlanDay | None = None
    site_id: UUID | None = None
    lang: Language | None = None

    @model_validator(mode="after")
    def _span(self) -> "AskReport":
        if (self.since is None) != (self.until is None):
            raise RuleError("days_unfit", "since", "until")
        if self.since and self.until and not 0 <= (self.until - self.since).days < MOST_DAYS:
            raise RuleError("days_unfit", "since", "until")
        return self


class ReportRow(Row):
    """`progress` goes from 0 to 100. `error` is why it could not be made: `report.error.<code>`. Its file is there until `expires_at`."""

    id: UUID
    kind: ReportKind
    title: str
    lang: str
    since: date
    until: date
    site_id: UUID | None
    state: ReportState
    progress: int
    pages: int | None
    size_bytes: int | None
    error: str
    created_at: Instant
    ended_at: Instant | None
    expires_at: Instant
    file_name: str


class Every(StrEnum):
    """`report.every.<every>` in the catalogue."""

    week = "week"
    month = "month"


MOST_PEOPLE = 50


class WriteSchedule(Schema):
    """`people` get it in their own language, as a mail too. `site_id`: of this site alone, else of all that each of them sees.
    Without a `version` it is a new one.
    """

    id: NewId
    version: Version | None = None
    kind: ReportKind = ReportKind.letter
    every: Every = Every.month
    site_id: UUID | None = None
    people: list[UUID] = Field(min_length=1, max_length=MOST_PEOPLE)
    is_active: bool = True


class ScheduleRow(Row):
    """`done_until`: the first day of which it has not told yet."""

    id: UUID
    version: int
    kind: ReportKind
    every: Every
    site_id: UUID | None
    people: list[UUID]
    is_active: bool
    done_until: date
