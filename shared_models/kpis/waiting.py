"""Where the time of a breakdown goes: from one moment that is known to the next, and which moments nobody has told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared_models.base import Instant, PlanDay, Row
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.kpis.periods import Period
from shared_models.kpis.reliability import HOUR
from shared_models.kpis.rows import EVENTS, KpiQuery
from shared_models.numbers import NUMBER


class Moment(StrEnum):
    """In their order. `parts`: the last part for it left the stock."""

    stopped = "stopped"
    reported = "reported"
    seen = "seen"
    arrived = "arrived"
    parts = "parts"
    repaired = "repaired"
    restarted = "restarted"
    validated = "validated"


WORK = Moment.repaired
"""What ends with it is work; all else is waiting."""
AFTERWARDS = Moment.validated
"""By then the machine has long run again: told beside what a breakdown lasted, and no part of it."""
Known = Mapping[Moment, datetime | None]
"""None is not known; what is left out does not apply."""


@dataclass(frozen=True)
class Phase:
    """It ends with `until`; `unknown` are the moments in between that nobody has told."""

    until: Moment
    begins: datetime
    ends: datetime
    unknown: tuple[Moment, ...] = ()


def phases(known: Known) -> Iterator[Phase]:
    """A moment that is told to lie before the one that precedes it takes no time."""
    at: datetime | None = None
    unknown: list[Moment] = []
    for moment in Moment:
        told = known.get(moment)
        if told is None:
            unknown += [moment] if moment in known else []
            continue
        if at is not None:
            yield Phase(moment, at, max(at, told), tuple(unknown))
        at, unknown = max(at or told, told), []


def moments(
    *, stopped_at: datetime | None, reported_at: datetime | None, seen_at: datetime | None, starts: Iterable[datetime | None],
    parts_at: datetime | None, ends: Sequence[datetime | None], is_completed: bool, restarted_at: datetime | None,
    validated_at: datetime | None,
) -> dict[Moment, datetime | None]:  # fmt: skip
    """`starts`: of the work; `ends`: of the work, None where somebody still is at it. Where no part was taken, none was waited for."""
    over = [end for end in ends if end is not None]
    found: dict[Moment, datetime | None] = {
        Moment.stopped: stopped_at, Moment.reported: reported_at, Moment.seen: seen_at,
        Moment.arrived: min((at for at in starts if at is not None), default=None), Moment.parts: parts_at,
        Moment.repaired: max(over) if is_completed and over and len(over) == len(ends) else None,
        Moment.restarted: restarted_at, Moment.validated: validated_at,
    }  # fmt: skip
    if parts_at is None:
        del found[Moment.parts]
    return found


def moments_of(job: InterventionRow, seen_at: datetime | None = None, parts_at: datetime | None = None) -> dict[Moment, datetime | None]:
    """As the sheet has them."""
    return moments(
        stopped_at=job.stopped_at, reported_at=job.reported_at, seen_at=seen_at,
        starts=[job.actual_start, *(action.started_at for action in job.actions)], parts_at=parts_at,
        ends=[action.ended_at for action in job.actions], is_completed=job.status is InterventionStatus.completed,
        restarted_at=job.restarted_at, validated_at=job.validated_at,
    )  # fmt: skip


# --- as they are asked for and read


class WaitingQuery(KpiQuery):
    size: Annotated[int, Field(ge=1, le=EVENTS), NUMBER] = EVENTS


class TimedPhase(Row):
    """In hours; `unknown`: moments before `until` that nobody has told, whose time is in this one."""

    until: Moment
    hours: float
    unknown: list[Moment] = []


class Breakdown(Row):
    """`known`: the moments that are; `unknown`: those that nobody has told, or not yet; `hours`: until the restart."""

    id: UUID
    number: str
    title: str
    equipment_id: UUID
    equipment_code: str
    equipment_name: str
    known: dict[Moment, Instant]
    unknown: list[Moment]
    phases: list[TimedPhase]
    hours: float


class WaitedFor(Row):
    """A phase of all breakdowns; in `unclear` of them, moments before it are not known."""

    until: Moment
    is_work: bool
    hours: float
    count: int
    unclear: int


class Waiting(Row):
    """What took longest first; `breakdowns`: the longest of `total`."""

    period: Period
    since: PlanDay
    until: PlanDay
    as_of: Instant
    phases: list[WaitedFor]
    breakdowns: list[Breakdown]
    total: int


def timed(known: Known) -> list[TimedPhase]:
    return [
        TimedPhase(until=phase.until, hours=(phase.ends - phase.begins) / HOUR, unknown=list(phase.unknown)) for phase in phases(known)
    ]  # fmt: skip


def lasted(phases: Iterable[TimedPhase | WaitedFor]) -> float:
    return sum(phase.hours for phase in phases if phase.until is not AFTERWARDS)


def waited_for(breakdowns: Iterable[Breakdown]) -> list[WaitedFor]:
    """The sums of the phases, longest first."""
    found: dict[Moment, WaitedFor] = {}
    for phase in (phase for breakdown in breakdowns for phase in breakdown.phases):
        one = found.get(phase.until) or WaitedFor(until=phase.until, is_work=phase.until is WORK, hours=0, count=0, unclear=0)
        more = {"hours": one.hours + phase.hours, "count": one.count + 1, "unclear": one.unclear + bool(phase.unknown)}
        found[phase.until] = one.model_copy(update=more)
    return sorted(found.values(), key=lambda one: -one.hours)
