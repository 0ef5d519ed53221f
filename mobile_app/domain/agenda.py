"""The calendar of a device: what is to come by its plans, and the jobs, each once. Pure functions of the rows.

A date of a plan is represented by its job as soon as there is one. Times are the site's wall clock for what a plan has made,
the device's own for other jobs.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Generic, NamedTuple, Never, Protocol, TypeVar
from uuid import UUID

from mobile_app.core.tables import Table
from mobile_app.domain.plan_dates import Days
from shared_models.equipment.rows import EquipmentRow, EquipmentStatus
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow, InterventionType, Priority
from shared_models.plans.planning import Basis, DueReason, forecast
from shared_models.plans.recurrence import BY_METER, FrequencyType
from shared_models.plans.rows import OccurrenceRow, OccurrenceState, PlanRow
from shared_models.users import UserCard

WORK_DAYS = 5
WEEK_DAYS = 7
_KEPT = 6
"""Spans that a device keeps ready: the month shown, its neighbours, what is late."""

_MOST_AHEAD = 10_000
_BETWEEN = 0.02


class EntryState(StrEnum):
    """`planned` has no job yet, `open` has one; `late` is either, once its day is over."""

    planned = "planned"
    open = "open"
    late = "late"
    done = "done"
    missed = "missed"
    skipped = "skipped"


_OF_OCCURRENCE = {
    OccurrenceState.planned: EntryState.planned,
    OccurrenceState.open: EntryState.open,
    OccurrenceState.done: EntryState.done,
    OccurrenceState.missed: EntryState.missed,
    OccurrenceState.skipped: EntryState.skipped,
}
_WAITING = {OccurrenceState.planned, OccurrenceState.open}
_TO_DO = {EntryState.planned, EntryState.open}
_LOAD = {EntryState.planned, EntryState.open, EntryState.late, EntryState.done}


class JobOnDay(Protocol):
    """What the calendar asks of a job until somebody looks at it closely."""

    id: UUID
    site_id: UUID
    equipment_id: UUID
    title: str
    intervention_type: InterventionType
    status: InterventionStatus
    priority: Priority
    scheduled_start: datetime | None
    scheduled_end: datetime | None
    assigned_technician_id: UUID | None
    assigned_team_id: UUID | None
    scheduled_maintenance_id: UUID | None
    maintenance_type_id: UUID | None
    original_due: datetime | None
    due_local: datetime | None
    estimated_duration: int | None


class DateOnDay(Protocol):
    """And of a date of a plan's own."""

    original_due: datetime
    due: datetime
    state: OccurrenceState
    assigned_technician_id: UUID | None


class PlanOnDay(Protocol):
    """And of a plan."""

    id: UUID
    site_id: UUID
    equipment_id: UUID
    title: str
    intervention_type: InterventionType
    priority: Priority
    maintenance_type_id: UUID | None
    assigned_technician_id: UUID | None
    team_id: UUID | None
    estimated_duration: int | None
    basis: Basis
    frequency_type: FrequencyType
    is_active: bool
    inactive_reason: str
    upcoming: list[datetime]

    @property
    def occurrences(self) -> Sequence[DateOnDay]: ...


JOB_ON_DAY: Final = tuple(JobOnDay.__annotations__)
PLAN_ON_DAY: Final = (*PlanOnDay.__annotations__, *(f"occurrences.{name}" for name in DateOnDay.__annotations__))
J = TypeVar("J", bound=JobOnDay)
P = TypeVar("P", bound=PlanOnDay)
D = TypeVar("D", bound=DateOnDay)
J_co = TypeVar("J_co", bound=JobOnDay, covariant=True)
P_co = TypeVar("P_co", bound=PlanOnDay, covariant=True)
D_co = TypeVar("D_co", bound=DateOnDay, covariant=True)


