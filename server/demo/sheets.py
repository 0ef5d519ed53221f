"""Intervention sheets in memory, as their tables want them."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from server.demo.plant import Machine

NOT_COLUMNS = frozenset({"machine", "actions", "notes", "photos", "statuses", "trail", "request"})


@dataclass(slots=True)
class Action:
    id: UUID
    user_id: UUID
    started_at: datetime
    ended_at: datetime | None
    note: str = ""


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
class StatusChange:
    id: UUID
    from_status: str | None
    to_status: str
    occurred_at: datetime
    by_user_id: UUID | None
    reason: str


@dataclass(slots=True)
class Trace:
    """What the audit log says: an action by a person, and what it changed."""

    at: datetime
    by: UUID
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
    actions: list[Action] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    statuses: list[StatusChange] = field(default_factory=list)
    trail: list[Trace] = field(default_factory=list)
    request: Request | None = None


COLUMNS = tuple(column.name for column in fields(Sheet) if column.name not in NOT_COLUMNS)
as_record = attrgetter(*COLUMNS)
