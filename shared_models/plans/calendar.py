"""The calendar: what lies ahead, and what is open."""

from uuid import UUID

from pydantic import model_validator

from shared_models.base import (
    Local,
    PlanDay,
    Row,
    RuleError,
    Schema,
)
from shared_models.interventions.rows import Priority


class CalendarQuery(Schema):
    """Local days, both included, at most 400."""

    since: PlanDay
    until: PlanDay
    site_id: UUID | None = None
    production_line_id: UUID | None = None
    equipment_id: UUID | None = None
    technician_id: UUID | None = None
    team_id: UUID | None = None
    maintenance_type_id: UUID | None = None

    @model_validator(mode="after")
    def _span(self) -> "CalendarQuery":
        if not 0 <= (self.until - self.since).days <= 400:  # noqa: PLR2004 - thirteen months
            raise RuleError("span_unfit", "since", "until")
        return self


class CalendarEntry(Row):
    """An occurrence to come, or a job. `original_due` and `plan_id` name an occurrence; `intervention_id` a job."""

    plan_id: UUID | None
    intervention_id: UUID | None
    original_due: Local | None
    due: Local
    site_id: UUID
    equipment_id: UUID
    equipment_name: str
    title: str
    maintenance_type_id: UUID | None
    assigned_technician_id: UUID | None
    team_id: UUID | None
    priority: Priority
    estimated_duration: int | None
    status: str
    is_forecast: bool