class EntryOf(NamedTuple, Generic[J_co, P_co, D_co]):
    """One thing on one day. `original_due` with the plan names an occurrence; `state` knows nothing of today: see `state_on`."""

    due: datetime
    state: EntryState
    original_due: datetime | None = None
    plan: P_co | None = None
    job: J_co | None = None
    occurrence: D_co | None = None
    is_forecast: bool = False

    @property
    def key(self) -> str:
        """Stays the same while the entry moves about and gets its job. A forecast may fall on the day that another was foretold for."""
        if self.plan_id is not None and self.original_due is not None:
            return f"{self.plan_id}{'~' if self.is_forecast else '@'}{self.original_due:%Y-%m-%dT%H:%M}"
        return str(self.row.id)

    @property
    def row(self) -> JobOnDay | PlanOnDay:
        row = self.job or self.plan
        assert row
        return row

    @property
    def plan_id(self) -> UUID | None:
        return self.plan.id if self.plan else self.job.scheduled_maintenance_id if self.job else None

    @property
    def site_id(self) -> UUID:
        return self.row.site_id

    @property
    def equipment_id(self) -> UUID:
        return self.row.equipment_id

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def priority(self) -> Priority:
        return self.row.priority

    @property
    def type_id(self) -> UUID | None:
        return self.row.maintenance_type_id

    @property
    def minutes(self) -> int | None:
        """What it is estimated to take."""
        return self.row.estimated_duration

    @property
    def technician_id(self) -> UUID | None:
        if self.job is not None:
            return self.job.assigned_technician_id
        own = self.occurrence.assigned_technician_id if self.occurrence else None
        return own or (self.plan.assigned_technician_id if self.plan else None)

    @property
    def team_id(self) -> UUID | None:
        return self.job.assigned_team_id if self.job else self.plan.team_id if self.plan else None

    @property
    def is_to_do(self) -> bool:
        return self.state in _TO_DO


Entry = EntryOf[JobOnDay, PlanOnDay, DateOnDay]
"""As an `Agenda` gives it: what is told of a plan or a job on its day, and beside a job neither plan nor occurrence."""
Whole = EntryOf[InterventionRow, PlanRow, OccurrenceRow]
OfJob = EntryOf[J, Never, Never]
OfPlan = EntryOf[Never, P, D]


def state_on(entry: Entry, today: date) -> EntryState:
    """What is due on a day is not late before that day is over."""
    return EntryState.late if entry.is_to_do and entry.due.date() < today else entry.state


def is_moved(entry: Whole) -> bool:
    """By hand: where a date follows a meter or a completion, it moves by itself too, and the reason tells."""
    if entry.original_due is None or entry.plan is None:
        return False
    if is_series_of(entry.plan):
        return entry.due != entry.original_due
    reason = entry.job.due_reason if entry.job else None if entry.is_forecast else entry.plan.reason
    return reason is not None and reason.moved_from is not None


# ---------------------------------------------------------------- which


@dataclass(frozen=True)
class Filters:
    """None lets everything pass; `technician` may be `NOBODY`."""

    site: UUID | None = None
    line: UUID | None = None
    machine: UUID | None = None
    technician: UUID | None = None
    team: UUID | None = None
    type: UUID | None = None

    @property
    def count(self) -> int:
        return sum(value is not None for value in (self.site, self.line, self.machine, self.technician, self.team, self.type))


NOBODY = UUID(int=0)
LineOf = Callable[[UUID], UUID | None]


def passes(entry: Entry, filters: Filters, line_of: LineOf, members: Mapping[UUID, frozenset[UUID]]) -> bool:
    """`members` of teams: what a member has to do is the team's too."""
    found = (entry.site_id, entry.equipment_id, entry.type_id, entry.technician_id or NOBODY)
    wanted = (filters.site, filters.machine, filters.type, filters.technician)
    if not all(wish in {None, value} for wish, value in zip(wanted, found, strict=True)):
        return False
    if filters.team is not None and entry.team_id != filters.team and entry.technician_id not in members.get(filters.team, ()):
        return False
    return filters.line is None or line_of(entry.equipment_id) == filters.line


# ---------------------------------------------------------------- what there is


