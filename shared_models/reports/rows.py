"""Reports of a period: asked for by somebody, made in the background, kept for them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import model_validator

from shared_models.base import Instant, NewId, PlanDay, Row, RuleError, Schema
from shared_models.kpis.rows import MOST_DAYS
from shared_models.users import Language


class ReportKind(StrEnum):
    """`report.kind.<kind>` in the catalogue."""

    maintenance = "maintenance"


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
            raise RuleError("span_unfit", "since", "until")
        if self.since and self.until and not 0 <= (self.until - self.since).days < MOST_DAYS:
            raise RuleError("span_unfit", "since", "until")
        return self


class ReportRow(Row):
    """`progress` goes from 0 to 100. `error` is why it could not be made: `report.error.<code>`. Its file is there until `expires_at`."""

    id: UUID
    kind: ReportKind
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
