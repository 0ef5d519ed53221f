"""A machine's last twelve months, as a digest small enough to be on every device, and what is read out of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared_models.base import EntityRow, Instant, Row
from shared_models.equipment.rows import FailureItem, FailureItemKind, ModeCount

REPEAT_WINDOW = timedelta(days=183)
OWN_HISTORY_WEIGHT = 3  # one failure of this very machine says as much as three of its class


class Stop(Row):
    """A downtime interval; `ended_at` is None while the machine is down."""

    intervention_id: UUID
    kind: str
    started_at: Instant
    ended_at: Instant | None


class PastJob(Row):
    """A completed intervention; `labour_minutes` is the sum of its actions."""

    id: UUID
    number: str | None
    title: str
    intervention_type: str
    completed_at: Instant
    labour_minutes: int
    technician: str
    mode_id: UUID | None
    remedy_id: UUID | None
    work_performed: str


class LifeStatusChange(Row):
    to_status: str
    occurred_at: Instant


class EquipmentLifeRow(EntityRow, entity="equipment_life", read_by="id"):
    """`id` is the machine's. Jobs, newest first, at most 60; `mode_counts` over three years."""

    site_id: UUID
    jobs: list[PastJob]
    stops: list[Stop]
    status_changes: list[LifeStatusChange]
    mode_counts: list[ModeCount]


@dataclass(frozen=True)
class Fix:
    """What mended this machine: the last job of a mode and remedy, and how many times it was done."""

    job: PastJob
    count: int


def fixes(jobs: Iterable[PastJob], limit: int = 5) -> list[Fix]:
    """What fixed this machine, latest first, one entry for each failure mode and remedy."""
    groups: dict[tuple[UUID | None, UUID | None], list[PastJob]] = {}
    for job in sorted(jobs, key=lambda job: job.completed_at, reverse=True):
        if job.intervention_type == "corrective":
            key = (job.mode_id, job.remedy_id) if job.mode_id else (job.id, None)
            groups.setdefault(key, []).append(job)
    return [Fix(group[0], len(group)) for group in list(groups.values())[:limit]]


@dataclass(frozen=True)
class RepeatNotice:
    """“Third time in six months; the last fix held 11 days.” `count` includes the failure at hand."""

    count: int
    last_fix_held_days: int
    last: PastJob


def repeat_failure(jobs: Sequence[PastJob], now: datetime, mode_id: UUID | None = None) -> RepeatNotice | None:
    """The notice for a failure of `mode_id` (any mode when None) seen at `now`; None when it is the first in six months."""
    recent = [
        job
        for job in jobs
        if job.intervention_type == "corrective"
        and now - REPEAT_WINDOW <= job.completed_at <= now
        and (mode_id is None or job.mode_id == mode_id)
    ]
    if not recent:
        return None
    last = max(recent, key=lambda job: job.completed_at)
    return RepeatNotice(len(recent) + 1, (now - last.completed_at).days, last)


@dataclass(frozen=True)
class LikelyMode:
    item: FailureItem
    share: float


def likeliest_modes(items: Iterable[FailureItem], of_class: Iterable[ModeCount], of_machine: Iterable[ModeCount]) -> list[LikelyMode]:
    """Every failure mode of a class, likeliest first; `share` (0 to 1) is its part of the weighted history."""
    weight: dict[UUID, int] = {}
    for counts, factor in ((of_class, 1), (of_machine, OWN_HISTORY_WEIGHT)):
        for entry in counts:
            weight[entry.mode_id] = weight.get(entry.mode_id, 0) + factor * entry.count
    modes = [item for item in items if item.kind == FailureItemKind.mode]
    total = sum(weight.get(item.id, 0) for item in modes) or 1
    ranked = sorted(modes, key=lambda item: (-weight.get(item.id, 0), item.code))
    return [LikelyMode(item, weight.get(item.id, 0) / total) for item in ranked]
