"""What screens make of the rows. Pure functions of plain data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

from mobile_app.domain.due import DueState, Leading, due_day, is_ignored, job_due_state
from shared_models.equipment.rows import Criticality, EquipmentRow, EquipmentStatus
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import ActionRow, InterventionRow, Priority
from shared_models.labels.codes import label_code_in, normalise
from shared_models.plans.rows import PlanRow, TeamRow
from shared_models.requests.rows import RequestStatus, WorkRequestRow

URGENCY = {Priority.urgent: 0, Priority.high: 1, Priority.medium: 2, Priority.low: 3}


class HasLabels(Protocol):
    label_codes: list[str]


class OpenJob(Protocol):
    """What is asked of a job to say whose it is, what comes first, and what keeps it from beginning."""

    id: UUID
    number: str | None
    title: str
    equipment_id: UUID
    status: InterventionStatus
    priority: Priority
    scheduled_start: datetime | None
    scheduled_end: datetime | None
    due_local: datetime | None
    created_at: datetime
    returned_at: datetime | None
    estimated_duration: int | None
    assigned_technician_id: UUID | None
    assigned_team_id: UUID | None
    completed_by: UUID | None
    is_validated: bool
    scheduled_maintenance_id: UUID | None
    actions: list[ActionRow]


class ClosedJob(Protocol):
    """What is asked of a job to say whether it waits to be judged, and for how long."""

    id: UUID
    status: InterventionStatus
    actual_end: datetime | None
    created_at: datetime
    is_validated: bool
    needs_validation: bool

    @property
    def awaits_validation(self) -> bool: ...


OF_OPEN: Final = tuple(OpenJob.__annotations__)
"""By name, for `Rows.parts`: of a plant's jobs few are shown, and many are put in order."""
OF_CLOSED: Final = tuple(ClosedJob.__annotations__)
AWAITED: Final[dict[str, list[Any]]] = {"status": [InterventionStatus.completed], "is_validated": [False], "needs_validation": [True]}
"""What waits to be judged, by the row's fields: a few of a plant's many jobs."""
L = TypeVar("L", bound=HasLabels)
J = TypeVar("J", bound=OpenJob)
C = TypeVar("C", bound=ClosedJob)


def by_label(rows: Iterable[L], scanned: str) -> L | None:
    """What has a scanned or typed label: a bare code, or a URL ending in `/e/<code>`."""
    code = label_code_in(scanned)
    return next((row for row in rows if code in row.label_codes), None) if code else None


def by_code(machines: Iterable[EquipmentRow], typed: str) -> EquipmentRow | None:
    """The machine whose own code was typed, `EQ-0076`, however it was dashed; None when several could be meant."""
    wanted = normalise(typed)
    found = [machine for machine in machines if normalise(machine.code) == wanted]
    return found[0] if len(found) == 1 else None


def interventions_of(jobs: Iterable[InterventionRow], equipment_id: UUID) -> list[InterventionRow]:
    """Open ones first, then the latest."""
    own = [job for job in jobs if job.equipment_id == equipment_id]
    return sorted(own, key=lambda job: (job.status in OPEN, job.actual_end or job.created_at), reverse=True)


def open_jobs(jobs: Iterable[J]) -> list[J]:
    """Most pressing first."""
    return sorted((job for job in jobs if job.status in OPEN), key=pressing)


def due_at(job: OpenJob) -> datetime | None:
    return job.scheduled_end or job.scheduled_start


def pressing(job: OpenJob) -> tuple[int, float, UUID]:
    """Sorts by urgency, then by due date (none last), then by age."""
    due = due_at(job)
    return URGENCY[job.priority], due.timestamp() if due else float("inf"), job.id


def is_late(job: OpenJob, today: date) -> bool:
    return job.status in OPEN and job_due_state(job, today) is DueState.late


def runs_for(job: OpenJob, user_id: UUID) -> bool:
    """Whether this person's timer runs."""
    return any(action.user_id == user_id and action.ended_at is None for action in job.actions)


def is_mine(job: OpenJob, user_id: UUID) -> bool:
    return job.assigned_technician_id == user_id or any(action.user_id == user_id for action in job.actions)


def has_nobody(job: OpenJob) -> bool:
    """Neither a person nor a team."""
    return job.assigned_technician_id is None and job.assigned_team_id is None


def is_free(job: OpenJob) -> bool:
    """Whether it waits for somebody to be given it, or to take it."""
    return has_nobody(job) and job.status == InterventionStatus.pending