def entries(
    plans: Iterable[PlanRow],
    jobs: Iterable[InterventionRow],
    since: date,
    until: date,
    *,
    resting: Collection[UUID] = (),
) -> list[Whole]:
    """Everything from the day `since` to the day `until`, both included, in order of time; nothing is to come for `resting` machines."""
    start, end = _from_to(since, until)
    by_plan, others = _of_jobs(jobs)
    found: list[Whole] = [entry for entry in others if start <= entry.due <= end]
    for plan in plans:
        of_plan, own = by_plan.get(plan.id, {}), {date.original_due: date for date in plan.occurrences}
        found += [
            EntryOf(entry.due, entry.state, original_due, plan, job, own.get(original_due))
            for original_due, job in of_plan.items() if start <= (entry := _of_job(job, original_due)).due <= end
        ]  # fmt: skip
        found += _of_plan(plan, own, of_plan, start, end, resting)
    return sorted(found, key=_in_time)


def whole(entry: Entry, plans: Table[PlanRow], jobs: Table[InterventionRow]) -> Whole | None:
    """With its rows as the tables have them; None where that which it is of has gone."""
    due, state, original_due, _, light, _, is_forecast = entry
    job, plan = jobs.get(light.id) if light else None, plans.get(entry.plan_id) if original_due else None
    own = (date for date in plan.occurrences if date.original_due == original_due and not is_forecast) if plan else iter(())
    return EntryOf(due, state, original_due, plan, job, next(own, None), is_forecast) if job or (plan and not light) else None


def _from_to(since: date, until: date) -> tuple[datetime, datetime]:
    return datetime.combine(since, time.min), datetime.combine(until, time.max)


def _in_time(entry: Entry) -> tuple[datetime, str, int, datetime]:
    """What falls together keeps its place when its job is made."""
    return entry.due, entry.title, (entry.plan_id or entry.row.id).int, entry.original_due or entry.due


Jobs = dict[datetime, J]


def _of_jobs(jobs: Iterable[J]) -> tuple[dict[UUID, Jobs[J]], list[OfJob[J]]]:
    """The jobs of plans by plan and original date, and the entries of all others."""
    by_plan: dict[UUID, Jobs[J]] = {}
    others: list[OfJob[J]] = []
    for job in jobs:
        if job.scheduled_maintenance_id is not None and job.original_due is not None:
            of_plan = by_plan.setdefault(job.scheduled_maintenance_id, {})
            known = of_plan.get(job.original_due)
            if known is None or known.status == InterventionStatus.cancelled:
                of_plan[job.original_due] = job
        elif job.status != InterventionStatus.cancelled and (due := day_of(job)) is not None:
            others.append(EntryOf(due, _state_of(job), job=job))
    return by_plan, others


def _of_job(job: J, original_due: datetime) -> OfJob[J]:
    return EntryOf(day_of(job) or original_due, _state_of(job), original_due, job=job)


def day_of(job: JobOnDay) -> datetime | None:
    """When a job is to be done, by the clock on the wall."""
    if job.due_local is not None:
        return job.due_local
    planned = job.scheduled_start or job.scheduled_end
    return planned.astimezone().replace(tzinfo=None) if planned else None


def _state_of(job: JobOnDay) -> EntryState:
    if job.status in OPEN:
        return EntryState.open
    return EntryState.skipped if job.status == InterventionStatus.cancelled else EntryState.done


def _of_plan(
    plan: P, own: Mapping[datetime, D], jobs: Mapping[datetime, JobOnDay], start: datetime, end: datetime, resting: Collection[UUID]
) -> Iterator[OfPlan[P, D]]:
    """What none of its jobs stands for; `own` are its dates by their original ones."""
    goes_on = plan.is_active and not plan.inactive_reason and plan.equipment_id not in resting  # in force, it says so of an archive
    for original_due, occurrence in own.items():
        if original_due not in jobs and start <= occurrence.due <= end and (goes_on or occurrence.state != OccurrenceState.planned):
            yield EntryOf(occurrence.due, _OF_OCCURRENCE[occurrence.state], original_due, plan, None, occurrence)
    if goes_on:
        yield from _to_come(plan, own, jobs, start, end)


