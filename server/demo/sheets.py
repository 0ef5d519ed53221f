"""Intervention sheets in memory, as their tables want them."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

from server.demo.plant import Machine

LABOUR_RATE = Decimal(46)
"""Of an hour, at every site."""
NOT_COLUMNS = frozenset({"machine", "actions", "notes", "photos", "answers", "occurrences", "statuses", "trail", "request"})


@dataclass(slots=True)
class Action:
    id: UUID
    user_id: UUID
    started_at: datetime
    ended_at: datetime | None
    note: str = ""
    rate: Decimal = LABOUR_RATE
    currency: str = "EUR"


@dataclass(slots=True)
class Note:
    id: UUID
    user_id: UUID
    occurred_at: datetime
    text: str


@dataclass(slots=True)
class Photo:
    """`id` is the attachment's."""

    id: UUID
    user_id: UUID
    occurred_at: datetime
    kind: str
    caption: str = ""


@dataclass(slots=True)
class Answer:
    """To a step of the sheet's checklist; `value` as JSON."""

    id: UUID
    step_id: UUID
    user_id: UUID
    occurred_at: datetime
    state: str
    value: str | None = None
    reason: str = ""
    photo_id: UUID | None = None


@dataclass(slots=True)
class Occurrence:
    """A date of a plan; `original_due` and `due` on the site's wall clock."""

    id: UUID
    plan_id: UUID
    original_due: datetime
    due: datetime
    due_at: datetime
    state: str = "planned"
    outcome: str | None = None
    assigned_technician_id: UUID | None = None
    intervention_id: UUID | None = None
    done_at: datetime | None = None
    missed: int = 0
    reason: str = ""


@dataclass(slots=True)
class StatusChange:
    id: UUID
    from_status: str | None
    to_status: str
    occurred_at: datetime
    by_user_id: UUID | None
    reason: str


@dataclass(slots=True)
class Trace:
    """What the audit log says: an action by a person, or by nobody but the calendar, and what it changed."""

    at: datetime
    by: UUID | None
    action: str
    changes: dict[str, list[object]]


@dataclass(slots=True)
class Request:
    id: UUID
    created_at: datetime
    symptom: str
    text: str
    requester: str
    is_stopped: bool
    photo_id: UUID | None = None
    status: str = "new"
    reason: str = ""
    decided_by: UUID | None = None
    decided_at: datetime | None = None


@dataclass(slots=True)
class Sheet:
    """Every column of the table, then what hangs on the sheet."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    machine: Machine
    site_id: UUID
    equipment_id: UUID
    title: str
    intervention_type: str
    number: str = ""
    version: int = 1
    request_id: UUID | None = None
    permanent_repair_of: UUID | None = None
    description: str = ""
    status: str = "pending"
    status_reason: str = ""
    priority: str = "medium"
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    actual_start: datetime | None = None
    actual_end: datetime | None = None
    assigned_technician_id: UUID | None = None
    supervisor_id: UUID | None = None
    created_by: UUID | None = None
    completed_by: UUID | None = None
    stop_kind: str | None = None
    reported_at: datetime | None = None
    stopped_at: datetime | None = None
    restarted_at: datetime | None = None
    mode_id: UUID | None = None
    mode_unknown: bool = False
    mechanism_id: UUID | None = None
    cause_id: UUID | None = None
    remedy_id: UUID | None = None
    failure_cause: str = ""
    work_performed: str = ""
    observations: str = ""
    temporary_until: date | None = None
    signature: str | None = None
    is_validated: bool = False
    validated_by: UUID | None = None
    validated_at: datetime | None = None
    returned_by: UUID | None = None
    returned_at: datetime | None = None
    return_reason: str = ""
    scheduled_maintenance_id: UUID | None = None
    maintenance_type_id: UUID | None = None
    assigned_team_id: UUID | None = None
    original_due: datetime | None = None
    due_local: datetime | None = None
    due_at: datetime | None = None
    due_reason: str | None = None
    estimated_duration: int | None = None
    required_parts: str = "[]"
    needs_photo: bool = False
    needs_signature: bool = False
    needs_validation: bool = True
    found_in: UUID | None = None
    found_at_step: UUID | None = None
    checklist: str | None = None
    actions: list[Action] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    statuses: list[StatusChange] = field(default_factory=list)
    trail: list[Trace] = field(default_factory=list)
    request: Request | None = None


COLUMNS = tuple(column.name for column in fields(Sheet) if column.name not in NOT_COLUMNS)
as_record = attrgetter(*COLUMNS)
