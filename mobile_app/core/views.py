"""What screens make of the rows. Pure functions of plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from shared_models.equipment import Criticality, EquipmentRow, EquipmentStatus
from shared_models.interventions import InterventionRow, Priority, may_validate
from shared_models.labels import label_code_in
from shared_models.lifecycle import OPEN, InterventionStatus
from shared_models.permissions import Role
from shared_models.requests import RequestStatus, WorkRequestRow

_URGENCY = {Priority.urgent: 0, Priority.high: 1, Priority.medium: 2, Priority.low: 3}


def by_label(machines: Iterable[EquipmentRow], scanned: str) -> EquipmentRow | None:
    """The machine of a scanned or typed label: a bare code, or a URL ending in `/e/<code>`."""
    code = label_code_in(scanned)
    return next((machine for machine in machines if code in machine.label_codes), None) if code else None


def interventions_of(jobs: Iterable[InterventionRow], equipment_id: UUID) -> list[InterventionRow]:
    """Open ones first, then the latest."""
    own = [job for job in jobs if job.equipment_id == equipment_id]
    return sorted(own, key=lambda job: (job.status in OPEN, job.actual_end or job.created_at), reverse=True)


def open_jobs(jobs: Iterable[InterventionRow], equipment_id: UUID | None = None) -> list[InterventionRow]:
    """Most pressing first; of one machine, or of all."""
    wanted = [job for job in jobs if job.status in OPEN and equipment_id in {None, job.equipment_id}]
    return sorted(wanted, key=pressing)


def due_at(job: InterventionRow) -> datetime | None:
    return job.scheduled_end or job.scheduled_start


def pressing(job: InterventionRow) -> tuple[int, float, str]:
    """Sorts by urgency, then by due date (none last), then by age."""
    due = due_at(job)
    return _URGENCY[job.priority], due.timestamp() if due else float("inf"), str(job.id)


def is_late(job: InterventionRow, now: datetime) -> bool:
    due = due_at(job)
    return job.status in OPEN and due is not None and due < now


def runs_for(job: InterventionRow, user_id: UUID) -> bool:
    """Whether this person's timer runs."""
    return any(action.user_id == user_id and action.ended_at is None for action in job.actions)


def is_mine(job: InterventionRow, user_id: UUID) -> bool:
    return job.assigned_technician_id == user_id or any(action.user_id == user_id for action in job.actions)


@dataclass(frozen=True)
class Today:
    """Each open job once: what my timer runs on, what I have begun, what is late, due by tonight, then the rest.

    `team` is what is assigned to nobody or to others; `awaiting` what I closed and nobody has validated.
    """

    running: list[InterventionRow] = field(default_factory=list)
    begun: list[InterventionRow] = field(default_factory=list)
    late: list[InterventionRow] = field(default_factory=list)
    due: list[InterventionRow] = field(default_factory=list)
    later: list[InterventionRow] = field(default_factory=list)
    team: list[InterventionRow] = field(default_factory=list)
    awaiting: list[InterventionRow] = field(default_factory=list)


def today_view(jobs: Iterable[InterventionRow], user_id: UUID, now: datetime, end_of_day: datetime | None = None) -> Today:
    """`end_of_day` is tonight's midnight where the reader is; without it, in 24 hours."""
    tonight = end_of_day or now + timedelta(days=1)
    today = Today()
    for job in sorted(jobs, key=pressing):
        section = _section(today, job, user_id, now, tonight)
        if section is not None:
            section.append(job)
    return today


def _section(today: Today, job: InterventionRow, user_id: UUID, now: datetime, tonight: datetime) -> list[InterventionRow] | None:
    if job.status not in OPEN:
        waits = job.status == InterventionStatus.completed and not job.is_validated and job.completed_by == user_id
        return today.awaiting if waits else None
    if runs_for(job, user_id):
        return today.running
    if not is_mine(job, user_id):
        return today.team
    if job.status != InterventionStatus.pending:
        return today.begun
    due = due_at(job)
    if due is None:
        return today.later
    return today.late if due < now else today.due if due <= tonight else today.later


@dataclass(frozen=True)
class Load:
    """One technician's open work; None is what nobody has."""

    technician_id: UUID | None
    open: int
    late: int
    running: bool


@dataclass(frozen=True)
class Board:
    """What a supervisor acts on. `down` are machines out of order, most critical first."""

    down: list[EquipmentRow]
    late: list[InterventionRow]
    to_validate: list[InterventionRow]
    requests: list[WorkRequestRow]
    unassigned: list[InterventionRow]
    load: list[Load]


_WEIGHT = {Criticality.critical: 0, Criticality.high: 1, Criticality.medium: 2, Criticality.low: 3}


def board_view(
    machines: Iterable[EquipmentRow], jobs: Iterable[InterventionRow], requests: Iterable[WorkRequestRow], now: datetime
) -> Board:
    down = [machine for machine in machines if machine.status == EquipmentStatus.broken]
    every = list(jobs)
    opened = open_jobs(every)
    return Board(
        down=sorted(down, key=lambda machine: (_WEIGHT[machine.criticality], machine.status_since)),
        late=[job for job in opened if is_late(job, now)],
        to_validate=to_validate(every),
        requests=sorted((request for request in requests if request.status == RequestStatus.new), key=lambda request: request.created_at),
        unassigned=[job for job in opened if job.assigned_technician_id is None and job.status == InterventionStatus.pending],
        load=_loads(opened, now),
    )


def to_validate(jobs: Iterable[InterventionRow], role: Role | None = None, user_id: UUID | None = None) -> list[InterventionRow]:
    """Completed and not judged, longest waiting first; with a person, only what he may judge."""
    waiting = [job for job in jobs if job.status == InterventionStatus.completed and not job.is_validated]
    if role is not None and user_id is not None:
        waiting = [job for job in waiting if may_validate(role, user_id, job)]
    return sorted(waiting, key=lambda job: job.actual_end or job.created_at)


def _loads(opened: Iterable[InterventionRow], now: datetime) -> list[Load]:
    by_person: dict[UUID | None, list[InterventionRow]] = {}
    for job in opened:
        by_person.setdefault(job.assigned_technician_id, []).append(job)
    loads = [
        Load(person, len(own), sum(is_late(job, now) for job in own), any(action.ended_at is None for job in own for action in job.actions))
        for person, own in by_person.items()
    ]
    return sorted(loads, key=lambda load: (load.technician_id is None, -load.open))


def name_of(rows: Mapping[UUID, object], wanted: UUID | None) -> str:
    """A person's name for display, empty when unknown."""
    row = rows.get(wanted) if wanted else None
    return f"{getattr(row, 'first_name', '')} {getattr(row, 'last_name', '')}".strip() if row else ""