def _to_come(
    plan: P, own: Mapping[datetime, D], jobs: Mapping[datetime, JobOnDay], start: datetime, end: datetime
) -> Iterator[OfPlan[P, D]]:
    """The dates of the rule that nothing else stands for."""
    dates = plan.upcoming
    is_series = is_series_of(plan)
    first = bisect_left(dates, start)
    if not is_series and first == 0 and _has_next(own, jobs):
        first = 1  # where a meter's forecast has moved, the next date is its occurrence's, not the rule's
    for index in range(first, len(dates)):
        due = dates[index]
        if due > end:
            return
        is_forecast = index > 0 and not is_series
        named = due if is_series or is_forecast else next_original(plan)
        if is_forecast or (named not in own and named not in jobs):
            yield EntryOf(due, EntryState.planned, named, plan, is_forecast=is_forecast)


def is_series_of(plan: PlanOnDay) -> bool:
    """As `PlanRow.rule().is_series`, without making the rule: ten thousand plans are asked."""
    return plan.basis is Basis.fixed and plan.frequency_type not in BY_METER


def _has_next(own: Mapping[datetime, DateOnDay], jobs: Mapping[datetime, JobOnDay]) -> bool:
    return any(occurrence.state in _WAITING for occurrence in own.values()) or any(job.status in OPEN for job in jobs.values())


class Agenda:
    """`entries` of parts of the rows of the tables, kept until one of them changes; of plans, of those that add to the jobs."""

    def __init__(self, plans: Table[PlanRow], jobs: Table[InterventionRow], machines: Table[EquipmentRow]) -> None:
        self._plans, self._jobs, self._machines = plans, jobs, machines
        self._revisions = (-1, -1, -1)
        self._held: Mapping[str | UUID, bytes | PlanRow] = {}
        self._by_plan: dict[UUID, Jobs[JobOnDay]] = {}
        self._of_jobs: list[Entry] = []
        self._resting: frozenset[UUID] = frozenset()
        self._kept: dict[tuple[date, date], list[Entry]] = {}

    def between(self, since: date, until: date) -> Sequence[Entry]:
        revisions = (self._plans.revision, self._jobs.revision, self._machines.revision)
        if revisions != self._revisions:
            self._revisions = revisions
            self._look()
        if (since, until) not in self._kept:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[since, until] = self._find(since, until)
        return self._kept[since, until]

    def _look(self) -> None:
        self._kept.clear()
        self._held = self._plans.rows.held()
        self._resting = frozenset(machine.id for machine in self._machines.having(status=[EquipmentStatus.inactive]))
        found: list[Entry] = []
        self._by_plan, others = _of_jobs(self._jobs.rows.parts(*JOB_ON_DAY))
        for plan_id, jobs in self._by_plan.items():
            if plan_id in self._plans.rows:
                found += [_of_job(job, original_due) for original_due, job in jobs.items()]
        self._of_jobs = sorted([*others, *found], key=_in_time)

    def _find(self, since: date, until: date) -> list[Entry]:
        start, end = _from_to(since, until)
        first, last = bisect_left(self._of_jobs, start, key=_due), bisect_right(self._of_jobs, end, key=_due)
        found, days = self._of_jobs[first:last], Days(since, until)
        for key in [key for key, held in self._held.items() if days.are_in(held)]:
            plan_id = UUID(key) if isinstance(key, str) else key
            jobs = self._by_plan.get(plan_id, {})
            if days.are_without(jobs, self._held[key]) and (plan := self._plans.rows.part_of(plan_id, *PLAN_ON_DAY)):
                own = {date.original_due: date for date in plan.occurrences}
                found += _of_plan(plan, own, jobs, start, end, self._resting)
        return sorted(found, key=_in_time)


def _due(entry: Entry) -> datetime:
    return entry.due


async def read_ahead(plans: Table[PlanRow]) -> None:
    """Read a site's plans behind the calendar, so that its next steps read nothing; a whole company's are more than a tab should hold."""
    if len(plans) <= _MOST_AHEAD:
        for _ in plans.rows.reading(10):
            await asyncio.sleep(_BETWEEN)


