"""Late, due, soon: what a date means today. Whole local days count, as when a completion is judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from shared_models.plans.planning import Outcome
from shared_models.plans.rows import STRIP, OccurrenceRow, OccurrenceState, PlanRow

LEAD_DAYS = 7
"""From when on a job without a plan is due soon."""

_ENDED = frozenset({OccurrenceState.done, OccurrenceState.missed, OccurrenceState.skipped})


class Dated(Protocol):
    """What is asked of a job about its date."""

    scheduled_start: datetime | None
    scheduled_end: datetime | None
    due_local: datetime | None


class Leading(Protocol):
    """What is asked of a plan about the dates of its jobs."""

    lead_days: int


class DueState(StrEnum):
    late = "late"
    due = "due"
    soon = "soon"
    later = "later"


def local_day(moment: datetime) -> date:
    """The day of an instant where the reader is."""
    return moment.astimezone().date()


def due_state(due: date, today: date, lead_days: int = LEAD_DAYS) -> DueState:
    """`due` all through its day, `late` from the next one on, `soon` from `lead_days` before."""
    days = (due - today).days
    if days < 0:
        return DueState.late
    if days == 0:
        return DueState.due
    return DueState.soon if days <= lead_days else DueState.later


def due_day(job: Dated) -> date | None:
    """A planned job's date is its site's; any other's is the reader's."""
    if job.due_local is not None:
        return job.due_local.date()
    moment = job.scheduled_end or job.scheduled_start
    return local_day(moment) if moment else None


def job_due_state(job: Dated, today: date, plan: Leading | None = None) -> DueState | None:
    """None for a job without a date."""
    day = due_day(job)
    return due_state(day, today, plan.lead_days if plan else LEAD_DAYS) if day else None


def plan_due_state(plan: PlanRow, today: date) -> DueState | None:
    """None while paused, and while nothing tells when (a meter without use)."""
    if not plan.is_active or plan.next_due is None:
        return None
    return due_state(plan.next_due.date(), today, plan.lead_days)


def open_occurrence(plan: PlanRow) -> OccurrenceRow | None:
    """The date whose job is being worked on or waits to be."""
    return next((occurrence for occurrence in plan.occurrences if occurrence.state is OccurrenceState.open), None)


def past_occurrences(plan: PlanRow, most: int = STRIP) -> list[OccurrenceRow]:
    """The last that ended, oldest first."""
    ended = sorted((row for row in plan.occurrences if row.state in _ENDED), key=lambda row: row.original_due)
    return ended[-most:]


@dataclass(frozen=True)
class Compliance:
    """What was skipped counts neither way."""

    on_time: int
    judged: int

    @property
    def ratio(self) -> float | None:
        return self.on_time / self.judged if self.judged else None


def compliance(occurrences: Iterable[OccurrenceRow]) -> Compliance:
    outcomes = [row.outcome for row in occurrences if row.outcome not in {None, Outcome.skipped}]
    return Compliance(outcomes.count(Outcome.on_time), len(outcomes))


def compliance_of(plans: Iterable[PlanRow]) -> Compliance:
    """Over the last occurrences of several plans."""
    return compliance(row for plan in plans for row in past_occurrences(plan))


def is_ignored(plan: PlanRow) -> bool:
    """Whether its jobs go unanswered."""
    return plan.is_active and plan.ignored_since is not None
