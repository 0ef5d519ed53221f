"""Planned maintenance as it is read: types, teams, plans and their occurrences."""

from enum import StrEnum
from uuid import UUID

from shared_models.base import (
    EntityRow,
    Instant,
    Label,
    Local,
    Row,
)
from shared_models.interventions.rows import InterventionType, Priority, RequiredPart
from shared_models.paging import PageQuery
from shared_models.plans.fields import rule_of
from shared_models.plans.planning import Basis, DueReason, MeterView, Outcome, PlanRule, Reference
from shared_models.plans.recurrence import FrequencyType, MonthEnd

STRIP = 12
"""Past occurrences that a plan's compliance strip shows."""


class OccurrenceState(StrEnum):
    """`planned` until its job exists, `open` while the job is, then one of the last three."""

    planned = "planned"
    open = "open"
    done = "done"
    missed = "missed"
    skipped = "skipped"


class MaintenanceTypeRow(EntityRow, entity="maintenance_type"):
    name: str
    description: str
    color: str
    is_active: bool
    version: int


class TeamRow(EntityRow, entity="team"):
    site_id: UUID
    name: str
    is_active: bool
    member_ids: list[UUID]
    version: int


class OccurrenceRow(Row):
    """One date of a plan; `original_due` is its identity, `due` where it is now."""

    id: UUID
    original_due: Local
    due: Local
    state: OccurrenceState
    outcome: Outcome | None = None
    assigned_technician_id: UUID | None = None
    intervention_id: UUID | None = None
    done_at: Instant | None = None
    missed: int = 0
    reason: str = ""


class PlanRow(EntityRow, entity="plan"):
    """A plan with what a device needs to draw its future: `upcoming` are the due dates of the next thirteen months by the
    rule, the first being the next; `occurrences` are those with something of their own (moved, assigned, open) and the last
    twelve that have ended.
    """

    site_id: UUID
    equipment_id: UUID
    maintenance_type_id: UUID | None
    title: str
    description: str
    intervention_type: InterventionType
    frequency_type: FrequencyType
    frequency_value: int
    weekdays: list[int]
    week_of_month: int | None
    month_end: MonthEnd
    basis: Basis
    starts_at: Local
    rrule: str
    meter_id: UUID | None
    limit_type: FrequencyType | None
    limit_value: int | None
    tolerance_days: float | None
    lead_days: int
    horizon_days: int
    estimated_duration: int | None
    priority: Priority
    assigned_technician_id: UUID | None
    team_id: UUID | None
    checklist_id: UUID | None
    parts: list[RequiredPart]
    needs_photo: bool
    needs_signature: bool
    needs_validation: bool
    is_active: bool
    inactive_reason: str
    reference: Reference
    meter: MeterView | None
    next_due_date: Instant | None
    next_due: Local | None
    reason: DueReason | None
    upcoming: list[Local]
    occurrences: list[OccurrenceRow]
    ignored_since: Instant | None
    version: int

    def rule(self) -> PlanRule:
        return rule_of(self)


class PlanListItem(Row):
    id: UUID
    site_id: UUID
    equipment_id: UUID
    equipment_name: str
    equipment_code: str
    maintenance_type_id: UUID | None
    title: str
    frequency_type: FrequencyType
    frequency_value: int
    basis: Basis
    next_due_date: Instant | None
    next_due: Local | None
    priority: Priority
    assigned_technician_id: UUID | None
    team_id: UUID | None
    is_active: bool
    ignored_since: Instant | None
    on_time: int
    judged: int


class PlanFilter(PageQuery):
    search: Label | None = None
    site_id: UUID | None = None
    production_line_id: UUID | None = None
    equipment_id: UUID | None = None
    maintenance_type_id: UUID | None = None
    assigned_technician_id: UUID | None = None
    team_id: UUID | None = None
    is_active: bool | None = None
    is_ignored: bool | None = None
    is_late: bool | None = None


class PreviewItem(Row):
    """`reason` is the sentence's parts, `sentence` the sentence in the reader's language."""

    due: Local
    due_at: Instant
    reason: DueReason
    sentence: str