def same_work(entries: Iterable[Entry], today: date) -> list[list[Entry]]:
    """In their order; what differs only in its machine, its hour and who does it goes together: a round fills one place of a day."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.title, entry.type_id, state_on(entry, today), entry.is_forecast), []).append(entry)
    return list(groups.values())


def by_day(found: Iterable[Entry]) -> dict[date, list[Entry]]:
    days: dict[date, list[Entry]] = {}
    for entry in found:
        days.setdefault(entry.due.date(), []).append(entry)
    return days


# ---------------------------------------------------------------- days


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks_of(month: date) -> list[list[date]]:
    """The weeks, from Monday on, that a month lies in."""
    first = monday_of(month.replace(day=1))
    last = add_months(month, 1) - timedelta(days=1)
    count = (last - first).days // WEEK_DAYS + 1
    return [[first + timedelta(days=week * WEEK_DAYS + day) for day in range(WEEK_DAYS)] for week in range(count)]


def add_months(day: date, months: int) -> date:
    """The first of the month `months` later."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


# ---------------------------------------------------------------- load


@dataclass(frozen=True)
class DayLoad:
    """`minutes` are estimates; what nobody has estimated is only counted."""

    minutes: int = 0
    count: int = 0
    unestimated: int = 0


@dataclass(frozen=True)
class TechnicianLoad:
    """A week of one person; None is what nobody has. `weekly` is the capacity in minutes."""

    technician: UserCard | None
    days: tuple[DayLoad, ...]
    weekly: int = 0

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def count(self) -> int:
        return sum(day.count for day in self.days)

    @property
    def unestimated(self) -> int:
        return sum(day.unestimated for day in self.days)

    @property
    def daily(self) -> float:
        return self.weekly / WORK_DAYS

    @property
    def over(self) -> int:
        """Minutes beyond the week's capacity."""
        return max(0, self.minutes - self.weekly) if self.technician else 0

    def is_over_on(self, day: int) -> bool:
        return self.technician is not None and self.days[day].minutes > self.daily


def load(found: Iterable[Entry], technicians: Iterable[UserCard], week: date) -> list[TechnicianLoad]:
    """The week from the Monday `week` on, of each of `technicians`, then of nobody where something is nobody's."""
    known = {card.id: card for card in technicians}
    by_technician: dict[UUID | None, list[list[Entry]]] = {user_id: _empty_week() for user_id in known}
    for entry in found:
        day = (entry.due.date() - week).days
        if 0 <= day < WEEK_DAYS and entry.state in _LOAD:
            owner = entry.technician_id if entry.technician_id in known else None
            if owner is not None or entry.technician_id is None:
                by_technician.setdefault(owner, _empty_week())[day].append(entry)
    return [
        TechnicianLoad(known.get(owner) if owner else None, tuple(map(_day_load, days)), known[owner].weekly_capacity if owner else 0)
        for owner, days in sorted(by_technician.items(), key=lambda item: item[0] is None)
    ]


def _empty_week() -> list[list[Entry]]:
    return [[] for _ in range(WEEK_DAYS)]


def _day_load(found: Sequence[Entry]) -> DayLoad:
    estimates = [entry.minutes for entry in found]
    return DayLoad(sum(minutes or 0 for minutes in estimates), len(found), estimates.count(None))


# ---------------------------------------------------------------- why


def reason_of(entry: Whole) -> DueReason | None:
    """Why an entry is due when it is; None for a job that no plan asked for."""
    if entry.job is not None and entry.job.due_reason is not None:
        return entry.job.due_reason
    plan = entry.plan
    if plan is None or plan.reason is None or not entry.is_to_do:
        return None
    if entry.original_due == next_original(plan):
        return plan.reason
    for reason in forecast(plan.rule(), plan.reference, plan.meter):
        if reason.due == entry.original_due:
            return reason.model_copy(update={"due": entry.due, "moved_from": entry.original_due}) if is_moved(entry) else reason
        if entry.original_due is None or reason.due > entry.original_due:
            return None
    return None


def next_original(plan: PlanOnDay) -> datetime | None:
    """What names the next occurrence: its own original date where it has one, else the rule's first."""
    ruled = plan.upcoming[0] if plan.upcoming else None
    waiting = None if is_series_of(plan) else next((each.original_due for each in plan.occurrences if each.state in _WAITING), None)
    return waiting or ruled