@dataclass(frozen=True)
class Today(Generic[J]):
    """Each open job once: what my timer runs on, what I have begun, then by date; mine first, my teams', what nobody has.

    `later` has no date or one far away; `others` is what colleagues have; `awaiting` what I closed and nobody has validated.
    """

    running: list[J] = field(default_factory=list)
    begun: list[J] = field(default_factory=list)
    late: list[J] = field(default_factory=list)
    due: list[J] = field(default_factory=list)
    soon: list[J] = field(default_factory=list)
    later: list[J] = field(default_factory=list)
    others: list[J] = field(default_factory=list)
    awaiting: list[J] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Who looks, and when: their teams are ids, the day is their own."""

    user_id: UUID
    today: date
    teams: frozenset[UUID] = frozenset()


def teams_of(teams: Iterable[TeamRow], user_id: UUID) -> frozenset[UUID]:
    return frozenset(team.id for team in teams if team.is_active and user_id in team.member_ids)


def today_view(jobs: Iterable[J], reader: Reader, plan_of: Callable[[UUID | None], Leading | None] = lambda _: None) -> Today[J]:
    """A plan says from when on its jobs are due soon."""
    today = Today[J]()
    for nearness, _, job in sorted(((_nearness(job, reader), pressing(job), job) for job in jobs), key=itemgetter(0, 1)):
        section = _section(today, job, nearness, reader, plan_of)
        if section is not None:
            section.append(job)
    today.soon.sort(key=lambda job: (_nearness(job, reader), due_day(job) or reader.today))
    return today


def _nearness(job: OpenJob, reader: Reader) -> int:
    """0 mine, 1 my teams', 2 nobody's, 3 somebody else's."""
    if is_mine(job, reader.user_id):
        return 0
    if job.assigned_technician_id is not None:
        return 3
    if job.assigned_team_id is None:
        return 2
    return 1 if job.assigned_team_id in reader.teams else 3


def _section(today: Today[J], job: J, nearness: int, reader: Reader, plan_of: Callable[[UUID | None], Leading | None]) -> list[J] | None:
    if job.status not in OPEN:
        waits = job.status == InterventionStatus.completed and not job.is_validated and job.completed_by == reader.user_id
        return today.awaiting if waits else None
    if runs_for(job, reader.user_id):
        return today.running
    if nearness > 2:  # noqa: PLR2004 - somebody else's
        return today.others
    if nearness == 0 and job.status != InterventionStatus.pending:
        return today.begun
    plan = plan_of(job.scheduled_maintenance_id)
    return {DueState.late: today.late, DueState.due: today.due, DueState.soon: today.soon}.get(
        job_due_state(job, reader.today, plan) or DueState.later, today.later
    )


@dataclass(frozen=True)
class Load:
    """One technician's open work; None is what nobody has."""

    technician_id: UUID | None
    open: int
    late: int
    running: bool


@dataclass(frozen=True)
class Board:
    """What a supervisor acts on. `down` are machines out of order, most critical first; `ignored` are plans whose jobs go
    unanswered, the longest first.
    """

    down: list[EquipmentRow]
    late: list[OpenJob]
    due: list[OpenJob]
    soon: list[OpenJob]
    to_validate: list[ClosedJob]
    requests: list[WorkRequestRow]
    unassigned: list[OpenJob]
    load: list[Load]
    ignored: list[PlanRow]


MOST_PLANS = 1_000
"""How many are read for the sake of a figure or a column."""
CRITICAL_FIRST = {Criticality.critical: 0, Criticality.high: 1, Criticality.medium: 2, Criticality.low: 3}


def board_view(
    machines: Iterable[EquipmentRow],
    jobs: Iterable[OpenJob],
    closed: Iterable[ClosedJob],
    requests: Iterable[WorkRequestRow],
    plan_of: Callable[[UUID | None], Leading | None],
    ignored: Iterable[PlanRow],
    today: date,
) -> Board:
    """Jobs may be told by their parts."""
    down = [machine for machine in machines if machine.status == EquipmentStatus.broken]
    opened = open_jobs(jobs)
    dated: dict[DueState, list[OpenJob]] = {state: [] for state in DueState}
    for job in opened:
        dated[job_due_state(job, today, plan_of(job.scheduled_maintenance_id)) or DueState.later].append(job)
    return Board(
        down=sorted(down, key=lambda machine: (CRITICAL_FIRST[machine.criticality], machine.status_since)),
        late=dated[DueState.late],
        due=dated[DueState.due],
        soon=dated[DueState.soon],
        to_validate=to_validate(closed),
        requests=sorted((request for request in requests if request.status == RequestStatus.new), key=lambda request: request.created_at),
        unassigned=[job for job in opened if is_free(job)],
        load=_loads(opened, today),
        ignored=ignored_plans(ignored),
    )


def ignored_plans(plans: Iterable[PlanRow]) -> list[PlanRow]:
    """Longest unanswered first."""
    return sorted(filter(is_ignored, plans), key=lambda plan: plan.ignored_since.timestamp() if plan.ignored_since else 0)


def plans_of(plans: Iterable[PlanRow], equipment_id: UUID) -> list[PlanRow]:
    """A machine's, the next due first, paused ones last."""
    return sorted((plan for plan in plans if plan.equipment_id == equipment_id), key=next_first)


def next_first(plan: PlanRow) -> tuple[bool, datetime, str]:
    return not plan.is_active, plan.next_due or datetime.max, plan.title  # noqa: DTZ901 - a site's wall clock, and after all others


def to_validate(jobs: Iterable[C]) -> list[C]:
    """Completed and not judged, longest waiting first."""
    return sorted((job for job in jobs if job.awaits_validation), key=lambda job: (job.actual_end or job.created_at, job.id))


def _loads(opened: Iterable[OpenJob], today: date) -> list[Load]:
    by_technician: dict[UUID | None, list[OpenJob]] = {}
    for job in opened:
        by_technician.setdefault(job.assigned_technician_id, []).append(job)
    loads = [
        Load(who, len(own), sum(is_late(job, today) for job in own), any(action.ended_at is None for job in own for action in job.actions))
        for who, own in by_technician.items()
    ]
    return sorted(loads, key=lambda load: (load.technician_id is None, -load.open))
