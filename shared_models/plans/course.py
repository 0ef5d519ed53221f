"""A plan as it goes along: what was decided of it, its dates, and all that these follow from.

The server and devices fill it with what each knows, let the rules change it, and keep what has changed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID

from shared_models.ids import uuid7
from shared_models.plans.outlook import RESOLUTION, Outlook
from shared_models.plans.planning import Outcome, Reference, ReferenceKind
from shared_models.plans.rows import OccurrenceRow, OccurrenceState, PlanRow
from shared_models.rules import Consequence

LIVE = frozenset({OccurrenceState.planned, OccurrenceState.open})
Rows = Mapping[datetime, OccurrenceRow]


class Service(Protocol):
    """Whether a plan's machine was in service: the server has its whole history, a device only what it is now, and since when."""

    def was_in_service(self, at: datetime) -> bool: ...


@dataclass(frozen=True)
class PlanDate:
    """A date that has not ended; `due_at` is the instant of `due`."""

    original_due: datetime
    due: datetime
    due_at: datetime


def open_of(rows: Rows) -> OccurrenceRow | None:
    return next((row for row in rows.values() if row.state is OccurrenceState.open), None)


def anchor(rows: Rows, reference: Reference) -> datetime | None:
    """After which date of a series the next one comes; None before the first."""
    known = [] if reference.kind is ReferenceKind.start else [reference.at]
    current = open_of(rows)
    return max([*known, *([current.original_due] if current else [])], default=None)


def to_come(outlook: Outlook, rows: Rows, after: datetime | None) -> Iterator[PlanDate]:
    """A series' dates after `after` that have not ended, wherever they were moved."""
    for date in outlook.series_after(after or outlook.rule.starts_at - RESOLUTION):
        row = rows.get(date)
        if row is None or row.state in LIVE:
            due = row.due if row else date
            yield PlanDate(date, due, outlook.instant(due))


@dataclass
class Course:
    """`rows` are the dates that have something of their own, by their identity: all that are planned or open, and of those that
    have ended what matters to the rules (on the server) or the last twelve (on a device).

    `outlook` is that of the rule which counts from now on, `now` the present; `works`: the machine is in service, and at `site_id`.
    `number` is the open job's, `id_of` the id of a new row. `then` is what a change comes to beyond the plan.
    """

    plan: PlanRow
    outlook: Outlook
    now: datetime
    service: Service
    rows: dict[datetime, OccurrenceRow]
    site_id: UUID | None = None
    works: bool = True
    is_archived: bool = False
    number: str | None = None
    id_of: Callable[[datetime], UUID] = lambda _: uuid7()
    generate_at: datetime | None = None
    refresh_at: datetime | None = None
    then: tuple[Consequence, ...] = ()

    def copy(self) -> Self:
        """For a rule to change."""
        return replace(self, rows=dict(self.rows))

    def tell(self, **changes: Any) -> None:
        self.plan = self.plan.model_copy(update=changes)

    def put(self, row: OccurrenceRow, **changes: Any) -> OccurrenceRow:
        self.rows[row.original_due] = row = row.model_copy(update=changes)
        return row

    def add(self, original_due: datetime, due: datetime) -> OccurrenceRow:
        return self.put(OccurrenceRow.model_construct(
            id=self.id_of(original_due), original_due=original_due, due=due, state=OccurrenceState.planned,
        ))  # fmt: skip

    def drop(self, row: OccurrenceRow) -> None:
        del self.rows[row.original_due]

    def end(self, date: PlanDate | OccurrenceRow, state: OccurrenceState, reason: str = "") -> None:
        """Without a job."""
        row = self.rows.get(date.original_due) or self.add(date.original_due, date.due)
        outcome = Outcome.missed if state is OccurrenceState.missed else Outcome.skipped
        self.put(row, state=state, outcome=outcome, reason=reason)

    @property
    def open(self) -> OccurrenceRow | None:
        return open_of(self.rows)

    @property
    def planned(self) -> list[OccurrenceRow]:
        return [self.rows[date] for date in sorted(self.rows) if self.rows[date].state is OccurrenceState.planned]

    @property
    def first(self) -> OccurrenceRow | None:
        return next(iter(self.planned), None)

    @property
    def done_at(self) -> datetime | None:
        """When the plan was last done."""
        return max((row.done_at for row in self.rows.values() if row.done_at), default=None)

    def of_job(self, intervention_id: UUID) -> OccurrenceRow | None:
        return next((row for row in self.rows.values() if row.intervention_id == intervention_id), None)

    def to_come(self, after: datetime | None = None) -> Iterator[PlanDate]:
        """Of a series, what is still to come; `after` the open date, or the last that has ended, unless told otherwise."""
        return to_come(self.outlook, self.rows, after or anchor(self.rows, self.plan.reference))

    def is_ended(self, date: datetime) -> bool:
        row = self.rows.get(date)
        return row is not None and row.state not in LIVE

    def is_moved(self, row: OccurrenceRow) -> bool:
        """By hand: a series' date is moved where it differs; elsewhere the meter moves it too, and the reason tells."""
        if self.outlook.rule.is_series:
            return row.due != row.original_due
        return self.plan.reason is not None and self.plan.reason.moved_from is not None

    def is_by_hand(self, row: OccurrenceRow) -> bool:
        return self.is_moved(row) or row.assigned_technician_id is not None
